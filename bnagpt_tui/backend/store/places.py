"""Where in the data directory everything lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIX: Final = ".jsonl"
"""How the name of every journal ends: it is a file of JSON lines."""

NAMES: Final = "=names"
"""The lock that is held while a name is looked up and given; no conversation's id."""

UNFINISHED: Final = ".new"
"""What follows the name of a file that is being written and has not taken its place."""

_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")


def is_id(text: str) -> bool:
    """Whether the text can be a conversation's id, and so a part of a file's name."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Places:
    """The directories and files of one store.

    Files are named by a conversation's id alone; its name is data inside.
    """

    root: Path
    """The data directory."""

    @property
    def index(self) -> Path:
        """The list of conversations, derived from their files; its format is in its name."""
        return self.root / f"index-1{SUFFIX}"

    @property
    def conversations(self) -> Path:
        """The directory of the conversations' files."""
        return self.root / "conversations"

    @property
    def trash(self) -> Path:
        """The directory of deleted conversations."""
        return self.root / "trash"

    @property
    def attachments(self) -> Path:
        """The directory of attached files, each named by its checksum."""
        return self.root / "attachments"

    @property
    def locks(self) -> Path:
        """The directory of locks that are held at this moment."""
        return self.root / "locks"

    @property
    def aside(self) -> Path:
        """The directory of originals: damaged files, and files of an older format."""
        return self.root / "kept-aside"

    def conversation(self, conversation_id: str) -> Path:
        """One conversation's file."""
        return self.conversations / f"{conversation_id}{SUFFIX}"

    def lock(self, name: str) -> Path:
        """The lock that is held while the conversation of this id, or the index, is written."""
        return self.locks / name
