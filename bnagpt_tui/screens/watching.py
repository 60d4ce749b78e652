"""What other processes change, seen within a second on the chat screen."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual import work

from ..backend.errors import StoreError
from ..backend.store import TRASH_KEPT
from .base import ChatBase

if TYPE_CHECKING:
    from ..backend.tree import Path

WATCH: Final = "watch"
"""The group of the worker that looks for changes."""

LOOK_SECONDS: Final = 0.8
"""Seconds between two looks: what another process keeps is to be seen within one."""

INDEX_SECONDS: Final = 10.0
"""Seconds after the start at which the search index is brought up to date.

By then whoever starts to open something and to ask has done so without company.
"""

_WRITTEN_ON: Final = 20
"""Messages at the end of a path that may have been written on, or answered, elsewhere."""


class Watching(ChatBase):
    """The screen follows what other processes keep in the same directory."""

    @work(group=WATCH, exclusive=True)
    async def follow_others(self) -> None:
        """Look for changes from here on; a look at two files finds out whether there are any."""
        while self.is_attached:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    @work(group=WATCH)
    async def prepare_search(self) -> None:
        """Bring the search index up to date, once everything else has begun."""
        await asyncio.sleep(INDEX_SECONDS)
        try:
            await self.chat.search("")
        except StoreError:
            return  # who searches is told

    async def empty_old_trash(self) -> None:
        """Remove for good what has been in the trash for as long as was promised."""
        with suppress(StoreError):  # the next start may be luckier
            await self.chat.library.archive.empty_trash(TRASH_KEPT)

    async def _look(self) -> None:
        open_id, shown = self.open_id, self.messages()
        try:
            changes = await self.chat.catch_up(open_id)
        except StoreError:
            return  # the next look may be luckier, and whatever is done meanwhile says so
        if not self.is_there:
            return
        if changes.messages and open_id == self.open_id and open_id not in self.live:
            self._follow_messages(shown)
        if (changes.answering or changes.messages) and self.open_id not in self.live:
            self.show_growing(self.messages())
            self.show_end(self.messages())
        if any(changes):
            self.show_list()
            self.show_status()
            for report in await self.chat.reports():
                self.tell(report)

    def _follow_messages(self, shown: Path) -> None:
        """Show what was added to the open conversation, and leave the reader where they are."""
        path = self.messages()
        if path.ids[: len(shown)] != shown.ids:
            self.show_messages()
            return
        for place in range(max(0, len(shown) - _WRITTEN_ON), len(shown)):
            self.log_view.replace(path[place])
        for place in range(len(shown), len(path)):
            self.log_view.append(path[place])
        self.show_end(path)
