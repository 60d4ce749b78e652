"""What code that models wrote may use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024
"""Bytes."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The kind of sandbox, its place, and its limits."""

    scratch: Path
    """The directory in which the files of each conversation's code are kept between runs."""
    kind: str = "auto"
    """`bwrap`, `monty`, or `auto` for the first of them that works here."""
    environment: Path | None = None
    """A virtual environment whose packages may be used, inside `bwrap`."""
    private: tuple[Path, ...] = ()
    """Directories that are never shown inside, beside the user's home and that of the files."""
    seconds: float = 30.0
    """How long a run may take."""
    memory: int = 1024 * MEGABYTE
    """Bytes of a process's address space, and of what all processes take together; a tenth of it
    for `monty`."""
    processes: int = 32
    """Processes and threads at once."""
    file_bytes: int = 20 * MEGABYTE
    """Bytes of one file."""
    disk_bytes: int = 200 * MEGABYTE
    """Bytes of all files in the scratch directory."""
    processor_seconds: int = 600
    """Seconds of the processor that all processes of an interpreter take together."""
    output_characters: int = 200_000
    """Characters of output that are kept; after ten times as many a run is ended."""
    returned_files: int = 10
    """Files that one run hands back."""
    returned_bytes: int = 20 * MEGABYTE
    """Bytes of all files that one run hands back."""
    interpreters: int = 6
    """Conversations that have an interpreter at once; the longest unused ends first."""
