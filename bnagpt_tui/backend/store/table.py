"""TinyDB's table and database, with writes that cost what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final, cast

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from .files import Files
from .lock import Lock
from .operations import plain
from .storage import JournalStorage

_GONE: Final = object()


class Changes(MutableMapping[int, Any]):
    """A table's documents by their numbers, remembering which were touched.

    Documents are copied when they are asked for, so that changing one in place shows.
    """

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self._touched: dict[str, Any] = {}

    def items_touched(self) -> Iterator[tuple[str, Any]]:
        """Yield the key and the new value of what was touched; `None` for what is gone."""
        for key, document in self._touched.items():
            if document is not _GONE:
                yield key, document
            elif key in self._documents:
                yield key, None

    def __getitem__(self, number: int) -> Any:
        key = str(number)
        if key not in self._touched:
            self._touched[key] = plain(self._documents[key])
        document = self._touched[key]
        if document is _GONE:
            raise KeyError(number)
        return document

    def __setitem__(self, number: int, document: Any) -> None:
        self._touched[str(number)] = document

    def __delitem__(self, number: int) -> None:
        if number not in self:
            raise KeyError(number)
        self._touched[str(number)] = _GONE

    def __contains__(self, number: object) -> bool:
        key = str(number)
        return self._touched.get(key, self._documents.get(key, _GONE)) is not _GONE

    def __iter__(self) -> Iterator[int]:
        new = [key for key in self._touched if key not in self._documents]
        for key in [*self._documents, *new]:
            if self._touched.get(key) is not _GONE:
                yield int(key)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove every document."""
        self._touched = dict.fromkeys(self._documents, _GONE)


class JournalTable(Table):
    """A table whose changes cost what they change, however many documents there are.

    It keeps no results of queries, since another process may change what they would be.
    """

    default_query_cache_capacity = 0

    def __init__(self, storage: Storage, name: str, cache_size: int = 0) -> None:
        super().__init__(storage, name, cache_size)

    @property
    def journal_storage(self) -> JournalStorage:
        """The storage, which is one that keeps a journal."""
        return cast("JournalStorage", self._storage)

    def _read_table(self) -> dict[str, Mapping[Any, Any]]:
        storage = self.journal_storage
        storage.catch_up()
        return cast("dict[str, Mapping[Any, Any]]", storage.documents(self.name))

    def _update_table(self, updater: Callable[[dict[int, Mapping[Any, Any]]], None]) -> None:
        storage = self.journal_storage
        with storage.transaction():
            changes = Changes(storage.documents(self.name))
            updater(cast("dict[int, Mapping[Any, Any]]", changes))
            storage.stage(self.name, dict(changes.items_touched()))
        self.clear_cache()


class JournalDatabase(TinyDB):
    """A TinyDB database kept as a journal."""

    table_class: type[Table] = JournalTable

    def __init__(self, path: Path, files: Files, *, lock: Lock, aside: Path) -> None:
        super().__init__(path, files, lock=lock, aside=aside, storage=JournalStorage)

    @property
    def storage(self) -> JournalStorage:
        """The storage, which is one that keeps a journal."""
        return cast("JournalStorage", super().storage)
