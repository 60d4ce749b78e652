"""Which Python can run inside `bwrap`, and what it needs to see of the host.

Of an interpreter that is not the system's own, its program, its standard library and the libraries
beside it are shown, each by itself, and never a directory in which the user's home, bnaGPT's data
or its settings are: what stands around an interpreter may be anything.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_STORE: Final = "/nix/store"
_LIBRARIES: Final = ("lib", "lib64")
_MOST_LIBRARIES: Final = 60
_STANDARD: Final = re.compile(r"python3\.\d+t?")
_SHARED: Final = re.compile(r".+\.so(\.\d+)*")


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


def pythons(environment: Path | None, private: Iterable[Path] = ()) -> Iterator[Python]:
    """Yield the interpreters that may do, best first.

    Args:
        environment: A virtual environment whose packages are to be used; its interpreter comes
            first.
        private: Directories that are not to be seen, the user's home beside them.
    """
    hidden = _real([*private, *_homes()])
    seen = set()
    for path in _candidates(environment):
        with suppress(OSError):
            program = path.resolve(strict=True)
            if program not in seen:
                seen.add(program)
                if python := _python(program, environment, hidden):
                    yield python


def _homes() -> Iterator[Path]:
    """The user's home, by the environment and by the system."""
    with suppress(RuntimeError):
        yield Path.home()
    with suppress(ImportError, KeyError):
        import pwd  # noqa: PLC0415  # not on every system

        yield Path(pwd.getpwuid(os.getuid()).pw_dir)


def _real(paths: Iterable[Path]) -> list[Path]:
    """What the paths lead to; a home that is the root of all hides nothing by itself."""
    found = []
    for path in paths:
        with suppress(OSError, RuntimeError):
            found.append(path.resolve())
    return [path for path in dict.fromkeys(found) if path != Path("/")]


def _candidates(environment: Path | None) -> Iterator[Path]:
    if environment:
        yield environment / "bin" / "python"
    yield Path(getattr(sys, "_base_executable", sys.executable))
    yield from map(Path, _SYSTEM)


def _python(program: Path, environment: Path | None, hidden: Sequence[Path]) -> Python | None:
    """How this interpreter comes to be inside; `None` if it would show too much."""
    binds = list(_system_binds(hidden))
    variables: dict[str, str] = {}
    inside = str(program)
    if not any(program.is_relative_to(root) for root in ("/usr", *_ROOTS, _STORE)):
        parts = _parts(program)
        if not parts or not all(_may_be_shown(path, hidden) for path in parts.values()):
            return None
        for name, path in parts.items():
            binds += ["--ro-bind", str(path), f"{INSIDE}/{name}"]
        inside = f"{INSIDE}/bin/{program.name}"
        variables["LD_LIBRARY_PATH"] = f"{INSIDE}/lib"
    found = sorted(environment.glob("lib/python*/site-packages")) if environment else []
    packages = [path for path in map(Path.resolve, found[:1]) if _may_be_shown(path, hidden)]
    for path in packages:
        binds += ["--ro-bind", str(path), PACKAGES]
    return Python(inside, tuple(binds), variables, bool(packages))


def _parts(program: Path) -> dict[str, Path]:
    """What an interpreter is made of, by where it is to be inside; empty if that is not found."""
    prefix = program.parent.parent
    parts = {f"bin/{program.name}": program}
    for library in _LIBRARIES:
        directory = prefix / library
        names = sorted(each.name for each in directory.iterdir()) if directory.is_dir() else []
        standard = [name for name in names if _STANDARD.fullmatch(name)]
        if program.name in standard:
            standard = [program.name]
        for name in standard:
            if (directory / name).is_dir():
                parts[f"{library}/{name}"] = (directory / name).resolve()
        shared = [name for name in names if _SHARED.fullmatch(name)]
        if len(shared) > _MOST_LIBRARIES:  # conda's hundreds: a mount for each would take a second
            shared = [name for name in shared if name.startswith(_NEEDED)]
        for name in shared:
            if (directory / name).is_file():
                parts[f"{library}/{name}"] = (directory / name).resolve()
    return parts if len(parts) > 1 else {}


_NEEDED: Final = (
    "libpython",
    *("libcrypto", "libssl", "libz.", "libbz2", "liblzma", "libzstd", "libffi", "libexpat"),
    *("libsqlite3", "libuuid", "libncurses", "libtinfo", "libreadline", "libmpdec"),
    *("libstdc++", "libgcc_s", "libgomp", "libgfortran", "libquadmath", "libopenblas", "libblas"),
    *("libcblas", "liblapack", "libmkl", "libiomp"),
)
"""How the libraries begin whose names Python, its standard library and NumPy need."""


def _may_be_shown(path: Path, hidden: Sequence[Path]) -> bool:
    """Whether what is at this path, all links followed, holds nothing that is to be hidden."""
    return path != Path("/") and not any(each.is_relative_to(path) for each in hidden)


def _system_binds(hidden: Sequence[Path]) -> Iterator[str]:
    """Show the system's programs and libraries, and cover what is private in them."""
    shown = [Path("/usr")]
    yield from ("--ro-bind", "/usr", "/usr")
    for root in _ROOTS:
        path = Path(root)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), root)
        elif path.is_dir():
            shown.append(path)
            yield from ("--ro-bind", root, root)
    yield from ("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")
    if Path(_STORE).is_dir():
        shown.append(Path(_STORE))
        yield from ("--ro-bind", _STORE, _STORE)
    for path in hidden:
        if path.is_dir() and any(path != each and path.is_relative_to(each) for each in shown):
            yield from ("--size", "4096", "--tmpfs", str(path), "--remount-ro", str(path))
