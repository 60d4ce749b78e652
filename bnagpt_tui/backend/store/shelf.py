"""The conversations that are open, their locks, and the list that follows them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..errors import DamagedConversationError, StoreUnwritableError
from ..models import Conversation, Message
from .files import Files
from .index import Index
from .journal import Stamp, stamp
from .kept import KeptConversation, Saved
from .lock import Lock
from .messages import KeptMessages
from .names import find
from .places import SUFFIX, UNFINISHED, Places
from .problems import reading, writing

OPEN_AT_ONCE: Final = 8
"""Conversations that are held in memory, those that were used last."""

SIZE_AT_ONCE: Final = 1 << 24
"""Bytes of files beyond which all but the last conversation are let go sooner."""

_PROGRESS_EVERY: Final = 100


class Shelf:
    """What a repository holds in memory of its files.

    Not for several threads at once.
    """

    def __init__(self, places: Places, files: Files, reports: list[str]) -> None:
        """Hold nothing yet.

        Args:
            places: Where everything is.
            files: The file operations.
            reports: Takes sentences for the user.
        """
        self._places = places
        self._files = files
        self._reports = reports
        self._open: OrderedDict[str, KeptConversation] = OrderedDict()
        self._locks: dict[str, Lock] = {}
        self._seen: dict[str, Stamp | None] = {}
        self._index = Index(places, files)
        self._index_seen: Stamp | None = None

    def conversations(
        self, on_progress: Callable[[int, int], None] | None, *, verified: bool = True
    ) -> list[Conversation]:
        """Every conversation in the list, which is compared with the files when it is new.

        Args:
            on_progress: Called with how many files are read of how many.
            verified: Whether to compare it; one that is not counts as changed from here on.

        Raises:
            DamagedConversationError: The directory cannot be read.
        """
        with reading(self._places.conversations):
            self._index.catch_up()
            if verified and not self._index.is_verified:
                self._verify(on_progress)
                self._index.is_verified = True
        self._index_seen = self._index.stamp
        return self._index.conversations()

    def find(self, name: str) -> Conversation:
        """The conversation that is meant by a name, the beginning of one, or an id.

        Raises:
            ConversationNotFoundError: None fits, or several do.
        """
        return find(self.conversations(None), name)

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

    def load(self, kept: KeptConversation) -> tuple[Conversation, KeptMessages]:
        """The conversation and its messages; from here on `refresh` looks for what comes later.

        Raises:
            DamagedConversationError: Nothing of it can be read.
        """
        loaded = kept.load(self._reports)
        self._seen[kept.id] = kept.stamp
        return loaded

    def save(
        self, kept: KeptConversation, conversation: Conversation, messages: tuple[Message, ...]
    ) -> None:
        """Save in a file, and in the list when the file belongs there; under the lock.

        Raises:
            StoreUnwritableError: The file is of a newer format.
            OSError: It could not be written; nothing has changed.
        """
        kept.catch_up()
        follows = self._seen.get(kept.id, kept.stamp) == kept.stamp
        is_new = kept.stamp is None
        known = self._index.known(kept.id)
        try:
            saved = kept.save(conversation, messages, known)
        except OSError:
            if is_new:
                self.settle(kept.id)
            raise
        if follows:
            self._seen[kept.id] = kept.stamp
        self._reports.extend(
            f"“{conversation.name}” was written anew; the file as it was is kept as {original}."
            for original in kept.drain_originals()
        )
        if kept.path == self._places.conversation(kept.id):
            self._note(kept, saved.conversation, write=not _can_wait(saved, known))

    def settle(self, conversation_id: str) -> None:
        """Look again where a conversation is that was moved, and have the list say so."""
        self._open.pop(conversation_id, None)
        self._seen.pop(conversation_id, None)
        kept = self.kept(conversation_id, self._places.conversation(conversation_id))
        try:
            conversation = kept.peek()
        except DamagedConversationError:
            with self._following_index():
                self._index.note_gone([conversation_id])
        else:
            self._note(kept, conversation, write=True)

    def has_changed(self, conversation_id: str) -> bool:
        """Whether another process changed the file since it was last loaded or saved."""
        path = self._places.conversation(conversation_id)
        return self._stamp(path) != self._seen.get(conversation_id)

    def list_has_changed(self) -> bool:
        """Whether another process changed the list since it was last given, or may have before."""
        return not self._index.is_verified or self._stamp(self._places.index) != self._index_seen

    def sync(self) -> None:
        """Wait until everything that was saved is on the disk itself.

        Raises:
            OSError: It may not be.
        """
        for kept in self._open.values():
            kept.sync()

    def flush(self) -> None:
        """Write what waits to be written in the list."""
        with self._following_index():
            self._index.flush()

    def _lock(self, conversation_id: str) -> Lock:
        if conversation_id not in self._locks:
            self._locks[conversation_id] = Lock(self._places.lock(conversation_id), self._files)
        return self._locks[conversation_id]

    def _stamp(self, path: Path) -> Stamp | None:
        with suppress(OSError):
            return stamp(path, self._files)
        return None

    def _note(self, kept: KeptConversation, conversation: Conversation, *, write: bool) -> None:
        with self._following_index():
            if kept.stamp:
                self._index.note(conversation, kept.stamp, write=write)

    @contextmanager
    def _following_index(self) -> Iterator[None]:
        """Change the list in the block, and take that for no change by another process."""
        self._index.catch_up()
        follows = self._index_seen == self._index.stamp
        yield
        if follows:
            self._index_seen = self._index.stamp

    def _verify(self, on_progress: Callable[[int, int], None] | None) -> None:
        """Read again the files that the list does not fit, and clear away what a crash left."""
        files, gone = self._index.outdated()
        for number, (conversation_id, path) in enumerate(files.items()):
            if on_progress and number % _PROGRESS_EVERY == 0:
                on_progress(number, len(files))
            kept = self.kept(conversation_id, path)
            try:
                self._note(kept, kept.peek(), write=False)
            except DamagedConversationError as error:
                self._reports.append(str(error))
        self._index.note_gone(gone)
        if on_progress and files:
            on_progress(len(files), len(files))
        self._clear_away()

    def _clear_away(self) -> None:
        """Remove unfinished files and locks that nobody holds."""
        unfinished = SUFFIX + UNFINISHED
        for entry in self._files.entries(self._places.conversations):
            if entry.name.endswith(unfinished):
                self._clear(entry.name.removesuffix(unfinished), Path(entry.path))
        for entry in self._files.entries(self._places.locks):
            if "." not in entry.name:
                self._clear(entry.name, None)

    def _clear(self, name: str, path: Path | None) -> None:
        lock = Lock(self._places.lock(name), self._files, patience=0)
        with suppress(OSError, StoreUnwritableError), lock.held():
            if path:
                self._files.remove(path)


def _can_wait(saved: Saved, known: Conversation | None) -> bool:
    """Whether the list may be left as it is until the answer that is on its way has ended."""
    conversation = saved.conversation
    return (
        saved.is_partial
        and known is not None
        and replace(known, updated=conversation.updated) == conversation
    )
