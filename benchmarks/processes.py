"""What the system knows of a process and its children: time, memory, bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def parents() -> dict[int, int]:
    """The parent of every process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(entry.name)] = int(fields[1])
    return found


def tree(pid: int) -> Iterator[int]:
    """A process and all that it started, and so on."""
    known = parents()
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [child for child, parent in known.items() if parent == one]


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children, ended ones included."""
    return sum(sum(map(int, fields[11:15])) / _TICKS for one in tree(pid) if (fields := _stat(one)))


def memory_megabytes(pid: int) -> float:
    """Memory of a process and its children, shared pages counted by their share."""
    return sum(_pss(one) for one in tree(pid)) / 1024


def written_bytes() -> int:
    """What this process has handed to `write` and its like so far."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` behind the name, which may hold anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()


def _pss(pid: int) -> int:
    """Proportional memory in kilobytes; 0 for a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    lines = (line.split() for line in text.splitlines())
    return next((int(words[1]) for words in lines if words[0] == "Pss:"), 0)
