"""Where bnaGPT keeps its files."""

from __future__ import annotations

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
