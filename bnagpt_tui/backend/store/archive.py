"""The asynchronous door to the kept conversations."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ..errors import ConversationNotFoundError, StoreError, StoreUnwritableError
from ..models import Attachment, Conversation, Message
from ..tree import MessageTree
from .archive_writer import ArchiveWriter
from .names import find
from .trash import Trashed

if TYPE_CHECKING:
    from .glance import Glance


_SEEN_FIRST: Final = 4
"""Messages at the end of a path that are drawn as soon as it is opened."""


class Archive(ArchiveWriter):
    """The repository, served by a thread of its own: calls take their turns, in order.

    What a save could not write is remembered. The next save of the conversation writes it
    too, and so does the archive by itself, once in a while, until it has worked.
    """

    async def conversations(self, *, verified: bool = True) -> list[Conversation]:
        """Every conversation that is not in the trash, in no order; see `Repository`.

        Raises:
            DamagedConversationError: The directory cannot be read.
        """
        loop = asyncio.get_running_loop()

        def on_progress(done: int, total: int) -> None:
            loop.call_soon_threadsafe(self._progress, done, total)

        self._repository.on_progress = on_progress
        return await self._ask(lambda: self._list(verified=verified))

    async def load(self, conversation_id: str) -> tuple[Conversation, list[Message]]:
        """A conversation and its messages, in the order in which they were first kept.

        What could not be written yet is part of them.

        Raises:
            ConversationNotFoundError: There is none with this id, or it is in the trash.
            DamagedConversationError: Nothing of it can be read.
        """
        conversation, tree = await self.open(conversation_id)
        return conversation, await self._ask(lambda: list(tree))

    async def open(self, conversation_id: str) -> tuple[Conversation, MessageTree]:
        """As `load`, with messages that are decoded when they are asked for.

        Raises:
            ConversationNotFoundError: There is none with this id, or it is in the trash.
            DamagedConversationError: Nothing of it can be read.
        """
        return await self._ask(lambda: self._open(conversation_id))

    async def glance(self, conversation: Conversation) -> Glance | None:
        """The end of a long conversation, read without the rest; `None` to read it whole."""
        if conversation.id in self._unwritten:
            return None
        return await self._ask(lambda: self._repository.glance(conversation))

    async def find(self, name: str) -> Conversation:
        """The conversation that is meant by a name, the beginning of one, or an id.

        Raises:
            ConversationNotFoundError: None fits, or several do; the sentence names the nearest.
        """
        return await self._ask(lambda: find(self._list(verified=True), name))

    async def open_or_make(self, conversation: Conversation) -> Conversation:
        """The one that has this one's name; where none has, this one, kept from here on.

        Raises:
            StoreError: It is not there and could not be saved, or the list cannot be read.
        """
        return await self._ask(lambda: self._repository.names.open_or_make(conversation))

    async def rename(self, conversation: Conversation, name: str) -> Conversation:
        """Give a kept conversation a name that nobody else has.

        Raises:
            NameTakenError: Another has it; nothing has changed.
            StoreUnwritableError: It could not be saved. It is remembered, and tried again.
        """
        return await self._ask(lambda: self._rename(conversation, name))

    async def check_name(self, name: str, *, other_than: str) -> None:
        """Make sure that no other conversation has a name, as far as the list tells.

        Raises:
            NameTakenError: One has; the error carries a name that is free.
            StoreError: The list cannot be read.
        """
        await self._ask(lambda: self._repository.names.check(name, other_than=other_than))

    async def delete(self, conversation_id: str) -> None:
        """Move a conversation to the trash.

        Raises:
            ConversationNotFoundError: There is none with this id.
            StoreUnwritableError: It could not be moved.
        """
        await self._ask(lambda: self._delete(conversation_id))

    async def restore(self, conversation_id: str) -> Conversation:
        """Take a conversation back from the trash.

        Raises:
            ConversationNotFoundError: There is none with this id in the trash.
            StoreUnwritableError: It could not be moved.
        """
        return await self._ask(lambda: self._repository.restore(conversation_id))

    async def trash(self) -> list[Trashed]:
        """What is in the trash, deleted last first."""
        return await self._ask(self._repository.trash)

    async def empty_trash(self, older_than: timedelta | None = None) -> int:
        """Remove what is in the trash for good, or what has been there for longer; how many.

        Raises:
            StoreUnwritableError: Not all could be removed.
        """
        return await self._ask(lambda: self._repository.empty_trash(older_than))

    async def keep_file(self, name: str, kind: str, content: bytes) -> Attachment:
        """Keep a file, before the message that names it is saved.

        Args:
            name: What the user calls it.
            kind: The media type, as in `image/png`.
            content: What is in it.

        Raises:
            StoreUnwritableError: It could not be written.
        """
        return await self._ask(lambda: self._repository.keep_file(name, kind, content))

    async def file(self, attachment: Attachment) -> bytes:
        """What is in a file that belongs to a message.

        Raises:
            AttachmentError: It is missing, or is not what was attached.
        """
        return await self._ask(lambda: self._repository.file(attachment))

    async def drain_reports(self) -> list[str]:
        """Sentences for the user about what was found, each given once."""
        return await self._ask(self._repository.drain_reports)

    async def refresh(self, conversation_id: str) -> bool:
        """Whether another process changed the conversation since it was last loaded or saved."""
        return await self._ask(lambda: self._repository.refresh(conversation_id))

    async def index_changed(self) -> bool:
        """Whether another process changed the list since `conversations` gave it, or may have."""
        return await self._ask(self._repository.index_changed)

    def _open(self, conversation_id: str) -> tuple[Conversation, MessageTree]:
        """A conversation as its file has it, with what is not in the file yet."""
        with self._guard:
            unwritten = self._unwritten.get(conversation_id)
            newer = list(unwritten.messages.values()) if unwritten else []
        try:
            conversation, kept = self._repository.open(conversation_id)
        except StoreError:
            if unwritten is None:
                raise
            return unwritten.conversation, MessageTree(newer)
        tree = MessageTree(newer, kept=kept)
        kept.prepare(tree.path(conversation.head).ids[-_SEEN_FIRST:])
        return (unwritten.conversation if unwritten else conversation), tree

    def _rename(self, conversation: Conversation, name: str) -> Conversation:
        """Rename; what is not written yet of the conversation is written first."""
        with suppress(StoreError):
            self._write(conversation.id)
        try:
            return self._repository.names.rename(conversation, name)
        except StoreUnwritableError:
            renamed = replace(conversation, name=name, named=True)
            self._remember(renamed)
            self._failed |= {conversation.id}
            raise

    def _delete(self, conversation_id: str) -> None:
        """Delete; what never came to have a file is forgotten."""
        with suppress(StoreError):
            self._write(conversation_id)
        try:
            self._repository.delete(conversation_id)
        except ConversationNotFoundError:
            with self._guard:
                unwritten = self._unwritten.pop(conversation_id, None)
            self._failed -= {conversation_id}
            if unwritten is None:
                raise

    def _progress(self, done: int, total: int) -> None:
        if self.on_progress:
            self.on_progress(done, total)

    def _list(self, *, verified: bool) -> list[Conversation]:
        with self._guard:
            newer = {each: self._unwritten[each].conversation for each in self._unwritten}
        listed = self._repository.conversations(verified=verified)
        kept = {each.id: each for each in listed}
        # In order already, so that whoever has to show them in order has little to do.
        return sorted((kept | newer).values(), key=lambda each: each.updated.timestamp())
