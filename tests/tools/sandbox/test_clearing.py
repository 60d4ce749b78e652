"""What is cleared away of kept files, and what was tried to have something else in their place."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.sandbox import SandboxOptions
from bnagpt_tui.backend.tools.sandbox.scratch import KEPT_SECONDS, Scratch
from tests.tools.sandbox.conftest import AS_ROOT, CANARY

LONG_AGO = time.time() - KEPT_SECONDS - 1000
OLD_NAME = "0" * 32


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The directory in which files are kept."""
    (tmp_path / "scratch").mkdir(0o700)
    return tmp_path / "scratch"


def aged(path: Path) -> Path:
    """A path that nobody has used for a long time."""
    os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    return path


def scratch(place: Path) -> Scratch:
    """A conversation's kept files."""
    return Scratch(SandboxOptions(place), "c")


def stream(*entries: tuple[str, bytes], end: bool = True) -> io.BytesIO:
    """Files as they come out of a sandbox."""
    lines = []
    for path, content in entries:
        head = {"path": path, "kind": "file", "size": len(content), "new": True, "mode": 0o644}
        lines.append(json.dumps({**head, "modified": 0}).encode() + b"\n" + content)
    if end:
        lines.append(b'{"kind": "end", "left": []}\n')
    return io.BytesIO(b"".join(lines))


async def test_what_is_old_is_cleared_away(place: Path) -> None:
    old = place / f"{OLD_NAME}.files"
    old.touch()
    aged(old)
    part = place / f"{OLD_NAME}.0123456789abcdef.part"
    part.touch()
    aged(part)
    young = place / f"{'1' * 32}.files"
    young.touch()
    scratch(place).prune()
    assert list(place.iterdir()) == [young]


def test_clearing_away_follows_no_link_in_place_of_the_directory(tmp_path: Path) -> None:
    """The attack: a local user has put a link where the directory is to be."""
    victim = tmp_path / "victim"
    victim.mkdir()
    old = victim / OLD_NAME
    old.mkdir()
    (old / "x").touch()
    aged(old)
    (tmp_path / "scratch").symlink_to(victim)
    scratch(tmp_path / "scratch").prune()
    assert (old / "x").exists()
    assert scratch(tmp_path / "scratch").receive(stream(("x", b"x"))).trouble
    assert list(victim.iterdir()) == [old]


def test_clearing_away_follows_no_link_in_the_directory(place: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "x").touch()
    link = place / OLD_NAME
    link.symlink_to(victim)
    aged(link)
    other = place / ("2" * 32)
    other.mkdir()
    (other / "link").symlink_to(victim)
    (other / "inner").mkdir()
    (other / "inner" / "link").symlink_to("../../../victim")
    aged(other)
    scratch(place).prune()
    assert (victim / "x").exists()
    assert not any(each.is_dir() for each in place.iterdir())


def test_clearing_away_touches_nothing_of_others(place: Path) -> None:
    names = ("notes.txt", "0" * 31, f"{'0' * 32}.txt", "..files", "A" * 32)
    for name in names:
        (place / name).mkdir()
        aged(place / name)
    scratch(place).prune()
    assert {each.name for each in place.iterdir()} == set(names)


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_directory_that_others_may_write_in_is_not_used(place: Path, mode: int) -> None:
    (place / OLD_NAME).mkdir()
    aged(place / OLD_NAME)
    place.chmod(mode)
    scratch(place).prune()
    assert (place / OLD_NAME).exists()
    assert "is not bnaGPT's own" in scratch(place).receive(stream(("x", b"x"))).trouble
    assert scratch(place).open() is None


@AS_ROOT
def test_a_directory_of_somebody_else_is_not_used(place: Path) -> None:
    (place / OLD_NAME).mkdir()
    aged(place / OLD_NAME)
    os.chown(place, 54321, 54321)
    scratch(place).prune()
    assert (place / OLD_NAME).exists()
    assert scratch(place).receive(stream(("x", b"x"))).trouble


@AS_ROOT
def test_a_file_of_somebody_else_is_not_read(place: Path) -> None:
    scratch(place).receive(stream(("x", b"x")))
    (kept,) = place.iterdir()
    os.chown(kept, 54321, 54321)
    assert scratch(place).open() is None


@pytest.mark.parametrize("swap", ["link", "directory", "fifo"])
def test_kept_files_that_became_something_else_are_not_read(
    place: Path, secret: Path, swap: str
) -> None:
    scratch(place).receive(stream(("x", b"x")))
    (kept,) = place.iterdir()
    kept.unlink()
    if swap == "link":
        kept.symlink_to(secret)
    elif swap == "directory":
        kept.mkdir()
    else:
        os.mkfifo(kept)
    assert scratch(place).open() is None
    returned = scratch(place).receive(stream(("x", b"x")))
    assert [file.name for file in returned.files] == ["x"]
    assert secret.read_text() == CANARY


def test_a_deep_directory_of_an_earlier_version_is_removed(place: Path) -> None:
    top = place / OLD_NAME
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for number in range(1500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        if number % 500 == 0:
            os.chmod("d", 0o000, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    aged(top)
    for _ in range(200):  # a bit each time, so that no run waits for it
        before = time.monotonic()
        scratch(place).prune()
        assert time.monotonic() - before < 2.0
        if not list(place.iterdir()):
            return
    raise AssertionError(list(place.iterdir()))


@pytest.mark.parametrize(
    "source",
    [
        stream(("x", b"abc"), end=False),
        io.BytesIO(b""),
        io.BytesIO(b"[" * 5000),
        io.BytesIO(b"\xff\n"),
        io.BytesIO(b'{"kind": "file", "path": "x", "size": 9999999999, "new": true}\n'),
        io.BytesIO(b'{"kind": "file", "path": "x", "size": -1, "new": true}\n'),
        io.BytesIO(b"{" + b" " * 1_000_000 + b"}\n"),
        io.BytesIO(b'{"kind": "file"}\n'),
        io.BytesIO(b"5\n"),
    ],
)
def test_a_stream_that_is_none_changes_nothing(place: Path, source: io.BytesIO) -> None:
    scratch(place).receive(stream(("x", b"x")))
    (kept,) = place.iterdir()
    before = kept.read_bytes()
    with pytest.raises(ValueError, match="stream of files"):
        scratch(place).receive(source)
    assert list(place.iterdir()) == [kept]
    assert kept.read_bytes() == before


def test_files_that_cannot_be_kept_are_handed_back_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("in the way")
    returned = scratch(tmp_path / "scratch").receive(stream(("x", b"x"), ("y", b"y")))
    assert [file.content for file in returned.files] == [b"x", b"y"]
    assert returned.trouble == "File exists"
