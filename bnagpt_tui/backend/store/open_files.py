"""The files of the conversations that were used last, and the locks of all."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..errors import StoreUnwritableError
from .files import Files
from .kept import KeptConversation
from .lock import Lock
from .places import SUFFIX, UNFINISHED, Places
from .problems import writing

OPEN_AT_ONCE: Final = 8
"""Conversations that are held in memory, those that were used last."""

SIZE_AT_ONCE: Final = 1 << 24
"""Bytes of files beyond which all but the last conversation are let go sooner."""


class OpenFiles:
    """Conversations' files in memory, as many as there is room for.

    Not for several threads at once.
    """

    def __init__(self, places: Places, files: Files) -> None:
        """Hold nothing yet.

        Args:
            places: Where everything is.
            files: The file operations.
        """
        self._places = places
        self._files = files
        self._open: OrderedDict[str, KeptConversation] = OrderedDict()
        self._locks: dict[str, Lock] = {}
        self._stand_in: Lock | None = None

    @contextmanager
    def under(self, lock: Lock) -> Iterator[None]:
        """Have a lock that is held stand for those of conversations that are made in the block.

        Nobody else knows of these, so that one lock for each would keep nobody away.
        """
        self._stand_in = lock
        try:
            yield
        finally:
            self._stand_in = None
            self._open.clear()

    @contextmanager
    def locked(self, conversation_id: str) -> Iterator[None]:
        """Keep other processes from writing this conversation, in the block.

        Raises:
            StoreUnwritableError: The lock cannot be had, or the system refused something in
                the block.
        """
        lock = self._lock(conversation_id)
        with writing(self._places.root):
            self._files.make_directory(self._places.root)
            with lock.held():
                yield

    def kept(self, conversation_id: str, path: Path) -> KeptConversation:
        """The conversation's file, which stays open for a while.

        Args:
            conversation_id: Whose file it is.
            path: Where it is at this moment.
        """
        kept = self._open.pop(conversation_id, None)
        if kept is None or kept.path != path:
            lock = self._lock(conversation_id)
            kept = KeptConversation(conversation_id, path, self._files, lock, self._places.aside)
        self._open[conversation_id] = kept
        self._make_room()
        return kept

    def _make_room(self) -> None:
        """Let go of what was not used for longest."""
        size = sum(each.size for each in self._open.values())
        while len(self._open) > OPEN_AT_ONCE or (size > SIZE_AT_ONCE and len(self._open) > 1):
            oldest, kept = self._open.popitem(last=False)
            size -= kept.size
            with suppress(OSError, StoreUnwritableError):
                kept.sync()
            self._locks.pop(oldest, None)

    def forget(self, conversation_id: str) -> None:
        """Let go of a conversation's file."""
        self._open.pop(conversation_id, None)

    def sync(self) -> None:
        """Wait until everything that was saved is on the disk itself.

        Raises:
            OSError: It may not be.
        """
        for kept in self._open.values():
            kept.sync()

    def _lock(self, conversation_id: str) -> Lock:
        if self._stand_in and not self._places.conversation(conversation_id).exists():
            return self._stand_in
        if conversation_id not in self._locks:
            self._locks[conversation_id] = Lock(self._places.lock(conversation_id), self._files)
        return self._locks[conversation_id]


def clear_away(places: Places, files: Files) -> None:
    """Remove unfinished files and locks that nobody holds."""
    unfinished = SUFFIX + UNFINISHED
    for entry in files.entries(places.conversations):
        if entry.name.endswith(unfinished):
            _clear(places, files, entry.name.removesuffix(unfinished), Path(entry.path))
    for entry in files.entries(places.locks):
        if "." not in entry.name:
            _clear(places, files, entry.name, None)


def _clear(places: Places, files: Files, name: str, path: Path | None) -> None:
    lock = Lock(places.lock(name), files, patience=0)
    with suppress(OSError, StoreUnwritableError), lock.held():
        if path:
            files.remove(path)
