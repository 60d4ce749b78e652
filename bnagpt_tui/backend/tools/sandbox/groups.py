"""Control groups: bounds that the kernel keeps for all processes of a sandbox together.

A group may be had in three ways, tried in this order: a directory beside or in that of bnaGPT's own
group, where this user may make one (as root, or where it was delegated), of version 2 or of
version 1; else a scope of systemd's. Where there is none, each process has its own limits only, and
what all use together is looked at ten times a second.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

PREFIX: Final = "bnagpt-"
"""What the names of groups begin with."""

ROOT: Final = Path("/sys/fs/cgroup")
"""Where groups are."""

SYSTEMD: Final = Path("/run/systemd/system")
"""It is there where systemd runs the machine."""

_LEAVING_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What all processes of a sandbox may use together."""

    memory: int
    """Bytes, those of files in memory included."""
    processes: int
    """Processes and threads."""


class Group(Protocol):
    """A group, made for one sandbox."""

    @property
    def words(self) -> Sequence[str]:
        """What the command that starts the sandbox begins with."""
        ...

    @property
    def entrances(self) -> Sequence[str]:
        """Files into which the process that starts the sandbox writes 0."""
        ...

    def close(self) -> None:
        """Remove it, once its processes have ended."""
        ...


class Groups(Protocol):
    """One of the ways to have groups."""

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    def make(self, bounds: Bounds) -> Group:
        """Make a group.

        Raises:
            OSError: It cannot be made.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Made:
    """A group; where it has directories, they are removed with it."""

    words: Sequence[str] = ()
    directories: Sequence[Path] = ()

    @property
    def entrances(self) -> Sequence[str]:
        """Files into which the process that starts the sandbox writes 0."""
        return [str(directory / "cgroup.procs") for directory in self.directories]

    def close(self) -> None:
        """Remove it, once its processes have ended."""
        deadline = time.monotonic() + _LEAVING_SECONDS
        for directory in self.directories:
            with suppress(OSError):
                _set(directory / "cgroup.kill", "1")
            while directory.exists() and time.monotonic() < deadline:
                try:
                    directory.rmdir()
                except OSError:
                    time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Directories:
    """Groups that are made as directories."""

    title: str
    parents: Sequence[Path]
    """One for each hierarchy."""
    version: int

    def make(self, bounds: Bounds) -> Group:
        """Make a group.

        Raises:
            OSError: It cannot be made.
        """
        _sweep(self.parents)
        name = f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        group = _Made(directories=[parent / name for parent in self.parents])
        values = _VALUES[self.version](bounds)
        try:
            for directory in group.directories:
                directory.mkdir()
            for (controller, file), value in values.items():
                _write(group.directories, controller, file, value)
        except OSError:
            group.close()
            raise
        return group


def _version_2(bounds: Bounds) -> Mapping[tuple[bool, str], str]:
    return {
        (True, "memory.max"): str(bounds.memory),
        (False, "memory.swap.max"): "0",
        (True, "pids.max"): str(bounds.processes),
    }


def _version_1(bounds: Bounds) -> Mapping[tuple[bool, str], str]:
    return {
        (True, "memory.limit_in_bytes"): str(bounds.memory),
        (False, "memory.memsw.limit_in_bytes"): str(bounds.memory),
        (True, "pids.max"): str(bounds.processes),
    }


_VALUES: Final = {1: _version_1, 2: _version_2}


def _write(directories: Sequence[Path], needed: bool, file: str, value: str) -> None:
    """Write a bound where it belongs.

    Raises:
        OSError: There is no place for one that is needed.
    """
    places = [directory / file for directory in directories if (directory / file).exists()]
    if needed and not places:
        raise FileNotFoundError(2, f"no {file}")
    for place in places:
        _set(place, value)


def _set(place: Path, value: str) -> None:
    """Write into a file that the kernel has made, and make none where it has not.

    Raises:
        OSError: There is none, or the kernel refuses the value.
    """
    with place.open("r+", encoding="ascii") as opened:
        opened.write(value)


def _sweep(parents: Sequence[Path]) -> None:
    """Remove groups that a bnaGPT has left which is no more; those with processes stay."""
    for parent in parents:
        for directory in parent.glob(f"{PREFIX}*-*"):
            with suppress(OSError):
                if not Path("/proc", directory.name.split("-")[1]).exists():
                    directory.rmdir()


@dataclass(frozen=True, slots=True)
class Scopes:
    """Groups that systemd makes."""

    program: str
    """The path of `systemd-run`."""
    user: bool
    """Whether it is the user's own systemd."""
    title: str = "a scope of systemd"

    def make(self, bounds: Bounds) -> Group:
        """Describe a group; systemd makes it with the process."""
        words = [self.program, *(["--user"] if self.user else []), "--scope", "--quiet"]
        words += ["--collect", "-p", f"MemoryMax={bounds.memory}", "-p", "MemorySwapMax=0"]
        return _Made([*words, "-p", f"TasksMax={bounds.processes}", "--"])


def ways(own: str | None = None, root: Path = ROOT, systemd: Path = SYSTEMD) -> Iterator[Groups]:
    """Yield the ways to have a group that may work here, best first.

    Args:
        own: The text of /proc/self/cgroup.
        root: Where groups are.
        systemd: It is there where systemd runs the machine.
    """
    if own is None:
        try:
            own = Path("/proc/self/cgroup").read_text("utf-8", "replace")
        except OSError:
            own = ""
    paths = {names: path for _, names, path in (line.split(":", 2) for line in own.splitlines())}
    if (path := paths.get("")) is not None:
        for base in (root, root / "unified"):
            own_group = base / path.lstrip("/")
            for parent in dict.fromkeys((own_group.parent, own_group)):
                if parent.is_relative_to(base) and _controls(parent):
                    yield Directories("a control group", [parent], 2)
    if parents := _first_version(paths, root):
        yield Directories("control groups of version 1", parents, 1)
    program = shutil.which("systemd-run")
    if program and systemd.exists():
        yield Scopes(program, os.geteuid() != 0)


def _controls(parent: Path) -> bool:
    """Whether groups made in this one, of version 2, may bound what they have to."""
    if not os.access(parent, os.W_OK) or not os.access(parent / "cgroup.procs", os.W_OK):
        return False
    for _ in range(2):
        try:
            enabled = (parent / "cgroup.subtree_control").read_text("ascii").split()
            if {"memory", "pids"} <= set(enabled):
                return True
            (parent / "cgroup.subtree_control").write_text("+memory +pids")
        except OSError:
            return False
    return False


def _first_version(paths: Mapping[str, str], root: Path) -> list[Path]:
    """The directories of our own groups of version 1, or of those above all."""
    found = []
    for controller in ("memory", "pids"):
        named = [names for names in paths if controller in names.split(",")]
        base = root / (named[0] if named else controller)
        if not named or not base.is_dir():
            return []
        own = base / paths[named[0]].lstrip("/")
        place = own if own.is_dir() else base
        if not os.access(place, os.W_OK):
            return []
        found.append(place)
    return found
