"""A storage for TinyDB that appends what changed to a journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from tinydb.storages import Storage

from ..errors import StoreUnwritableError
from .aside import keep_aside
from .documents import Documents
from .files import Files
from .journal import Journal, lines_of
from .lines import VERSION
from .lock import Lock
from .operations import Operation, apply, difference, plain

_SLACK: Final = 1 << 14
"""Bytes by which a journal may always grow before it is looked at for garbage."""

_LINES_A_DOCUMENT: Final = 4
"""Lines for each document that a journal just opened may have without being looked at."""


class JournalStorage(Storage):
    """Keeps a TinyDB database as a journal: each write costs what it changes.

    Works under any `TinyDB`, with or without a caching middleware. A `JournalTable` tells it
    which documents changed; under a plain table every document is compared.

    Several processes may write the same file. A write is in the file, and on the disk, when
    it returns; when it raises, neither the file nor what `read` returns has changed.
    """

    def __init__(
        self,
        path: Path | str,
        files: Files | None = None,
        *,
        lock: Lock | None = None,
        aside: Path | None = None,
    ) -> None:
        """Name the file; it is opened by the first `read` or `write`.

        Args:
            path: The journal.
            files: The file operations.
            lock: What is held while it is written; else a lock beside the file.
            aside: Where an original is kept before it is written anew; else beside the file.
        """
        path = Path(path)
        self._files = files or Files()
        self._lock = lock or Lock(path.with_name(f"{path.name}.lock"), self._files)
        self._aside = aside or path.with_name("kept-aside")
        self.journal = Journal(path, self._files)
        """The file, and the state that it describes."""
        self.kept: list[Path] = []
        """Originals that were kept aside, for whoever reports them."""
        self._staged: list[Operation] | None = None
        self._undo: list[Callable[[], None]] = []
        self._look_at = 0

    def read(self) -> dict[str, dict[str, Any]] | None:
        """A copy of the database as it is on the disk; `None` when nothing was ever written."""
        self.catch_up()
        tables: dict[str, dict[str, Any]] = plain(self.journal.tables)
        return tables or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make the database what the data says.

        What other processes wrote since the last `read` stays, unless the same is changed.

        Args:
            data: The whole database.

        Raises:
            TypeError: Something in the data is not JSON; nothing was touched.
            ValueError: A number in the data is not finite; nothing was touched.
            StoreUnwritableError: The file is of a newer format, or locked for too long.
            OSError: It could not be written.
        """
        if not self.journal.exists:
            self.catch_up()
        operations = list(difference(self.journal.tables, plain(data), []))
        with self.transaction():
            self._undo.append(self.journal.forget)
            for operation in operations:
                apply(self.journal.tables, operation)
            self._stage(operations)

    def close(self) -> None:
        """Do nothing: no file is open between two calls."""

    def catch_up(self) -> None:
        """Read what other processes wrote, except in a transaction, where nobody can."""
        if self._staged is None:
            self.journal.catch_up()

    def documents(self, name: str) -> Mapping[str, Any]:
        """A table as it is in memory: to be read, and not to be changed."""
        table = self.journal.tables.get(name)
        return table if isinstance(table, dict | Documents) else {}

    @contextmanager
    def transaction(self, *, sync: bool = True) -> Iterator[None]:
        """Write everything that changes in the block as one line, or nothing of it.

        Args:
            sync: Whether to return only when it is on the disk itself. Without, it survives
                the end of the process, but not of the power.

        Raises:
            StoreUnwritableError: The file is of a newer format, or locked for too long.
            OSError: It could not be written; nothing has changed.
        """
        if self._staged is not None:
            yield
            return
        with self._lock.held():
            self.journal.catch_up()
            self._refuse_newer()
            self._staged = []
            try:
                yield
                self._commit(self._staged, sync=sync)
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._staged = None
                self._undo.clear()

    def stage(self, name: str, changes: Mapping[str, dict[str, Any] | None]) -> None:
        """Change some documents of a table, in a transaction.

        Args:
            name: The table.
            changes: What each document, by its key, is to be; `None` removes it.

        Raises:
            TypeError: Something in a document is not JSON.
            ValueError: A number in a document is not finite.
        """
        tables = self.journal.tables
        table = tables.get(name)
        if not isinstance(table, dict | Documents) or None in changes.values():
            self._undo.append(_restored(tables, name))
            tables[name] = Documents(table if isinstance(table, dict | Documents) else None)
        for key, document in changes.items():
            if document is None:
                self._stage([["remove", [name, key]]])
                del tables[name][key]
            else:
                self._stage_document(name, key, plain(document))

    def _stage_document(self, name: str, key: str, document: dict[str, Any]) -> None:
        table = self.journal.tables[name]
        if key in table:
            before = table[key]
            self._stage(list(difference(before, document, [name, key])))
            self._undo.append(lambda: table.__setitem__(key, before))
        else:
            self._stage([["set", [name, key], document]])
            self._undo.append(lambda: table.__delitem__(key))
        table[key] = document

    def rewrite(self) -> None:
        """Write a damaged or older file anew with what could be read, and keep the original.

        Raises:
            StoreUnwritableError: The file is of a newer format, or locked for too long.
            OSError: It could not be written.
        """
        with self._lock.held():
            self.journal.catch_up()
            self._refuse_newer()
            if self.journal.exists and self.journal.must_be_rewritten:
                self._rewrite()

    def _stage(self, operations: list[Operation]) -> None:
        if self._staged is None:
            raise RuntimeError("outside of a transaction")
        self._staged.extend(operations)

    def _commit(self, operations: list[Operation], *, sync: bool) -> None:
        if not operations:
            return
        if self.journal.must_be_rewritten:
            self._rewrite()
            return
        self.journal.append(operations, sync=sync)
        if self.journal.size > self._look_at:
            self._look_for_garbage()

    def _roll_back(self) -> None:
        if not self.journal.exists:
            self.journal.forget()
            return
        for undo in reversed(self._undo):
            undo()

    def _refuse_newer(self) -> None:
        if self.journal.version > VERSION:
            raise StoreUnwritableError(
                f"{self.journal.path} was written by a newer bnaGPT. "
                "It can be read with this one, but not changed; update bnaGPT to go on in it."
            )

    def _rewrite(self) -> None:
        journal = self.journal
        if journal.exists and (journal.damaged or journal.version < VERSION):
            self.kept.append(keep_aside(journal.path, self._aside, self._files))
        journal.rewrite()
        self._look_at = 2 * journal.size + _SLACK

    def _look_for_garbage(self) -> None:
        """Write the file anew when more than half of it is of no use any more.

        What was to be saved is saved already, so a failure here is none of the caller's.
        """
        journal = self.journal
        documents = sum(len(self.documents(name)) for name in journal.tables)
        if self._look_at or journal.lines > _LINES_A_DOCUMENT * documents:
            useful = sum(len(line) for line in lines_of(journal.tables))
            if journal.size > 2 * useful:
                with suppress(OSError):
                    self._rewrite()
        self._look_at = 2 * journal.size + _SLACK


def _restored(tables: dict[str, Any], name: str) -> Callable[[], None]:
    """What puts a table back that is about to be replaced by another."""
    if name not in tables:
        return lambda: tables.__delitem__(name)
    before = tables[name]
    return lambda: tables.__setitem__(name, before)
