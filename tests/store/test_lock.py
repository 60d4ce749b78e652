from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import StoreUnwritableError
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.lock import Lock
from bnagpt_tui.backend.store.lock_file import STALE, Owner

from .store_support import FaultyFiles


def without_system_locks() -> FaultyFiles:
    """Files of a file system that knows no locks, as NFS may be."""
    files = FaultyFiles()
    files.error = errno.ENOLCK
    files.fails = lambda operation: operation == "lock"
    return files


KINDS = pytest.mark.parametrize("kind", [Files, without_system_locks], ids=["flock", "lock file"])


def ended_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@KINDS
def test_a_lock_names_its_owner_and_leaves_nothing_behind(tmp_path: Path, kind: type) -> None:
    lock = Lock(tmp_path / "locks" / "a", kind())
    with lock.held():
        texts = [path.read_text() for path in (tmp_path / "locks").iterdir()]
        owner = json.loads(max(texts))
        assert owner["pid"] == os.getpid()
        assert owner["host"] == os.uname().nodename
        assert owner["since"].startswith("20")
    assert list((tmp_path / "locks").iterdir()) == []


@KINDS
def test_the_holder_may_take_the_lock_again(tmp_path: Path, kind: type) -> None:
    lock, other = Lock(tmp_path / "a", kind()), Lock(tmp_path / "a", kind(), patience=0)
    with lock.held():
        with lock.held():
            pass
        with pytest.raises(StoreUnwritableError), other.held():
            pass
    with other.held():
        pass


@KINDS
def test_whoever_waits_in_vain_is_told_who_holds_the_lock(tmp_path: Path, kind: type) -> None:
    with Lock(tmp_path / "a", kind()).held():
        impatient = Lock(tmp_path / "a", kind(), patience=0.05)
        with pytest.raises(StoreUnwritableError, match=f"Process {os.getpid()} on "):
            impatient.held().__enter__()


@KINDS
def test_only_one_at_a_time_holds_the_lock(tmp_path: Path, kind: type) -> None:
    inside, most, together = [0], [0], threading.Lock()

    def work() -> None:
        lock = Lock(tmp_path / "a", kind(), patience=30)
        for _ in range(15):
            with lock.held():
                with together:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                with together:
                    inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most[0], inside[0]) == (1, 0)


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib\n"
        "from bnagpt_tui.backend.store.files import Files\n"
        "from bnagpt_tui.backend.store.lock import Lock\n"
        "held = Lock(pathlib.Path(sys.argv[1]), Files()).held()\n"
        "held.__enter__()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "a")], check=False)
    assert (tmp_path / "a").exists()
    with Lock(tmp_path / "a", Files(), patience=0).held():
        pass


def test_the_lock_file_of_a_process_that_is_gone_is_taken_away(tmp_path: Path) -> None:
    gone = Owner(ended_process(), os.uname().nodename, "2026-03-02T09:30:00Z")
    (tmp_path / "a.held").write_bytes(gone.encoded())
    with Lock(tmp_path / "a", without_system_locks(), patience=5).held():
        pass


@pytest.mark.parametrize(
    "content", [b'{"pid": 1, "host": "elsewhere", "since": ""}', b"", b"[", b"5"]
)
def test_the_lock_file_of_an_unknown_owner_is_taken_when_it_is_old(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.held"
    path.write_bytes(content)
    with pytest.raises(StoreUnwritableError):
        Lock(tmp_path / "a", without_system_locks(), patience=0).held().__enter__()
    old = time.time() - STALE - 1
    os.utime(path, (old, old))
    with Lock(tmp_path / "a", without_system_locks(), patience=5).held():
        pass


def test_a_lock_file_of_the_future_is_respected(tmp_path: Path) -> None:
    (tmp_path / "a.held").write_bytes(b"")
    os.utime(tmp_path / "a.held", (time.time() + 9999,) * 2)
    with pytest.raises(StoreUnwritableError, match="Another process"):
        Lock(tmp_path / "a", without_system_locks(), patience=0).held().__enter__()


def test_a_younger_lock_taken_by_mistake_is_put_back(tmp_path: Path) -> None:
    class Hasty(FaultyFiles):
        """Another process takes the lock between the judgement and the deed."""

        def replace(self, source: Path, target: Path) -> None:
            source.unlink()
            source.write_text("younger")
            super().replace(source, target)

    files = Hasty()
    files.error = errno.ENOLCK
    files.fails = lambda operation: operation == "lock"
    gone = Owner(ended_process(), os.uname().nodename, "")
    (tmp_path / "a.held").write_bytes(gone.encoded())
    with pytest.raises(StoreUnwritableError):
        Lock(tmp_path / "a", files, patience=0).held().__enter__()
    assert (tmp_path / "a.held").read_text() == "younger"
    assert {path.name for path in tmp_path.iterdir()} <= {"a", "a.held"}


@pytest.mark.parametrize("pid", [1, 2**70])
def test_a_process_that_cannot_be_asked_counts_as_alive(pid: int) -> None:
    assert not Owner(pid, os.uname().nodename, "").is_gone()


@pytest.mark.parametrize("failing", ["make_directory", "open_lock", "lock", "truncate"])
def test_a_lock_that_cannot_be_made_says_why(tmp_path: Path, failing: str) -> None:
    files = FaultyFiles()
    files.error = errno.EIO
    files.fails = lambda operation: operation == failing
    with pytest.raises(OSError, match="Input/output"):
        Lock(tmp_path / "a", files).held().__enter__()


@pytest.mark.parametrize("failing", ["write", "remove"])
def test_a_lock_holds_without_a_name_and_with_a_file_left_behind(
    tmp_path: Path, failing: str
) -> None:
    files = FaultyFiles()
    files.fails = lambda operation: operation == failing
    for _ in range(2):
        with Lock(tmp_path / "a", files, patience=0).held():
            assert (tmp_path / "a").exists()
