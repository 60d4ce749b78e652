"""The asynchronous door to the kept conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..errors import ConversationNotFoundError, StoreError, StoreUnwritableError
from ..models import Conversation, Message
from ..tree import MessageTree
from .repository import Repository
from .trash import Trashed

if TYPE_CHECKING:
    from .glance import Glance

_SYNC_AFTER: Final = 1.0
"""Seconds after a save in which what was left to the system is synced."""

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Unwritten:
    """The newest values of a conversation that are not in its file yet."""

    conversation: Conversation
    messages: dict[str, Message] = field(default_factory=dict)


class Archive:
    """The repository, served by a thread of its own: calls take their turns, in order.

    What a save could not write is remembered. The next save of the conversation writes it
    too, and so does the archive by itself, once in a while, until it has worked.
    """

    def __init__(self, repository: Repository, retry_seconds: float = 5.0) -> None:
        """Start nothing yet.

        Args:
            repository: What does the work; nobody else should use it in the meantime.
            retry_seconds: How long to wait before what could not be written is tried again.
        """
        self._repository = repository
        self._retry_seconds = retry_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._guard = Lock()
        self._unwritten: dict[str, _Unwritten] = {}
        self._failed: frozenset[str] = frozenset()
        self._told: frozenset[str] = frozenset()
        self._timer: asyncio.TimerHandle | None = None
        self._is_synced = True
        self._sync_after = _SYNC_AFTER
        self._is_closed = False
        self.on_saved: Callable[[frozenset[str]], None] | None = None
        """Called on the event loop with `unsaved` whenever that has changed."""
        self.on_progress: Callable[[int, int], None] | None = None
        """Called on the event loop, while the list is rebuilt: files read, of how many."""

    @property
    def unsaved(self) -> frozenset[str]:
        """The ids of conversations of which something could not be written so far."""
        return self._failed

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
        return await self._ask(lambda: self._repository.find(name))

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

    async def drain_reports(self) -> list[str]:
        """Sentences for the user about what was found, each given once."""
        return await self._ask(self._repository.drain_reports)

    async def refresh(self, conversation_id: str) -> bool:
        """Whether another process changed the conversation since it was last loaded or saved."""
        return await self._ask(lambda: self._repository.refresh(conversation_id))

    async def index_changed(self) -> bool:
        """Whether another process changed the list since `conversations` gave it, or may have."""
        return await self._ask(self._repository.index_changed)

    async def save(self, conversation: Conversation, *messages: Message) -> None:
        """Keep the conversation and these of its messages.

        A caller that is cancelled while it waits does not stop the save.

        Raises:
            StoreUnwritableError: It could not be saved. It is remembered, and tried again.
        """
        with self._guard:
            unwritten = self._unwritten.setdefault(conversation.id, _Unwritten(conversation))
            unwritten.conversation = conversation
            unwritten.messages.update((message.id, message) for message in messages)
        await self._ask(lambda: self._write(conversation.id))

    async def close(self) -> None:
        """Wait for everything under way and try a last time to write what could not be.

        A caller that is cancelled while it waits does not stop it.

        Raises:
            StoreUnwritableError: Something is not on the disk, and will not be.
        """
        if self._is_closed:
            return
        if self._timer:
            self._timer.cancel()
        finished = self._ask(self._finish)
        self._is_closed = True
        try:
            await finished
        finally:
            self._thread.shutdown(wait=False)

    def _ask(self, call: Callable[[], _Answer]) -> asyncio.Future[_Answer]:
        """Have the thread make a call; cancelling the answer leaves the call alone."""
        if self._is_closed:
            raise StoreUnwritableError("The store is closed already.")
        answer = asyncio.get_running_loop().run_in_executor(self._thread, call)
        answer.add_done_callback(self._look_after)
        return asyncio.shield(answer)

    def _look_after(self, done: asyncio.Future[Any]) -> None:
        """Tell what changed in `unsaved`, and come back for what is left to be done."""
        if self._told != self._failed:
            self._told = self._failed
            if self.on_saved:
                self.on_saved(self._told)
        if self._is_closed or self._timer or (self._is_synced and not self._failed):
            return
        wait = self._retry_seconds if self._failed else self._sync_after
        self._timer = done.get_loop().call_later(wait, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self._ask(self._try_again)

    def _try_again(self) -> None:
        """Write what could not be written, and sync what was left to the system."""
        for conversation_id in self._failed:
            with suppress(StoreError):
                self._write(conversation_id)
        try:
            self._repository.sync()
        except StoreError:
            self._sync_after = self._retry_seconds
        else:
            self._is_synced, self._sync_after = True, _SYNC_AFTER

    def _write(self, conversation_id: str) -> None:
        """Save all that is not in a conversation's file; put it back when that fails."""
        with self._guard:
            unwritten = self._unwritten.pop(conversation_id, None)
        if unwritten is None:
            return
        self._is_synced = False
        try:
            self._repository.save(unwritten.conversation, unwritten.messages.values())
        except StoreError:
            self._put_back(unwritten)
            self._failed |= {conversation_id}
            raise
        self._failed -= {conversation_id}

    def _put_back(self, older: _Unwritten) -> None:
        with self._guard:
            newer = self._unwritten.setdefault(older.conversation.id, older)
            newer.messages = {**older.messages, **newer.messages}

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
        return (unwritten.conversation if unwritten else conversation), tree

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
        return list((kept | newer).values())

    def _finish(self) -> None:
        for conversation_id in list(self._unwritten):
            with suppress(StoreError):
                self._write(conversation_id)
        self._repository.close()
        if self._failed:
            raise StoreUnwritableError(
                f"Not everything could be saved ({len(self._failed)} "
                f"conversation{'s' * (len(self._failed) != 1)}); "
                "what was kept before is still there."
            )
