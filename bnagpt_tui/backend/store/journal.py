"""One journal on the disk: read what is new in it, add to it, write it anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from .documents import Documents
from .files import Files
from .lines import HEADER_SIZE, VERSION, header, seal, split
from .operations import MalformedOperationError, Operation, Tables, apply, read_line
from .places import UNFINISHED

_BATCH: Final = 1 << 20


class Stamp(NamedTuple):
    """What tells one state of a file from another without reading it."""

    device: int
    inode: int
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970."""


def stamp(path: Path | int, files: Files) -> Stamp | None:
    """The stamp of a file as it is at this moment; `None` when there is none."""
    try:
        status = files.status(path)
    except FileNotFoundError:
        return None
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


class Journal:
    """A file of lines, and the tables that its operations add up to.

    Whoever appends or rewrites holds the journal's lock and has caught up under it. A reader
    needs no lock: a line that is not finished is left for the next time.
    """

    def __init__(self, path: Path, files: Files) -> None:
        self.path = path
        """Where the file is."""
        self.tables: Tables = {}
        """The state that the file describes; changed by `catch_up` alone."""
        self.is_suspect = False
        """Whether a failed sync left it open what is on the disk.

        The next sync may succeed without having written what the failed one did not, so the
        next write is to be a `rewrite`.
        """
        self.is_synced = True
        """Whether all that was appended is on the disk itself."""
        self._files = files
        self.forget()

    def forget(self) -> None:
        """Know nothing of the file, so that the next `catch_up` reads it from its beginning."""
        self.tables.clear()
        self.stamp: Stamp | None = None
        """The file as this journal last saw it; `None` when it saw none."""
        self.size = 0
        """Bytes of it that are whole lines, read."""
        self.lines = 0
        """How many whole lines there are."""
        self.damaged = 0
        """How many lines could not be read."""
        self.version = VERSION
        """The format's version that the file has; 0 is a plain TinyDB file."""
        self._header, self._lacks_newline = b"", False

    @property
    def exists(self) -> bool:
        """Whether there was a file when it was last looked at."""
        return self.stamp is not None

    @property
    def generation(self) -> bytes:
        """The file's first line, which no file written anew shares; empty without a file."""
        return self._header

    @property
    def must_be_rewritten(self) -> bool:
        """Whether it would be wrong to append to the file as it is."""
        old = self.version < VERSION
        return old or not self.size or self.is_suspect or self.damaged > 0

    def catch_up(self) -> bool:
        """Read what was added to the file, or all of it when it is another file.

        Returns:
            Whether the tables may have changed.

        Raises:
            OSError: The file cannot be read.
        """
        try:
            descriptor = self._files.open_to_read(self.path)
        except FileNotFoundError:
            existed = self.exists
            self.forget()
            return existed
        try:
            return self._catch_up(descriptor)
        finally:
            self._files.close(descriptor)

    def _catch_up(self, descriptor: int) -> bool:
        seen = stamp(descriptor, self._files)
        if seen == self.stamp:
            return False
        if not self._is_continued(descriptor, seen):
            self.forget()
        data = self._files.read(descriptor, self.size)
        if self.size or data[:1] != b"{" or not self._take_plain_file(data):
            self._take_lines(data)
        self.stamp = seen
        return True

    def _is_continued(self, descriptor: int, seen: Stamp | None) -> bool:
        """Whether the open file is the one that was read, with more at its end."""
        if self.stamp is None or seen is None or not self._header:
            return False
        if seen[:2] != self.stamp[:2] or seen.size < self.size:
            return False
        return self._files.read(descriptor, 0, len(self._header)) == self._header

    def _take_lines(self, data: bytes) -> None:
        start = self.size
        if not start:
            self._header = data[:HEADER_SIZE].split(b"\n")[0] + b"\n"
        for line in split(data, read_line):
            self._take(line.content)
            self.size = start + line.end
            self._lacks_newline = not line.whole

    def _take(self, content: Any) -> None:
        self.lines += 1
        if isinstance(content, list):
            self._take_operations(content)
        elif isinstance(content, dict) and _is_header(content):
            self.version = content["version"]
        else:
            self.damaged += 1

    def _take_operations(self, operations: list[Any]) -> None:
        try:
            for operation in operations:
                apply(self.tables, operation)
        except MalformedOperationError:
            self.damaged += 1

    def _take_plain_file(self, data: bytes) -> bool:
        """Read what TinyDB's own storage wrote: the whole database as one JSON object.

        Returns:
            Whether it is that; a journal may begin with a line that somebody else wrote.
        """
        try:
            tables = msgspec.json.decode(data, type=dict[str, Any])
        except msgspec.DecodeError:
            if any(line.content is not None for line in split(data)):
                return False
            self.damaged += 1
        else:
            self.tables.update(tables)
            self.version = 0
        self.size = len(data)
        return True

    def append(self, operations: list[Operation], *, sync: bool) -> None:
        """Add one transaction to the file, in one line.

        Args:
            operations: What changes. The tables are left to the caller.
            sync: Whether to return only when the line is on the disk itself, and not merely
                handed to the system.

        Raises:
            TypeError: Something in the operations is not JSON; nothing was touched.
            OSError: The line is not in the file.
        """
        line = seal(operations)
        if self._lacks_newline:
            line = b"\n" + line
        descriptor = self._files.open_to_append(self.path)
        try:
            with self._undone_when_failing(descriptor):
                if self.stamp and self.stamp.size > self.size:
                    self._files.truncate(descriptor, self.size)
                self._files.write(descriptor, line)
                if sync:
                    self._sync(descriptor)
                after = stamp(descriptor, self._files)
        finally:
            self._files.close(descriptor)
        self.stamp = after
        self.size += len(line)
        self.lines += 1
        self.is_synced = sync
        self._lacks_newline = False

    @contextmanager
    def _undone_when_failing(self, descriptor: int) -> Iterator[None]:
        try:
            yield
        except OSError:
            try:
                self._files.truncate(descriptor, self.size)
            except OSError:
                self.forget()
            raise

    def _sync(self, descriptor: int) -> None:
        try:
            self._files.sync(descriptor)
        except OSError:
            self.is_suspect = True
            raise

    def sync(self) -> None:
        """Wait until everything that was appended is on the disk itself.

        A file that another process has moved away in the meantime is no longer waited for.

        Raises:
            OSError: It may not be; the next write writes the whole file anew.
        """
        if self.is_synced:
            return
        with suppress(FileNotFoundError):
            descriptor = self._files.open_to_append(self.path)
            try:
                self._sync(descriptor)
            finally:
                self._files.close(descriptor)
        self.is_synced = True

    def rewrite(self) -> None:
        """Put a file in the place of this one that says what the tables say, in no more lines.

        Raises:
            TypeError: Something in the tables is not JSON; the old file stands as it was.
            OSError: The old file stands as it was, or the new one does and may be lost if the
                power fails.
        """
        first = header()
        unfinished = self.path.with_name(self.path.name + UNFINISHED)
        self._files.make_directory(self.path.parent)
        try:
            written, lines, size = self._write_whole(unfinished, first)
            self._files.replace(unfinished, self.path)
        except BaseException:
            with suppress(OSError):
                self._files.remove(unfinished)
            raise
        self._files.sync_directory(self.path.parent)
        self.stamp, self.lines, self.size = written, lines, size
        self._header, self._lacks_newline = first, False
        self.damaged, self.version = 0, VERSION
        self.is_suspect, self.is_synced = False, True

    def _write_whole(self, path: Path, first: bytes) -> tuple[Stamp | None, int, int]:
        """Write and sync a file of the tables; its stamp, its lines and its bytes."""
        lines, size, batch = 1, len(first), bytearray(first)
        descriptor = self._files.create(path)
        try:
            for line in lines_of(self.tables):
                lines, size = lines + 1, size + len(line)
                batch += line
                if len(batch) >= _BATCH:
                    self._files.write(descriptor, bytes(batch))
                    batch.clear()
            self._files.write(descriptor, bytes(batch))
            self._files.sync(descriptor)
            return stamp(descriptor, self._files), lines, size
        finally:
            self._files.close(descriptor)


def _is_header(content: dict[str, Any]) -> bool:
    return "format" in content and isinstance(content.get("version"), int)


def lines_of(tables: Tables) -> Iterator[bytes]:
    """Yield the fewest lines that say what the tables say: one for each document."""
    for name, table in tables.items():
        if isinstance(table, dict | Documents) and table:
            known = table.stored if isinstance(table, Documents) else table
            for key, document in known.items():
                yield seal([["set", [name, key], document]])
        else:
            yield seal([["set", [name], dict(table) if isinstance(table, Documents) else table]])
