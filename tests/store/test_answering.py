"""Who answers a conversation at this moment is seen by all, and ends with the process."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.lock_file import Owner

WORKER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from bnagpt_tui.backend.store import Repository

    repository = Repository(Path(sys.argv[1]))
    print(repository.answering.begin(sys.argv[2]), flush=True)
    sys.stdin.readline()
    repository.close()
    print("closed", flush=True)
    sys.stdin.readline()
    """
)


class WithoutLocks(Files):
    """Files on a file system that knows no locks."""

    def lock(self, descriptor: int) -> None:
        """Say that there are none."""
        del descriptor
        raise OSError(errno.ENOLCK, "no locks")


def start(directory: Path, conversation_id: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(directory), conversation_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "True\n"
    return process


def test_another_process_is_seen_answering_until_it_is_killed(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    assert repository.answering.elsewhere() == set()
    process = start(tmp_path, "talk")
    assert repository.answering.elsewhere() == {"talk"}
    assert repository.answering.elsewhere() == {"talk"}, "looking does not take it away"
    assert not repository.answering.begin("talk")
    process.kill()
    process.wait()
    assert repository.answering.elsewhere() == set()
    assert repository.answering.begin("talk")


def test_another_process_is_seen_to_have_ended(tmp_path: Path) -> None:
    process = start(tmp_path, "talk")
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "closed\n"
    assert Repository(tmp_path).answering.elsewhere() == set()
    process.kill()
    process.wait()


def test_ones_own_answer_is_not_elsewhere(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    assert here.answering.begin("talk")
    assert here.answering.begin("talk")
    assert here.answering.elsewhere() == set()
    assert there.answering.elsewhere() == {"talk"}
    here.answering.end("talk")
    assert there.answering.elsewhere() == set()
    assert list((tmp_path / "locks").iterdir()) == []


@pytest.mark.parametrize("host", ["this", "another"])
def test_without_locks_the_owner_has_to_live(tmp_path: Path, host: str) -> None:
    here = Repository(tmp_path, WithoutLocks())
    assert here.answering.begin("talk")
    there = Repository(tmp_path, WithoutLocks())
    assert there.answering.elsewhere() == {"talk"}
    file = tmp_path / "locks" / "talk.answering"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    name = os.uname().nodename if host == "this" else "another.example"
    file.write_bytes(Owner(gone.pid, name, "2026-01-01T00:00:00Z").encoded())
    if host == "another":
        assert there.answering.elsewhere() == {"talk"}, "it may live"
        os.utime(file, (1_700_000_000, 1_700_000_000))
    assert there.answering.elsewhere() == set()
