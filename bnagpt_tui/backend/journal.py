"""Keeps an answer while it grows, so that a crash costs a moment of it and no more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .errors import StoreError
from .options import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class AnswerJournal:
    """Calls for a save of the growing answer, at most one at a time and four in a second.

    Args:
        save: Writes the answer as it stands at that moment; what fails is tried again with the
            next piece, since the archive remembers it.
        interval: Seconds between two saves.
    """

    def __init__(self, save: Callable[[], Awaitable[None]], *, interval: float = INTERVAL) -> None:
        self._save = save
        self._interval = interval
        self._dirty = False
        self._task: asyncio.Task[None] | None = None

    def grown(self) -> None:
        """Say that there is more of the answer; returns at once."""
        self._dirty = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def settle(self) -> None:
        """Stop writing; when it returns, no save of this journal is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _write(self) -> None:
        while self._dirty:
            await asyncio.sleep(self._interval)
            self._dirty = False
            try:
                await self._save()
            except StoreError:
                self._dirty = False
