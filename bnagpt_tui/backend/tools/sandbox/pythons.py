"""Which Python can run inside `bwrap`, and what it needs to see of the host."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

INSIDE: Final = "/python"
"""Where an interpreter that is not the system's own is, inside."""

PACKAGES: Final = "/packages"
"""Where the packages of the virtual environment are, inside."""

_SYSTEM: Final = ("/usr/bin/python3", "/usr/local/bin/python3")
_ROOTS: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter, and how it comes to be inside."""

    program: str
    """Its path, inside."""
    binds: tuple[str, ...]
    """What `bwrap` is told to show of the host, all of it read-only."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables of the environment that it needs."""
    has_packages: bool = False
    """Whether packages of a virtual environment are shown."""


def pythons(environment: Path | None) -> Iterator[Python]:
    """Yield the interpreters that may do, best first.

    Args:
        environment: A virtual environment whose packages are to be used; its interpreter comes
            first.
    """
    seen = set()
    for path in _candidates(environment):
        with suppress(OSError):
            program = path.resolve(strict=True)
            if program not in seen:
                seen.add(program)
                yield _python(program, environment)


def _candidates(environment: Path | None) -> Iterator[Path]:
    if environment:
        yield environment / "bin" / "python"
    yield Path(getattr(sys, "_base_executable", sys.executable))
    yield from map(Path, _SYSTEM)


def _python(program: Path, environment: Path | None) -> Python:
    """How this interpreter comes to be inside."""
    binds = list(_system_binds())
    variables: dict[str, str] = {}
    inside = str(program)
    if not program.is_relative_to("/usr"):
        prefix = program.parent.parent
        binds += ["--ro-bind", str(prefix), INSIDE]
        inside = f"{INSIDE}/{program.relative_to(prefix)}"
        variables["LD_LIBRARY_PATH"] = f"{INSIDE}/lib"
    found = sorted(environment.glob("lib/python*/site-packages")) if environment else []
    for packages in found[:1]:
        binds += ["--ro-bind", str(packages), PACKAGES]
    return Python(inside, tuple(binds), variables, bool(found))


def _system_binds() -> Iterator[str]:
    """Show the system's programs and libraries."""
    yield from ("--ro-bind", "/usr", "/usr")
    for root in _ROOTS:
        path = Path(root)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), root)
        elif path.is_dir():
            yield from ("--ro-bind", root, root)
    yield from ("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")
    yield from ("--ro-bind-try", "/nix/store", "/nix/store")
