"""Control groups: where they can be had, what they bound, and that they go with the sandbox."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.sandbox.groups import Bounds, Directories, Scopes, ways
from tests.tools.sandbox.conftest import FULL, MakeSandbox, open_way, run
from tests.waiting import until

MEGABYTE = 1024 * 1024


def test_a_group_is_made_beside_ones_own_where_it_was_delegated(tmp_path: Path) -> None:
    """As under a user's systemd: the directory above is the user's, with bounds enabled in it."""
    slice_ = tmp_path / "user@1000.service" / "app.slice"
    (slice_ / "terminal.scope").mkdir(parents=True)
    (slice_ / "cgroup.procs").touch()
    (slice_ / "cgroup.subtree_control").write_text("cpu memory pids")
    own = "0::/user@1000.service/app.slice/terminal.scope"
    found = next(iter(ways(own, tmp_path, tmp_path / "none")))
    assert found == Directories("a control group", [slice_], 2)
    with pytest.raises(FileNotFoundError):  # a directory that no kernel fills
        found.make(Bounds(1000, 5))
    assert [each.name for each in slice_.iterdir() if each.is_dir()] == ["terminal.scope"]


def test_a_group_that_may_not_be_bounded_is_none(tmp_path: Path) -> None:
    (tmp_path / "app.slice" / "own").mkdir(parents=True)
    (tmp_path / "app.slice" / "cgroup.procs").touch()
    assert list(ways("0::/app.slice/own", tmp_path, tmp_path / "none")) == []
    assert list(ways("", tmp_path, tmp_path / "none")) == []


def test_a_scope_of_systemd_is_the_last_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "systemd-run"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = ways("", tmp_path / "none", tmp_path)
    assert isinstance(found, Scopes)
    words = found.make(Bounds(1000, 5)).words
    assert words[0] == str(program)
    assert words[-1] == "--"
    assert {"MemoryMax=1000", "MemorySwapMax=0", "TasksMax=5"} <= set(words)


@pytest.mark.skipif(not any(isinstance(w, Directories) for w in ways()), reason="no group here")
def test_a_group_bounds_what_is_in_it_and_goes_with_it() -> None:
    groups = next(way for way in ways() if isinstance(way, Directories))
    group = groups.make(Bounds(50 * MEGABYTE, 20))
    places = [Path(entrance).parent for entrance in group.entrances]
    code = (
        "import sys\nfor path in sys.argv[1:]: open(path, 'w').write('0')\n"
        "held = [bytes([1]) * (1 << 20) for _ in range(500)]"
    )
    ended = subprocess.run([sys.executable, "-S", "-c", code, *group.entrances], check=False)
    assert ended.returncode == -9
    group.close()
    assert not any(place.exists() for place in places)


@FULL
async def test_groups_are_gone_when_the_sandbox_is(make_sandbox: MakeSandbox, kind: str) -> None:
    def left() -> list[Path]:
        return [
            place
            for way in ways()
            if isinstance(way, Directories)
            for parent in way.parents
            for place in parent.glob(f"bnagpt-{os.getpid()}-*")
        ]

    sandbox = make_sandbox(kind)
    await run(sandbox, "1")
    await sandbox.aclose()
    await until(lambda: not left())


@pytest.mark.skipif(not any(isinstance(w, Directories) for w in ways()), reason="no group here")
def test_groups_of_others_who_still_run_are_left_alone() -> None:
    groups = next(way for way in ways() if isinstance(way, Directories))
    own = groups.make(Bounds(50 * MEGABYTE, 20))
    gone = [parent / "bnagpt-999999999-00000000" for parent in groups.parents]
    for place in gone:
        place.mkdir()
    groups.make(Bounds(50 * MEGABYTE, 20)).close()
    assert all(Path(entrance).exists() for entrance in own.entrances)
    assert not any(place.exists() for place in gone)
    own.close()


@FULL
async def test_why_it_did_not_start_is_told(
    make_sandbox: MakeSandbox, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = make_sandbox(kind)
    await sandbox.describe()
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: no such luck' >&2\nexit 1\n")
    program.chmod(0o755)
    open_way(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    content = (await run(sandbox, "1")).content
    assert content == "The sandbox did not start: bwrap: no such luck."


@FULL
async def test_what_does_not_hold_here_is_told(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    await sandbox.describe()
    told = [each for each in sandbox.weaknesses() if "control group" in each]
    assert bool(told) == (not list(ways()))


@FULL
async def test_on_a_processor_without_a_filter_code_runs_and_that_is_told(
    make_sandbox: MakeSandbox, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "sparc64")
    sandbox = make_sandbox(kind)
    assert (await run(sandbox, "6 * 7")).content == "42"
    assert any("System calls are not filtered" in each for each in sandbox.weaknesses())
