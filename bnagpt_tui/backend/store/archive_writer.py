"""Writing to the kept conversations: in order, in a thread, and until it has worked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar

from ..errors import StoreError, StoreUnwritableError
from ..models import Conversation, Message
from .repository import Repository

_SYNC_AFTER: Final = 1.0
"""Seconds after a save in which what was left to the system is synced."""

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Unwritten:
    """The newest values of a conversation that are not in its file yet."""

    conversation: Conversation
    messages: dict[str, Message] = field(default_factory=dict)


class ArchiveWriter:
    """A thread that serves the repository, and what could not be written so far."""

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

    async def save(self, conversation: Conversation, *messages: Message) -> Conversation | None:
        """Keep the conversation and these of its messages.

        A caller that is cancelled while it waits does not stop the save.

        Returns:
            The conversation as it is kept, its name above all, which may have been taken; `None`
            where an earlier save that waited has kept this one along.

        Raises:
            StoreUnwritableError: It could not be saved. It is remembered, and tried again.
        """
        self._remember(conversation, *messages)
        return await self._ask(lambda: self._write(conversation.id))

    def _remember(self, conversation: Conversation, *messages: Message) -> None:
        with self._guard:
            unwritten = self._unwritten.setdefault(conversation.id, _Unwritten(conversation))
            unwritten.conversation = conversation
            unwritten.messages.update((message.id, message) for message in messages)

    def begin_answer(self, conversation_id: str) -> None:
        """Have other processes see that a conversation is being answered; does not wait."""
        if not self._is_closed:
            self._ask(lambda: self._repository.answering.begin(conversation_id))

    def end_answer(self, conversation_id: str) -> None:
        """Have them see that it is not any more; does not wait."""
        if not self._is_closed:
            self._ask(lambda: self._repository.answering.end(conversation_id))

    async def take_turn(self, conversation_id: str) -> bool:
        """As `begin_answer`, once no other process answers it; whether that was so."""
        return await self._ask(lambda: self._repository.answering.begin(conversation_id))

    async def answered_elsewhere(self) -> frozenset[str]:
        """The ids of the conversations that other processes are answering."""
        return await self._ask(self._repository.answering.elsewhere)

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

    def _write(self, conversation_id: str) -> Conversation | None:
        """Save all that is not in a conversation's file; put it back when that fails."""
        with self._guard:
            unwritten = self._unwritten.pop(conversation_id, None)
        if unwritten is None:
            return None
        self._is_synced = False
        try:
            kept = self._repository.save(unwritten.conversation, unwritten.messages.values())
        except StoreError:
            self._put_back(unwritten)
            self._failed |= {conversation_id}
            raise
        self._failed -= {conversation_id}
        return kept

    def _put_back(self, older: _Unwritten) -> None:
        with self._guard:
            newer = self._unwritten.setdefault(older.conversation.id, older)
            newer.messages = {**older.messages, **newer.messages}

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
