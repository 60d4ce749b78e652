"""Where bnaGPT keeps its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

APPLICATION: Final = "bnagpt"
"""The name of our folder inside the user's own."""

PRIVATE_DIRECTORY: Final = 0o700
"""The mode of every directory that we make: nobody else reads a conversation."""

PRIVATE_FILE: Final = 0o600
"""The mode of every file that we make."""


def data_directory(environment: Mapping[str, str]) -> Path:
    """Where conversations are kept: `BNAGPT_DATA_DIR`, else the platform's own place."""
    chosen = environment.get("BNAGPT_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs  # noqa: PLC0415  # only where the environment says nothing

    return Path(platformdirs.user_data_dir(APPLICATION))


def config_directory(environment: Mapping[str, str]) -> Path:
    """Where settings and the key are kept: `BNAGPT_CONFIG_DIR`, else the platform's own place."""
    chosen = environment.get("BNAGPT_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs  # noqa: PLC0415  # as above

    return Path(platformdirs.user_config_dir(APPLICATION))


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
