"""The conversations that are open, their locks, and the list that follows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..errors import DamagedConversationError, StoreUnwritableError
from ..models import Conversation, Message
from ..naming import folded
from .files import Files
from .index import Index
from .journal import Stamp, stamp
from .kept import KeptConversation, Saved
from .lock import Lock
from .messages import KeptMessages
from .names import find
from .open_files import OpenFiles, clear_away
from .places import NAMES, Places
from .problems import reading, writing

_PROGRESS_EVERY: Final = 100

_TOLD_APART_AT_ONCE: Final = 100
"""Twins whose files are changed in one go."""


class Shelf:
    """What a repository holds in memory of its files; not for several threads at once."""

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
        self.open_files = OpenFiles(places, files)
        """The files that are in memory, and their locks."""
        self._seen: dict[str, Stamp | None] = {}
        self._index = Index(places, files)
        self._index_seen: Stamp | None = None
        self._names_lock = Lock(places.lock(NAMES), files)
        self._naming = 0
        self._directory_seen: Stamp | None = None

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
        return [self._called(each) for each in self._index.conversations()]

    def _called(self, conversation: Conversation) -> Conversation:
        """The conversation under the name that is its alone."""
        if not self._index.is_verified:
            return conversation
        name = self._index.apart.get(conversation.id)
        return replace(conversation, name=name) if name else conversation

    def find(self, name: str) -> Conversation:
        """The conversation that is meant by a name, the beginning of one, or an id.

        Raises:
            ConversationNotFoundError: None fits, or several do.
        """
        return find(self.conversations(None), name)

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Keep other processes from giving names, in the block; all names are known in it.

        Taken before the lock of a conversation, never after it.

        Raises:
            StoreUnwritableError: The lock cannot be had, or something in the block failed.
        """
        with writing(self._places.root):
            self._files.make_directory(self._places.root)
            with self._names_lock.held(), self._index.patiently():
                self._look_for_unknown()
                self._naming += 1
                try:
                    yield
                finally:
                    self._naming -= 1
                    self._directory_seen = self._stamp(self._places.conversations)

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """As `naming`; what is saved in the block is listed, and on the disk, after it."""
        under_names = self.open_files.under(self._names_lock)
        with self.naming(), self._files.synced_at_the_end(), self._index.put_off(), under_names:
            yield

    @contextmanager
    def saving(self, conversation: Conversation) -> Iterator[None]:
        """Keep others from writing a conversation, and from giving names if this may give one."""
        known = self._index.known(conversation.id)
        is_named = known and folded(known.name) == folded(conversation.name)
        naming = nullcontext() if is_named else self.naming()
        with naming, self.open_files.locked(conversation.id):
            yield

    def named(self, name: str, *, other_than: str = "") -> Conversation | None:
        """The conversation that has this name; `None` when none has. In `naming`."""
        owner = self._index.names.owner(name, other_than=other_than)
        known = self._index.known(owner) if owner else None
        return self._called(known) if known else None

    def free_name(self, name: str, *, other_than: str = "") -> str:
        """The name, or one like it that nobody has. In `naming`."""
        return self._index.names.free(name, other_than=other_than)

    def keep_apart(self) -> None:
        """Write the numbers that tell conversations of one name apart into their files."""
        for conversation_id, name in list(self._index.apart.items())[:_TOLD_APART_AT_ONCE]:
            path = self._places.conversation(conversation_id)
            with (
                suppress(DamagedConversationError, StoreUnwritableError),
                self.naming(),
                self.open_files.locked(conversation_id),
            ):
                kept = self.open_files.kept(conversation_id, path)
                conversation = kept.peek()
                if self._index.apart.get(conversation_id) == name:
                    self.save(kept, replace(conversation, name=name), ())

    def _look_for_unknown(self) -> None:
        """Take in conversations that somebody made and could not put into the list."""
        self._index.catch_up()
        if self._stamp(self._places.conversations) == self._directory_seen:
            return
        for conversation_id, path in self._index.unknown().items():
            with suppress(DamagedConversationError):
                kept = self.open_files.kept(conversation_id, path)
                self._note(kept, kept.peek(), write=False)

    def load(self, kept: KeptConversation) -> tuple[Conversation, KeptMessages]:
        """The conversation and its messages; from here on `refresh` looks for what comes later.

        Raises:
            DamagedConversationError: Nothing of it can be read.
        """
        conversation, messages = kept.load(self._reports)
        self._seen[kept.id] = kept.stamp
        return self._called(conversation), messages

    def save(
        self, kept: KeptConversation, conversation: Conversation, messages: tuple[Message, ...]
    ) -> Conversation:
        """Save in a file, and in the list when the file belongs there; under the lock.

        Returns:
            The conversation as the file has it: in `naming`, under a name that is free.

        Raises:
            StoreUnwritableError: The file is of a newer format.
            OSError: It could not be written; nothing has changed.
        """
        kept.catch_up()
        follows = self._seen.get(kept.id, kept.stamp) == kept.stamp
        is_new = kept.stamp is None
        known = self._index.known(kept.id)
        try:
            name = self._name_in_file(kept, conversation, known)
            saved = kept.save(conversation, messages, known, name=name)
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
        return saved.conversation

    def _name_in_file(
        self, kept: KeptConversation, conversation: Conversation, known: Conversation | None
    ) -> str:
        """The name to give in place of one that is taken; empty where all is well."""
        wanted = kept.merged(conversation, known).name
        is_listed = kept.path == self._places.conversation(kept.id)
        if not self._naming or not is_listed or wanted in {"", kept.name}:
            return ""
        return self.free_name(wanted, other_than=kept.id)

    def settle(self, conversation_id: str) -> None:
        """Look again where a conversation is that was moved, and have the list say so.

        In `naming`, one whose name was taken meanwhile is given a number.
        """
        self.open_files.forget(conversation_id)
        self._seen.pop(conversation_id, None)
        kept = self.open_files.kept(conversation_id, self._places.conversation(conversation_id))
        try:
            conversation = kept.peek()
        except DamagedConversationError:
            with self._following_index():
                self._index.note_gone([conversation_id])
            return
        free = self.free_name(conversation.name, other_than=kept.id) if self._naming else ""
        if free and conversation.name not in {"", free}:
            with suppress(OSError, StoreUnwritableError):
                self.save(kept, replace(conversation, name=free), ())
                return
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
        self.open_files.sync()

    def flush(self) -> None:
        """Write what waits to be written in the list."""
        with self._following_index():
            self._index.flush()

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
            kept = self.open_files.kept(conversation_id, path)
            try:
                self._note(kept, kept.peek(), write=False)
            except DamagedConversationError as error:
                self._reports.append(str(error))
        self._index.note_gone(gone)
        if on_progress and files:
            on_progress(len(files), len(files))
        clear_away(self._places, self._files)


def _can_wait(saved: Saved, known: Conversation | None) -> bool:
    """Whether the list may be left as it is until the answer that is on its way has ended."""
    conversation = saved.conversation
    return (
        saved.is_partial
        and known is not None
        and replace(known, updated=conversation.updated) == conversation
    )
