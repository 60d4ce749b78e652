"""Where bnaGPT keeps its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

APPLICATION: Final = "bnagpt"
"""The name of our folder inside the user's own."""

_ADVICE: Final = "Set HOME, or BNAGPT_DATA_DIR and BNAGPT_CONFIG_DIR."

PRIVATE_DIRECTORY: Final = 0o700
"""The mode of every directory that we make: nobody else reads a conversation."""

PRIVATE_FILE: Final = 0o600
"""The mode of every file that we make."""


def data_directory(environment: Mapping[str, str]) -> Path:
    """Where conversations are kept: `BNAGPT_DATA_DIR`, else the platform's own place.

    Raises:
        SettingsError: There is no such place.
    """
    chosen = environment.get("BNAGPT_DATA_DIR")
    if chosen:
        return expanded(chosen)
    import platformdirs  # noqa: PLC0415  # only where the environment says nothing

    return _of_platform(platformdirs.user_data_dir)


def config_directory(environment: Mapping[str, str]) -> Path:
    """Where settings and the key are kept: `BNAGPT_CONFIG_DIR`, else the platform's own place.

    Raises:
        SettingsError: There is no such place.
    """
    chosen = environment.get("BNAGPT_CONFIG_DIR")
    if chosen:
        return expanded(chosen)
    import platformdirs  # noqa: PLC0415  # as above

    return _of_platform(platformdirs.user_config_dir)


def expanded(path: str | Path) -> Path:
    """A path with the home directory in the place of `~`.

    Raises:
        SettingsError: Nobody knows that home: a user without an entry, in a container, has none.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise SettingsError(f"{path}: this home directory is not known. {_ADVICE}") from None


def _of_platform(place: Callable[[str], str]) -> Path:
    """One of the platform's own places for our files."""
    try:
        return expanded(place(APPLICATION))
    except RuntimeError:
        raise SettingsError(f"This user has no home directory. {_ADVICE}") from None


def make_private(directory: Path) -> Path:
    """The directory, there and readable by its owner alone.

    Raises:
        OSError: It cannot be made.
    """
    directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    if directory.stat().st_mode & 0o077:
        directory.chmod(PRIVATE_DIRECTORY)
    return directory


def write_private(path: Path, text: str) -> None:
    """Put a text in the place of a file that its owner alone reads, all at once.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    temporary = make_private(path.parent) / f"{path.name}.{os.getpid()}.tmp"
    temporary.touch(PRIVATE_FILE)
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
