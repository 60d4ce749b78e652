"""The asynchronous door to search in all conversations."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from ..errors import StoreError
from ..models import SearchResults
from .files import Files
from .places import Places
from .problems import reading

if TYPE_CHECKING:
    from sqlite3 import Connection

    from .search_file import SearchConnection, SearchFile
    from .search_update import SearchUpdate

LIMIT: Final = 50
"""The most hits of a search, unless another number is asked for."""

LOOK_EVERY: Final = 1.0
"""Seconds for which the index is taken to be as up to date as it was found to be."""

_A_FEW: Final = 8
"""Conversations that are waited for: those that changed since the last search, as a rule."""

_PATIENCE: Final = 0.02
"""Seconds that a search waits for another look at the files, and for a few conversations."""

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Update:
    """An update that was begun."""

    planned: asyncio.Future[None]
    """Done as soon as it is known what there is to do, or when it has ended."""
    ended: asyncio.Future[None]
    """Done when nothing of it is left to do; has what went wrong."""
    begun: float
    """When that was, in seconds of the monotonic clock."""


class Searcher:
    """Search in all conversations, by threads of its own: it waits for no save, nor they for it.

    The index is brought up to date by searching: each search first looks which conversations
    have changed, whichever process changed them, and reads them behind its own back.
    """

    def __init__(
        self,
        directory: Path,
        files: Files | None = None,
        *,
        look_every: float = LOOK_EVERY,
        connect: Callable[[Path], Connection] | None = None,
    ) -> None:
        """Open nothing and start nothing yet.

        Args:
            directory: The store's directory.
            files: The file operations.
            look_every: Seconds between two looks at the conversations' files.
            connect: Opens an SQLite file; `None` for the way that the store has.
        """
        self._connect = connect
        self._places = Places(directory)
        self._files = files or Files()
        self._look_every = look_every
        self._updating = ThreadPoolExecutor(1, thread_name_prefix="search-index")
        self._finding = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._last: _Update | None = None
        self._is_closed = False

    async def search(self, text: str, limit: int = LIMIT) -> SearchResults:
        """What fits a search, newest first, in what is indexed so far.

        Args:
            text: Words, phrases and filters, as `search_query` has them.
            limit: The most hits.

        Raises:
            StoreError: There is no full-text search here, no place for an index, or the
                conversations cannot be read.
        """
        await self._look(older_than=self._look_every, closely=False)
        indexed, total = self.progress
        if not total:
            return self._nothing(text)
        found = await self._run(self._finding, lambda: self._find(text, limit))
        return replace(found, indexed=indexed, total=total)

    async def refresh(self) -> None:
        """Begin to bring the index up to date, and return when it is known what there is to do.

        Raises:
            StoreError: There is no full-text search here, no place for an index, or the
                conversations cannot be read.
        """
        await self._look(older_than=0, closely=False)

    async def settle(self) -> None:
        """Return when all that was kept before the call is in the index.

        Raises:
            StoreError: There is no full-text search here, no place for an index, or the
                conversations cannot be read.
        """
        for _ in range(2):  # the first may have begun before what was kept last
            await self._look(older_than=0, closely=True)
            if self._last:
                await asyncio.shield(self._last.ended)

    @property
    def progress(self) -> tuple[int, int]:
        """Conversations that are indexed, of how many."""
        progress = self._update.progress
        return progress.indexed, progress.total

    async def close(self) -> None:
        """Stop what is under way, and close the index; what was indexed is kept."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._last:
            self._update.stop()
            with suppress(StoreError):
                await asyncio.shield(self._last.ended)
            await self._run(self._updating, self._update.close)
            await self._run(self._finding, self._connection.close)
            await self._run(self._updating, self._file.close)
        self._updating.shutdown(wait=False)
        self._finding.shutdown(wait=False)

    async def _look(self, *, older_than: float, closely: bool) -> None:
        """Have the index brought up to date, unless that was begun a moment ago."""
        if self._is_closed:
            raise StoreError("The search is closed already.")
        last = self._last
        is_first = last is None
        if last is None or (last.ended.done() and time.monotonic() - last.begun >= older_than):
            last = self._last = self._begin(closely=closely)
        await asyncio.wait({last.planned}, timeout=None if is_first else _PATIENCE)
        if last.planned.done() and self._update.progress.pending <= _A_FEW:
            await asyncio.wait({last.ended}, timeout=_PATIENCE)
        if last.ended.done():
            last.ended.result()

    def _begin(self, *, closely: bool) -> _Update:
        loop = asyncio.get_running_loop()
        planned: asyncio.Future[None] = loop.create_future()

        def plan_is_made(_ended: object = None) -> None:
            if not planned.done():
                planned.set_result(None)

        def on_planned() -> None:
            loop.call_soon_threadsafe(plan_is_made)

        ended = loop.run_in_executor(
            self._updating, lambda: self._bring_up_to_date(on_planned, closely=closely)
        )
        ended.add_done_callback(plan_is_made)
        return _Update(planned, ended, time.monotonic())

    def _bring_up_to_date(self, on_planned: Callable[[], None], *, closely: bool) -> None:
        with reading(self._places.conversations):
            self._update.run(on_planned, closely=closely)

    def _nothing(self, text: str) -> SearchResults:
        from .search_query import parse  # noqa: PLC0415 - comes with the first search

        return SearchResults((), 0, 0, parse(text).remark)

    def _find(self, text: str, limit: int) -> SearchResults:
        from .search_index import find  # noqa: PLC0415 - as above

        return self._connection.run(lambda connection: find(connection, text, limit))

    async def _run(self, thread: ThreadPoolExecutor, call: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(thread, call)

    @cached_property
    def _file(self) -> SearchFile:
        from .search_file import SearchFile, connect  # noqa: PLC0415 - as above

        return SearchFile(self._places.root, self._connect or connect)

    @cached_property
    def _update(self) -> SearchUpdate:
        from .search_update import SearchUpdate  # noqa: PLC0415 - as above

        return SearchUpdate(self._places, self._file, self._files)

    @cached_property
    def _connection(self) -> SearchConnection:
        from .search_file import SearchConnection  # noqa: PLC0415 - as above

        return SearchConnection(self._file)
