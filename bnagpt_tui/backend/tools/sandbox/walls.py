"""What `bwrap` is told: what it keeps out, the little that it lets in, and what it starts."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from . import seccomp
from .groups import Bounds, Groups
from .inside.files import MOST_ENTRIES
from .options import MEGABYTE, SandboxOptions
from .pythons import PACKAGES, Python

NOBODY: Final = 65534
"""The user and the group that code runs as, inside; outside too where bnaGPT runs as root."""

SCRATCH: Final = "/scratch"
"""Where the scratch directory is, inside."""

TEMPORARY_BYTES: Final = 64 * MEGABYTE
"""Bytes of each of the other two directories that may be written in, /tmp and /dev/shm."""

_OWN_PROCESSES: Final = 4
"""Processes that are not the code's: `bwrap`, the keeper, the interpreter, and one to spare."""

_OWN_BYTES: Final = 64 * MEGABYTE
"""Bytes for them."""

_SPARED: Final = 5
"""By how much the interpreter is less urgent than its keeper, as of nice(2)."""

_HIDDEN_FILES: Final = ("keys", "key-users", "kcore", "kallsyms", "modules", "timer_list")
"""Files in /proc that tell of the host, or of its keys."""


@dataclass(frozen=True, slots=True)
class Walls:
    """What is built around code, as far as it can be had here."""

    python: Python
    """The interpreter."""
    filters: bool = True
    """Whether system calls are filtered."""
    groups: Groups | None = None
    """The way to have control groups; `None` for none."""

    @property
    def program(self) -> bytes:
        """The filter of system calls; empty for none."""
        return seccomp.program(platform.machine()) if self.filters else b""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What the keeper inherits."""

    control: int
    """It answers there."""
    files: int
    """It writes the stream of files there."""
    archive: int | None
    """It reads the files there that the last interpreter has left."""


def bounds(options: SandboxOptions) -> Bounds:
    """What a sandbox may use, all that is in it together.

    Args:
        options: The limits.
    """
    memory = options.memory + options.disk_bytes + 2 * TEMPORARY_BYTES + _OWN_BYTES
    return Bounds(memory, options.processes + _OWN_PROCESSES)


def arguments(walls: Walls, options: SandboxOptions, program: int | None) -> list[str]:
    """What `bwrap` is told beside the command.

    Args:
        walls: What there is to be.
        options: The limits.
        program: The descriptor that the filter of system calls is read from; `None` for no filter.
    """
    words = ["--unshare-all", "--unshare-user", "--disable-userns", "--as-pid-1"]
    words += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    words += ["--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"]
    for name, value in walls.python.variables.items():
        words += ["--setenv", name, value]
    words += ["--setenv", "HOME", SCRATCH, "--setenv", "LANG", "C.UTF-8"]
    words += ["--setenv", "PATH", "/usr/bin:/bin", "--setenv", "TMPDIR", "/tmp"]  # noqa: S108
    words += walls.python.binds
    words += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]
    for name in _HIDDEN_FILES:
        if Path("/proc", name).exists():
            words += ["--ro-bind", "/dev/null", f"/proc/{name}"]
    words += ["--dev", "/dev", "--remount-ro", "/dev"]
    for place, size in (
        ("/dev/shm", TEMPORARY_BYTES),  # noqa: S108  # its own, as is the next
        ("/tmp", TEMPORARY_BYTES),  # noqa: S108
        (SCRATCH, options.disk_bytes),
    ):
        words += ["--size", str(size), "--tmpfs", place]
    words += ["--chdir", SCRATCH, "--remount-ro", "/"]
    return words if program is None else [*words, "--seccomp", str(program)]


def command(walls: Walls, options: SandboxOptions, descriptors: Descriptors) -> list[str]:
    """The keeper's command, inside.

    Args:
        walls: What there is around it.
        options: The limits.
        descriptors: What it inherits.
    """
    limits = {
        "RLIMIT_CPU": options.processor_seconds,
        "RLIMIT_AS": options.memory,
        "RLIMIT_FSIZE": options.file_bytes,
        "RLIMIT_NPROC": options.processes,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CORE": 0,
    }
    told: dict[str, Any] = {
        "control": descriptors.control,
        "files": descriptors.files,
        "archive": descriptors.archive,
        "limits": limits,
        "bounds": {
            "memory": options.memory,
            "cpu": options.processor_seconds,
            "files": MOST_ENTRIES,
        },
        "disk": options.disk_bytes,
        "nice": _SPARED,
        "packages": [PACKAGES] if walls.python.has_packages else [],
        "sources": {name: _source(name) for name in ("files", "usage", "interpreter")},
    }
    python = walls.python.program
    return [python, "-I", "-B", "-u", "-c", _source("keeper"), json.dumps(told)]


def launching(words: list[str], program: str, entrances: list[str]) -> list[str]:
    """The command that becomes `bwrap`, as a process without what `bwrap` would leave it.

    Args:
        words: What `bwrap` is told.
        program: Its path.
        entrances: Files of the control groups that it joins.
    """
    architecture = seccomp.ARCHITECTURES.get(platform.machine())
    keyctl = architecture.keyctl if architecture else _KEYCTL.get(platform.machine(), "")
    user = NOBODY if os.geteuid() == 0 else ""
    source = Path(__file__).with_name("launcher.py").read_text("utf-8")
    python = [sys.executable, "-I", "-S", "-B", "-c", source]
    return [*python, "\n".join(entrances), str(user), str(keyctl), program, *words]


_KEYCTL: Final = {
    **dict.fromkeys(("riscv64", "loongarch64"), 219),
    **dict.fromkeys(("armv7l", "armv8l"), 311),
    **dict.fromkeys(("ppc64", "ppc64le"), 271),
    **dict.fromkeys(("i386", "i686"), 288),
    "s390x": 280,
}
"""The number of keyctl(2) on processors that there is no filter for."""


def environment() -> dict[str, str]:
    """What the command that becomes `bwrap` needs of the environment; `bwrap` gets nothing."""
    names = ("LD_LIBRARY_PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
    return {name: os.environ[name] for name in names if name in os.environ}


@cache
def _source(name: str) -> str:
    """The source of something that runs inside."""
    return Path(__file__).parent.joinpath("inside", f"{name}.py").read_text("utf-8")
