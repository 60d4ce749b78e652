"""The file operations that the store is made of, in one place where a test can make them fail."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # pragma: no cover - a system without fcntl has the lock files alone
    fcntl = None  # type: ignore[assignment]

PRIVATE_FILE: Final = 0o600
"""The permissions of every file that the store makes."""

PRIVATE_DIRECTORY: Final = 0o700
"""The permissions of every directory that the store makes."""

NO_SYSTEM_LOCKS: Final = frozenset(
    {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
)
"""What a file system says that has no locks."""

_CHUNK: Final = 1 << 20


class Files:
    """The operating system's files: a thin layer over `os`, with private permissions.

    Every method lets `OSError` through as it comes.
    """

    _hurries = 0

    @contextmanager
    def synced_at_the_end(self) -> Iterator[None]:
        """Wait for the disk once, after the block, and not for each file in it."""
        self._hurries += 1
        try:
            yield
        finally:
            self._hurries -= 1
            if not self._hurries:
                os.sync()

    def open_to_read(self, path: Path) -> int:
        """A descriptor from which the file can be read."""
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def open_to_append(self, path: Path) -> int:
        """A descriptor whose writes go to the end of a file that is there."""
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def create(self, path: Path, *, exclusive: bool = False) -> int:
        """A descriptor of an empty, private file.

        Args:
            path: Where the file is made; a file that is there is emptied.
            exclusive: Raise `FileExistsError` when there is a file already.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
        flags |= os.O_EXCL if exclusive else os.O_TRUNC
        descriptor = os.open(path, flags, PRIVATE_FILE)
        os.fchmod(descriptor, PRIVATE_FILE)
        return descriptor

    def open_lock(self, path: Path) -> int:
        """A descriptor to read and write, of a private file that is made when it is missing."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)

    def read(self, descriptor: int, offset: int, size: int | None = None) -> bytes:
        """The file's bytes from an offset: so many, or all that there are."""
        if size is not None:
            return os.pread(descriptor, size, offset)
        pieces = []
        while piece := os.pread(descriptor, _CHUNK, offset):
            pieces.append(piece)
            offset += len(piece)
        return b"".join(pieces)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of the data."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        """Wait until what was written is on the disk itself."""
        if not self._hurries:
            os.fsync(descriptor)

    def sync_directory(self, path: Path) -> None:
        """Wait until a directory's entries are on the disk itself."""
        if self._hurries:
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file off after so many bytes."""
        os.ftruncate(descriptor, size)

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""
        os.close(descriptor)

    def status(self, target: Path | int) -> os.stat_result:
        """What the system knows of a path or of an open file."""
        return target.stat() if isinstance(target, Path) else os.fstat(target)

    def entries(self, path: Path) -> list[os.DirEntry[str]]:
        """What is in a directory; nothing when there is no such directory."""
        try:
            with os.scandir(path) as found:
                return list(found)
        except FileNotFoundError:
            return []

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another place, over whatever is there, at one stroke."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name; raises `FileExistsError` rather than replace one."""
        target.hardlink_to(source)

    def remove(self, path: Path) -> None:
        """Take a file away; a missing one is fine."""
        path.unlink(missing_ok=True)

    def touch(self, path: Path) -> None:
        """Have a file look as if it was written at this moment."""
        os.utime(path)

    def make_directory(self, path: Path) -> None:
        """Make a private directory, and its parents, unless it is there."""
        if path.is_dir():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(PRIVATE_DIRECTORY, exist_ok=True)
        path.chmod(PRIVATE_DIRECTORY)

    def lock(self, descriptor: int) -> None:
        """Lock an open file for this process.

        Raises:
            BlockingIOError: Another process holds it.
            OSError: This file system knows no such locks.
        """
        if fcntl is None:  # pragma: no cover - see the import
            raise OSError("no file locks on this system")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
