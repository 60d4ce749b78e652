"""The file of the search index: opened, found to be of no use, made anew.

All of it is derived from the conversations, so it is never mended: a file that is broken or of
another version is thrown away. Where no file can be made or written beside the conversations,
one among the system's temporary files serves as long as this process lives.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from ..errors import StoreError
from .files import PRIVATE_FILE

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION: Final = 1
"""The version of the tables, which is also in the file's name."""

SEARCH_FILE: Final = f"search-{VERSION}.sqlite"
"""The file's name in the data directory."""

PATIENCE: Final = 3.0
"""Seconds that the index waits for another process that is writing it."""

NO_SEARCH: Final = (
    "Search needs SQLite with full-text search (FTS5), which this Python was built without."
)
"""What a user is told where there is no SQLite, or one without FTS5."""

_SCHEMA: Final = f"""
CREATE TABLE conversation(
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    folded TEXT NOT NULL, pinned INTEGER NOT NULL, size INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE message(
    number INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, id TEXT NOT NULL,
    role TEXT NOT NULL, created REAL NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX message_conversation ON message(conversation);
CREATE VIRTUAL TABLE words USING fts5(
    text, tags, tokenize='unicode61 remove_diacritics 2', prefix='1');
PRAGMA user_version={VERSION};
"""

_ATTEMPTS: Final = 4

_Answer = TypeVar("_Answer")


def connect(path: Path) -> Connection:
    """A connection to the file, which is made, for its owner alone, when it is missing.

    Raises:
        sqlite3.DatabaseError: The file cannot be opened.
    """
    import sqlite3  # noqa: PLC0415 - as above

    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
    return sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=32
    )


class SearchFile:
    """Which file serves as the index at this moment.

    Any thread may call any method.
    """

    def __init__(self, directory: Path, connect: Callable[[Path], Connection] = connect) -> None:
        """Begin with the file in the data directory, which is made when it is first opened.

        Args:
            directory: The data directory.
            connect: Opens a file.
        """
        self.connect = connect
        """Opens a file."""
        self._lock = Lock()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._discarded = False
        self.path = directory / SEARCH_FILE
        """Where the file is."""
        self.generation = 0
        """How many files were given up."""

    def give_up(self, generation: int, *, is_broken: bool) -> None:
        """Have another file serve: a fresh one in the same place, or a temporary one.

        Args:
            generation: The one that is of no use; a later one stays.
            is_broken: Whether its content is what is wrong, so that a fresh one will do.

        Raises:
            OSError: There is no place for a temporary one.
        """
        with self._lock:
            if generation != self.generation:
                return
            self.generation += 1
            if is_broken and not self._discarded:
                self._discarded = True
                self._remove()
            else:
                self._temporary = tempfile.TemporaryDirectory(prefix="bnagpt-search-")
                self.path = Path(self._temporary.name) / SEARCH_FILE

    def close(self) -> None:
        """Take a temporary file away."""
        with self._lock:
            if self._temporary:
                self._temporary.cleanup()

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)


class SearchConnection:
    """A connection to the index, for one thread at a time."""

    def __init__(self, file: SearchFile) -> None:
        """Open nothing yet."""
        self._file = file
        self._connection: Connection | None = None
        self._generation = -1

    def run(self, call: Callable[[Connection], _Answer]) -> _Answer:
        """What the call makes of an open index; with a fresh one where it has failed.

        Raises:
            StoreError: There is no full-text search in this SQLite, or no file can be made.
        """
        try:
            import sqlite3  # noqa: PLC0415 - comes with the first search
        except ImportError as error:  # pragma: no cover - a Python built without SQLite
            raise StoreError(NO_SEARCH) from error
        failure: Exception | None = None
        for _ in range(_ATTEMPTS):
            try:
                return call(self._opened())
            except sqlite3.DatabaseError as error:
                failure = error
                self._give_up(error, is_broken=not isinstance(error, sqlite3.OperationalError))
        raise StoreError(f"The search index cannot be kept anywhere ({failure}).") from failure

    def _give_up(self, error: Exception, *, is_broken: bool) -> None:
        self.close()
        if "no such module" in str(error):
            raise StoreError(NO_SEARCH) from error
        try:
            self._file.give_up(self._generation, is_broken=is_broken)
        except OSError as reason:
            raise StoreError(
                f"The search index cannot be kept anywhere ({reason.strerror})."
            ) from reason

    def close(self) -> None:
        """Close the connection if it is open."""
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _opened(self) -> Connection:
        if self._connection and self._generation == self._file.generation:
            return self._connection
        self.close()
        self._generation = self._file.generation
        self._connection = self._file.connect(self._file.path)
        prepare(self._connection)
        return self._connection


def prepare(connection: Connection) -> None:
    """Make the tables of an empty file, and refuse one of another version.

    Raises:
        sqlite3.DatabaseError: The file is of no use.
    """
    import sqlite3  # noqa: PLC0415 - as above

    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    if not _version(connection) and not connection.execute("PRAGMA schema_version").fetchone()[0]:
        for statement in _SCHEMA.split(";\n"):
            connection.execute(statement)
    connection.execute("COMMIT")
    if _version(connection) != VERSION:
        raise sqlite3.DatabaseError("an index of another version")


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
