"""The Groq key: from the environment or from a file that only its owner reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from .paths import PRIVATE_FILE, make_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME: Final = "groq.key"
"""The key's file inside the configuration directory; nothing else stands in it."""


def read_key(environment: Mapping[str, str], config_dir: Path) -> str:
    """The key that is to be used: `GROQ_API_KEY`, else the stored one, else an empty string."""
    from_environment = environment.get("GROQ_API_KEY", "").strip()
    if from_environment:
        return from_environment
    try:
        return (config_dir / FILE_NAME).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def store_key(config_dir: Path, key: str) -> Path:
    """Keep the key for the next start, mode 0600; the file's place is returned.

    Raises:
        OSError: The file cannot be written.
    """
    path = make_private(config_dir) / FILE_NAME
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return path
