"""The directory that a conversation's code may write in, and the files that it hands back."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from ...text import one_line
from ..base import ProducedFile
from .options import SandboxOptions

SHARED: Final = Path("/var/tmp")  # noqa: S108  # a directory of our own is made in it
"""Where scratch directories are if bnaGPT runs as root: their owner can walk down to them."""

KEPT_SECONDS: Final = 30 * 86_400.0
"""Seconds for which a directory stays that nobody writes in."""

_MOST_ENTRIES: Final = 2000
"""Files that are looked at."""

_NAME_LENGTH: Final = 120

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Mark(NamedTuple):
    """A file as it was at some moment."""

    inode: int
    size: int
    modified: int
    """Nanoseconds."""


class Returned(NamedTuple):
    """What a run hands back."""

    files: tuple[ProducedFile, ...]
    left_out: tuple[str, ...]
    """The names of files that were too many or too large."""


class Scratch:
    """A conversation's scratch directory.

    Nothing in it is trusted: no link is followed, and nothing but plain files is opened.

    Args:
        options: Where it is, and the limits.
        conversation_id: Whose it is.
        owner: The user who gets it; `None` for whoever makes it.
    """

    def __init__(
        self, options: SandboxOptions, conversation_id: str, owner: int | None = None
    ) -> None:
        self._options = options
        self._owner = owner
        name = hashlib.sha256(conversation_id.encode("utf-8", "replace")).hexdigest()[:32]
        self.base = options.scratch if owner is None else _shared(options.scratch)
        """The directory that it is in."""
        self._path = self.base / name

    def make(self) -> Path:
        """The directory, which is made if it is not there.

        Raises:
            OSError: It cannot be made, or is something else.
        """
        self.base.mkdir(0o700 if self._owner is None else 0o711, parents=True, exist_ok=True)
        status = self.base.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise FileExistsError(17, f"{self.base} is not bnaGPT's own")
        with suppress(FileExistsError):
            self._path.mkdir(0o700)
        if self._owner is not None:
            os.chown(self._path, self._owner, self._owner, follow_symlinks=False)
        return self._path

    def marks(self) -> dict[str, Mark]:
        """The plain files in it, by their paths in it."""
        found = {}
        for directory, _, names, descriptor in self._walk():
            for name in names:
                with suppress(OSError):
                    status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        path = os.path.normpath(Path(directory) / name)
                        found[path] = Mark(status.st_ino, status.st_size, status.st_mtime_ns)
        return found

    def size(self) -> int:
        """Bytes of all its files."""
        return sum(mark.size for mark in self.marks().values())

    def empty(self) -> None:
        """Remove everything in it, as far as that can be done."""
        for directory, _, names, descriptor in self._walk():
            del directory
            for name in names:
                with suppress(OSError):
                    os.unlink(name, dir_fd=descriptor)

    def discard(self) -> None:
        """Remove the directory, and the one it is in if nothing else is."""
        shutil.rmtree(self._path, ignore_errors=True)
        with suppress(OSError):
            self.base.rmdir()

    def prune(self) -> None:
        """Remove the directories beside it that nobody has used for a long time."""
        oldest = time.time() - KEPT_SECONDS
        with suppress(OSError):
            for path in self.base.iterdir():
                if path != self._path and path.lstat().st_mtime < oldest:
                    shutil.rmtree(path, ignore_errors=True)

    def tidy(self) -> None:
        """Remove the directory if nothing is in it, and the one it is in if that leaves nothing."""
        with suppress(OSError):
            self._path.rmdir()
        with suppress(OSError):
            self.base.rmdir()

    def returned(self, before: dict[str, Mark]) -> Returned:
        """The files that were made or changed since.

        Args:
            before: What there was.
        """
        files: list[ProducedFile] = []
        left_out: list[str] = []
        room = self._options.returned_bytes
        for path, mark in sorted(self.marks().items()):
            if before.get(path) == mark:
                continue
            name = one_line(path, _NAME_LENGTH)
            if len(files) >= self._options.returned_files or mark.size > room:
                left_out.append(name)
                continue
            content = self._content(path, room)
            if content is None:
                left_out.append(name)
                continue
            room -= len(content)
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            files.append(ProducedFile(name, kind, content))
        return Returned(tuple(files), tuple(left_out))

    def _walk(self) -> Iterator[tuple[str, list[str], list[str], int]]:
        """Walk through the directory by descriptors; links are not followed."""
        try:
            root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
        try:
            seen = 0
            for entry in os.fwalk(".", dir_fd=root, follow_symlinks=False):
                seen += len(entry[1]) + len(entry[2])
                yield entry
                if seen > _MOST_ENTRIES:
                    return
        finally:
            os.close(root)

    def _content(self, path: str, most: int) -> bytes | None:
        """What is in a plain file; `None` when it is none, or not to be read."""
        descriptor = -1
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            *directories, name = Path(path).parts
            for part in directories:
                inner = os.open(part, _OPEN | os.O_DIRECTORY, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            file = os.open(name, _OPEN, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = file
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            content = bytearray()
            while piece := os.read(descriptor, 1 << 20):
                content += piece
                if len(content) > most:
                    return None
            return bytes(content)
        except OSError:
            return None
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _shared(path: Path) -> Path:
    """The place under which somebody else's scratch directories are, in place of a private one."""
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return SHARED / f"bnagpt-scratch-{name}"
