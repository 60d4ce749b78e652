"""The search index kept in step with the conversations' files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from .bulk import values_that_stay
from .files import Files
from .journal import Journal, Stamp, stamp
from .places import SUFFIX, Places, is_id
from .records import conversation_from, message_from
from .search_file import SearchConnection, SearchFile
from .search_index import FileState, Indexed, StoppedError, forget, state, states, take, transaction

if TYPE_CHECKING:
    from sqlite3 import Connection

BATCH_SECONDS: Final = 0.1
"""Seconds after which what was indexed is committed, for searches and other processes."""

LOOK_CLOSELY_EVERY: Final = 20.0
"""Seconds after which every file is looked at, though nothing seems to have happened."""

_ONLY: Final = "1"
"""The key of the one document in a conversation's table `conversation`."""


@dataclass(slots=True)
class Progress:
    """How far an update has come."""

    total: int = 0
    """Conversations that there are."""
    pending: int = 0
    """Conversations that are not in the index as they are."""

    @property
    def indexed(self) -> int:
        """Conversations that are in the index as they are."""
        return self.total - self.pending


@dataclass(slots=True)
class _Plan:
    """What an update has to do."""

    total: int = 0
    stale: list[tuple[str, FileState]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


class SearchUpdate:
    """Brings the index up to date; for one thread at a time.

    It reads the conversations' files as they are and takes no lock, so that no save waits.
    """

    def __init__(self, places: Places, file: SearchFile, files: Files) -> None:
        """Open nothing yet.

        Args:
            places: Where the conversations are.
            file: The index.
            files: The file operations.
        """
        self._places = places
        self._files = files
        self._file = file
        self._connection = SearchConnection(file)
        self._stopped = Event()
        self._mark: list[Stamp | None] = []
        self._look_again = 0.0
        self.progress = Progress()
        """How far the last update has come."""

    def run(self, on_planned: Callable[[], None], *, closely: bool = True) -> None:
        """Bring the index up to date.

        Args:
            on_planned: Called when `progress` says what there is to do.
            closely: Whether to look at each file even where nothing seems to have happened.

        Raises:
            StoreError: There is no full-text search here, or no place for an index.
            OSError: The directory cannot be read.
        """
        if self._nothing_happened() and not closely:
            return
        with values_that_stay():
            there = self._there()
        if there or self._file.path.exists():
            with suppress(StoppedError):
                self._connection.run(lambda connection: self._update(connection, there, on_planned))

    def stop(self) -> None:
        """Have an update that is under way end soon; what was indexed is kept."""
        self._stopped.set()

    def close(self) -> None:
        """Close the index."""
        self._connection.close()

    def _nothing_happened(self) -> bool:
        """Whether it can be told without looking at each file that none has changed.

        What a save changes is seen in the list of conversations. Only a further part of an
        answer on its way is not, and is found a little later.
        """
        places = self._places
        before, self._mark = (
            self._mark,
            [stamp(path, self._files) for path in (places.index, places.conversations)],
        )
        now = time.monotonic()
        if self._mark == before and not self.progress.pending and now < self._look_again:
            return True
        self._look_again = now + LOOK_CLOSELY_EVERY
        return False

    def _there(self) -> dict[str, FileState]:
        """The conversations' files."""
        found = {}
        for entry in self._files.entries(self._places.conversations):
            conversation_id = entry.name.removesuffix(SUFFIX)
            if entry.name.endswith(SUFFIX) and is_id(conversation_id):
                with suppress(FileNotFoundError):  # it was moved to the trash just then
                    status = entry.stat()
                    found[conversation_id] = FileState(status.st_size, status.st_mtime_ns)
        return found

    def _update(
        self, connection: Connection, there: dict[str, FileState], on_planned: Callable[[], None]
    ) -> None:
        with values_that_stay():
            plan = _plan(there, states(connection))
        self.progress = Progress(plan.total, len(plan.stale))
        on_planned()
        if plan.gone:
            with transaction(connection):
                for conversation_id in plan.gone:
                    forget(connection, conversation_id)
        work = iter(plan.stale)
        while not self._stopped.is_set() and (first := next(work, None)):
            self._index_some(connection, first, work)

    def _index_some(
        self,
        connection: Connection,
        item: tuple[str, FileState] | None,
        work: Iterator[tuple[str, FileState]],
    ) -> None:
        """Index conversations in one transaction, for as long as a batch may take."""
        end = time.monotonic() + BATCH_SECONDS
        done = 0
        with transaction(connection):
            while item:
                self._index(connection, *item)
                done += 1
                is_over = self._stopped.is_set() or time.monotonic() > end
                item = None if is_over else next(work, None)
        self.progress.pending -= done

    def _index(self, connection: Connection, conversation_id: str, seen: FileState) -> None:
        """Index a conversation, unless another process has done it in the meantime."""
        if state(connection, conversation_id) != seen:
            take(connection, self._read(conversation_id, seen), self._stopped.is_set)

    def _read(self, conversation_id: str, seen: FileState) -> Indexed:
        """A conversation as its file has it; empty where the file cannot be read."""
        journal = Journal(self._places.conversation(conversation_id), self._files)
        try:
            journal.catch_up()
        except OSError:
            journal.forget()
        if journal.stamp:
            seen = FileState(journal.stamp.size, journal.stamp.modified)
        known = _table(journal.tables, "conversation").get(_ONLY)
        kept = known if isinstance(known, dict) else {}
        messages = (
            message_from(value, int(key))
            for key, value in _table(journal.tables, "messages").items()
            if isinstance(value, dict) and key.isdecimal()
        )
        sound = tuple(message for message in messages if message)
        return Indexed(conversation_from(kept, conversation_id), sound, seen)


def _table(tables: dict[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name)
    return table if isinstance(table, Mapping) else {}


def _plan(there: dict[str, FileState], known: dict[str, FileState]) -> _Plan:
    """What the index lacks, the conversations that changed last first, and has too much."""
    stale = [(name, state) for name, state in there.items() if known.get(name) != state]
    stale.sort(key=lambda item: item[1].modified, reverse=True)
    return _Plan(len(there), stale, [name for name in known if name not in there])
