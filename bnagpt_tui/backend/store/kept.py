"""One conversation and its messages in a database of their own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from tinydb.table import Document

from ..errors import DamagedConversationError, StoreUnwritableError
from ..models import Conversation, Message, Outcome, Role
from ..text import one_line
from .files import Files
from .journal import Stamp
from .lines import VERSION
from .lock import Lock
from .messages import KeptMessages
from .problems import reading
from .records import conversation_from, document_number, record
from .table import JournalDatabase

_ONLY: Final = 1
"""The number of the one document in the table `conversation`."""

SYNC_EVERY: Final = 1.0
"""Seconds for which parts of an answer on its way may be left to the system."""

_NAME_LENGTH: Final = 60

_ESSENTIAL: Final = frozenset({"name", "created", "updated"})
"""What is taken from the messages where the conversation's record has lost it."""


class Saved(NamedTuple):
    """What a save came to."""

    conversation: Conversation
    """The conversation as it is in the file."""
    is_partial: bool
    """Whether the messages were but further parts of answers on their way.

    These are synced once in a while only.
    """


class KeptConversation:
    """The file of one conversation."""

    def __init__(
        self, conversation_id: str, path: Path, files: Files, lock: Lock, aside: Path
    ) -> None:
        """Name the file; it is opened when it is first used.

        Args:
            conversation_id: Whose file it is.
            path: The file.
            files: The file operations.
            lock: What is held while it is written.
            aside: Where originals are kept.
        """
        self.id = conversation_id
        """Whose file it is."""
        self._database = JournalDatabase(path, files, lock=lock, aside=aside)
        self._storage = self._database.storage
        self._journal = self._storage.journal
        self._has_told = False
        self._base: Conversation | None = None
        self._synced = -SYNC_EVERY
        self.path = path
        """The file."""

    @property
    def stamp(self) -> Stamp | None:
        """The file as it was when it was last read or written."""
        return self._journal.stamp

    @property
    def size(self) -> int:
        """Bytes of the file that are held in memory, in one form or another."""
        return self._journal.size

    def load(self, reports: list[str]) -> tuple[Conversation, KeptMessages]:
        """The conversation and its messages, in the order in which they were first kept.

        Args:
            reports: Takes a sentence for each thing that the user should know.

        Raises:
            DamagedConversationError: Nothing of it can be read.
        """
        with reading(self.path):
            self.catch_up()
        messages = KeptMessages(self._storage.documents("messages"))
        if messages.lost:
            reports.append(
                f"{messages.lost} messages in {self.path} cannot be read and are left out."
            )
        conversation = self._conversation(messages)
        self._report(conversation.name, reports)
        self._base = conversation
        return conversation, messages

    def peek(self) -> Conversation:
        """What is known of the conversation; its messages are left alone.

        Raises:
            DamagedConversationError: Nothing of it can be read.
        """
        with reading(self.path):
            self.catch_up()
        kept = self._record() or {}
        return conversation_from(kept, self.id) if kept.keys() >= _ESSENTIAL else self.load([])[0]

    @property
    def name(self) -> str | None:
        """What the file called the conversation when it was last read; `None` for a new file."""
        kept = self._record()
        return str(kept.get("name", "")) if kept else None

    def catch_up(self) -> None:
        """Read what other processes wrote.

        Raises:
            OSError: The file cannot be read.
        """
        self._journal.catch_up()

    def save(
        self,
        conversation: Conversation,
        messages: Iterable[Message],
        base: Conversation | None,
        *,
        name: str = "",
    ) -> Saved:
        """Keep the conversation and the messages, in one transaction.

        Of the conversation, what is no change stays as it is in the file: another process may
        have changed it.

        Args:
            conversation: What is known of it.
            messages: Messages to add or to change.
            base: What the conversation was changed from, unless it was loaded or saved here
                before; `None` when that is not known.
            name: What it is called in the file, if not as the caller has it.

        Raises:
            StoreUnwritableError: The file is of a newer format, or locked for too long.
            OSError: It could not be written; nothing has changed.
        """
        messages = tuple(messages)
        partial = bool(messages) and all(map(self._is_partial, messages))
        sync = not partial or time.monotonic() - self._synced > SYNC_EVERY
        merged = self.merged(conversation, base)
        if name:
            merged = replace(merged, name=name)
        with self._storage.transaction(sync=sync):
            self._put("conversation", _ONLY, merged)
            for message in messages:
                self._put("messages", document_number(message.id), message)
        self._base = conversation
        if sync:
            self._synced = time.monotonic()
        return Saved(merged, partial)

    def merged(self, conversation: Conversation, base: Conversation | None) -> Conversation:
        """What a save would make of the conversation, as `save` takes it, when all is read."""
        base = self._base or base
        kept = self._record()
        if kept is None or base is None:
            return conversation
        changed = {
            name: getattr(conversation, name)
            for name in Conversation.__slots__
            if getattr(conversation, name) != getattr(base, name)
        }
        return replace(conversation_from(kept, self.id), **changed)

    def sync(self) -> None:
        """Wait until everything that was saved is on the disk itself.

        Raises:
            StoreUnwritableError: It may not be, and the file is locked for too long.
            OSError: It may not be.
        """
        if self._journal.is_suspect:
            self._storage.rewrite()
        self._journal.sync()

    def _is_partial(self, message: Message) -> bool:
        """Whether this is an answer on its way that is kept in part already."""
        kept = self._storage.documents("messages").get(str(document_number(message.id)), {})
        return bool(kept.get("outcome") == message.outcome == Outcome.INTERRUPTED)

    def _put(self, table: str, number: int, value: Conversation | Message) -> None:
        documents = self._database.table(table)
        kept = self._storage.documents(table).get(str(number))
        documents.upsert(Document(record(value, kept), number))

    def _record(self) -> dict[str, Any] | None:
        kept = self._storage.documents("conversation").get(str(_ONLY))
        return kept if isinstance(kept, dict) else None

    def _conversation(self, messages: KeptMessages) -> Conversation:
        """The conversation, under a name and with a head even where the record has lost them."""
        kept = self._record()
        if kept is None and not len(messages):
            raise DamagedConversationError(
                f"{self.path} holds no conversation that can be read; it was left as it is."
            )
        name = kept.get("name") if kept else None
        conversation = conversation_from(
            kept or {}, self.id, "" if isinstance(name, str) else _name_from(messages)
        )
        if not (kept or {}).keys() >= _ESSENTIAL:
            conversation = _dated(conversation, kept or {}, messages)
        if conversation.head in messages.parents or (kept and conversation.head is None):
            return conversation
        return replace(conversation, head=messages.last())

    def _report(self, name: str, reports: list[str]) -> None:
        """Tell of a newer format, and of damage, which is mended on this occasion."""
        damaged = self._journal.damaged
        if self._journal.version > VERSION:
            if not self._has_told:
                reports.append(
                    f"“{name}” was written by a newer bnaGPT: it can be read, but not changed."
                )
            self._has_told = True
        elif damaged:
            with suppress(OSError, StoreUnwritableError):
                self._storage.rewrite()
            originals = self.drain_originals()
            where = f"is kept as {originals[-1]}" if originals else "was left in its place"
            reports.append(
                f"{damaged} lines of “{name}” could not be read and are left out; "
                f"the file as it was found {where}."
            )

    def drain_originals(self) -> list[Path]:
        """Where originals were kept aside since the last call."""
        originals = self._storage.kept[:]
        self._storage.kept.clear()
        return originals


def _dated(
    conversation: Conversation, kept: Mapping[str, Any], messages: KeptMessages
) -> Conversation:
    """The conversation with the times of its messages where its record has lost its own."""
    times = [message.created for message in messages] or [conversation.created]
    return replace(
        conversation,
        created=conversation.created if "created" in kept else times[0],
        updated=conversation.updated if "updated" in kept else times[-1],
    )


def _name_from(messages: KeptMessages) -> str:
    for message in messages:
        if message.role is Role.USER:
            return one_line(message.content, _NAME_LENGTH) or "Recovered"
    return "Recovered"
