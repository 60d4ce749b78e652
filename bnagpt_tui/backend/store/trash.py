"""The trash: files of deleted conversations, each under its id and the second of its deletion."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ..models import Conversation
from .files import Files
from .places import SUFFIX, Places, is_id

TRASH_KEPT: Final = timedelta(days=30)
"""How long a deleted conversation can be had back."""


@dataclass(frozen=True, slots=True)
class Trashed:
    """A conversation in the trash."""

    conversation: Conversation
    """What is known of it."""
    deleted: datetime
    """When it was deleted."""


@dataclass(frozen=True, slots=True)
class TrashedFile:
    """A file in the trash."""

    path: Path
    """The file."""
    conversation_id: str
    """Whose it is."""
    deleted: datetime
    """When it was deleted."""


class Trash:
    """The directory of deleted conversations."""

    def __init__(self, places: Places, files: Files) -> None:
        self._places = places
        self._files = files

    def take(self, conversation_id: str) -> None:
        """Move a conversation's file into the trash.

        Raises:
            OSError: It is where it was, or it is here and may be back after a power failure.
        """
        source = self._places.conversation(conversation_id)
        target = self._places.trash / f"{conversation_id}.{time.time_ns() // 10**9}{SUFFIX}"
        self._files.make_directory(self._places.trash)
        self._files.replace(source, target)
        self._files.sync_directory(self._places.trash)
        self._files.sync_directory(source.parent)

    def give_back(self, source: Path, conversation_id: str) -> None:
        """Move a file back to where it was.

        Args:
            source: The file in the trash.
            conversation_id: Whose it is.

        Raises:
            OSError: It is still here, or it is back and may be here after a power failure.
        """
        target = self._places.conversation(conversation_id)
        self._files.make_directory(target.parent)
        self._files.replace(source, target)
        self._files.sync_directory(target.parent)
        self._files.sync_directory(self._places.trash)

    def place(self, conversation_id: str) -> Path | None:
        """The file that was deleted last under this id, if there is one."""
        found = [file for file in self.files() if file.conversation_id == conversation_id]
        return max(found, key=lambda file: file.deleted).path if found else None

    def files(self) -> list[TrashedFile]:
        """All that is in the trash, deleted last first."""
        found = []
        for entry in self._files.entries(self._places.trash):
            conversation_id, _, rest = entry.name.partition(".")
            seconds = rest.removesuffix(SUFFIX)
            if is_id(conversation_id) and seconds.isdecimal() and rest.endswith(SUFFIX):
                deleted = datetime.fromtimestamp(min(int(seconds), 2**36), UTC)
                found.append(TrashedFile(Path(entry.path), conversation_id, deleted))
        return sorted(found, key=lambda file: file.deleted, reverse=True)

    def doomed(self, older_than: timedelta | None) -> list[TrashedFile]:
        """The files that have been here for longer than this; `None` for all of them."""
        now = datetime.now(UTC)
        return [
            file for file in self.files() if older_than is None or now - file.deleted > older_than
        ]

    def remove(self, doomed: list[TrashedFile]) -> int:
        """Remove files for good; how many is returned.

        Raises:
            OSError: One could not be removed; those before it are gone.
        """
        for file in doomed:
            self._files.remove(file.path)
        return len(doomed)
