"""What all processes in the sandbox use together: memory, time, files in memory."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

MOUNTS = ("/scratch", "/tmp", "/dev/shm")  # noqa: S108  # the sandbox's own
"""What may be written in."""

MEMORY = "It was ended: all its processes together took more than {} MB of memory."
"""What is said of too much memory."""

TIME = "It was ended: all its processes together took more than {} seconds of the processor."
"""What is said of too much time."""

FILES = "It was ended: it made more than {} files, and none of this run are kept."
"""What is said of too many files."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class Usage:
    """Compares what is used with what may be.

    Args:
        bounds: `memory` in bytes, `cpu` in seconds, `files` by number.
    """

    def __init__(self, bounds: dict[str, int]) -> None:
        self._bounds = bounds
        self._seen: dict[int, int] = {}
        self._gone = 0
        self._files_before = files()

    def is_stopped(self, pid: int) -> bool:
        """Whether a process is stopped, or is no more."""
        return _fields(pid)[:1] in ([], ["T"], ["Z"], ["X"])

    def living(self) -> list[int]:
        """The processes that there are, those left out that have ended and wait to be buried."""
        return [pid for pid in _pids() if _fields(pid)[:1] not in ([], ["Z"], ["X"])]

    def settle(self) -> None:
        """Count files from here on."""
        self._files_before = files()

    def excess(self) -> str:
        """What there is too much of, in a sentence; empty for nothing."""
        bounds = self._bounds
        processes = [pid for pid in _pids() if pid != 1]
        measures = (_resident, _proportional)  # the second is exact, and slow
        if all(sum(map(measure, processes)) > bounds["memory"] for measure in measures):
            return MEMORY.format(bounds["memory"] >> 20)
        if self._ticks(processes) > bounds["cpu"] * _TICKS:
            return TIME.format(bounds["cpu"])
        if files() > max(bounds["files"], self._files_before):
            return self.too_many_files()
        return ""

    def too_many_files(self) -> str:
        """The sentence about too many files."""
        return FILES.format(self._bounds["files"])

    def _ticks(self, processes: list[int]) -> int:
        """Ticks of the processor that were taken, those of processes that have ended included.

        They are counted in two ways, since code can keep out of either: what parents know of
        children that they have waited for, and what was seen of each process.
        """
        alive = {}
        waited = 0
        for pid in processes:
            fields = _fields(pid)
            if len(fields) > 14:
                alive[pid] = int(fields[11]) + int(fields[12])
                waited += int(fields[13]) + int(fields[14])
        self._gone += sum(ticks for pid, ticks in self._seen.items() if pid not in alive)
        self._seen = alive
        keeper = _fields(1)
        waited += int(keeper[13]) + int(keeper[14])
        return sum(alive.values()) + max(self._gone, waited)


def files() -> int:
    """How many files there are in memory."""
    total = 0
    for mount in MOUNTS:
        with suppress(OSError):
            status = os.statvfs(mount)
            total += status.f_files - status.f_ffree
    return total


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third one on, the state."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _resident(pid: int) -> int:
    """Bytes in memory, those that are shared with others included."""
    fields: Any = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * _PAGE if len(fields) > 1 else 0


def _proportional(pid: int) -> int:
    """Bytes in memory, those that are shared divided by how many share them."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return _resident(pid)
