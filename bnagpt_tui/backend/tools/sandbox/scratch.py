"""Where the files of each conversation's code are between runs, and what a run hands back.

Code writes in memory that the sandbox has for itself, never on a disk. After each run the files
come out as one stream, which is kept as one file; the next interpreter is given that file to fill
its own memory from. What code has named, nested or linked is so never a name, a directory or a link
here.
"""

from __future__ import annotations

import errno
import hashlib
import json
import mimetypes
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from ...text import one_line
from ..base import ProducedFile
from .inside import files as stream
from .options import SandboxOptions
from .outcome import Returned
from .trees import DIRECTORY, remove_tree

KEPT_SECONDS: Final = 30 * 86_400.0
"""Seconds for which files stay that nobody uses."""

_CLEARING_SECONDS: Final = 0.3
_NAME_LENGTH: Final = 120
_MOST_HEAD: Final = 64 * 1024
_OURS: Final = re.compile(r"[0-9a-f]{32}(\.files|\.[0-9a-f]{16}\.part)?")
"""The names that are made here; those without an ending are directories of earlier versions."""


class Scratch:
    """The kept files of a conversation's code.

    Everything is done by descriptors in the directory, after it was seen to be a directory, no
    link, that belongs to this user and that nobody else may write in.

    Args:
        options: Where they are, and the limits.
        conversation_id: Whose they are.
    """

    def __init__(self, options: SandboxOptions, conversation_id: str) -> None:
        self._options = options
        digest = hashlib.sha256(conversation_id.encode("utf-8", "replace")).hexdigest()[:32]
        self._name = f"{digest}.files"

    def open(self) -> int | None:
        """A descriptor to read the kept files from; `None` if there are none."""
        with suppress(OSError), self._directory() as directory:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(self._name, flags, dir_fd=directory)
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
                return descriptor
            os.close(descriptor)
        return None

    def receive(self, source: BinaryIO) -> Returned:
        """Take and keep the files that come out of a sandbox, and hand back what is new of them.

        Args:
            source: The stream; it is read to its end even if it cannot be kept.

        Raises:
            ValueError: It is none, or has no end.
        """
        receiving = _Receiving(self._options)
        trouble = ""
        try:
            with self._directory(make=True) as directory:
                self._keep(directory, receiving, source)
        except OSError as error:
            trouble = error.strerror or "unknown reason"
        for _ in receiving.pieces(source):
            """It goes nowhere."""
        return receiving.returned(trouble)

    def _keep(self, directory: int, receiving: _Receiving, source: BinaryIO) -> None:
        part = f"{self._name.removesuffix('.files')}.{secrets.token_hex(8)}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(part, flags, 0o600, dir_fd=directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in receiving.pieces(source):
                    file.write(piece)
            if receiving.is_empty:
                with suppress(FileNotFoundError):
                    os.unlink(self._name, dir_fd=directory)
                os.unlink(part, dir_fd=directory)
            else:
                os.rename(part, self._name, src_dir_fd=directory, dst_dir_fd=directory)
        except BaseException:
            with suppress(OSError):
                os.unlink(part, dir_fd=directory)
            raise

    def prune(self) -> None:
        """Remove what nobody has used for a long time, of all conversations."""
        oldest = time.time() - KEPT_SECONDS
        with suppress(OSError), self._directory() as directory:
            for name in os.listdir(directory):  # noqa: PTH208  # by the descriptor
                if name == self._name or not _OURS.fullmatch(name):
                    continue
                status = os.stat(name, dir_fd=directory, follow_symlinks=False)
                if status.st_uid != os.geteuid() or status.st_mtime >= oldest:
                    continue
                if stat.S_ISDIR(status.st_mode):
                    if not remove_tree(directory, name, _CLEARING_SECONDS):
                        os.utime(name, (0, 0), dir_fd=directory, follow_symlinks=False)
                        return  # the rest is for the next time
                else:
                    os.unlink(name, dir_fd=directory)

    @contextmanager
    def _directory(self, *, make: bool = False) -> Iterator[int]:
        """A descriptor of the directory, after it was seen to be ours alone.

        Raises:
            OSError: It is not there, or not ours.
        """
        place = self._options.scratch
        if make:
            place.mkdir(0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, DIRECTORY)
        try:
            status = os.fstat(descriptor)
            if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise OSError(errno.EPERM, "their directory is not bnaGPT's own")
            yield descriptor
        finally:
            os.close(descriptor)


@dataclass(slots=True)
class _Receiving:
    """What was taken of a stream so far."""

    options: SandboxOptions
    is_empty: bool = True
    ended: bool = False
    files: list[ProducedFile] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    seen: int = 0
    """Entries."""
    size: int = 0
    behind: int = 0
    """Bytes of the entry's content that are still to come."""
    content: bytearray | None = None
    """The content, of an entry that is to be handed back."""
    name: str = ""

    def pieces(self, source: BinaryIO) -> Iterator[bytes]:
        """Yield the stream's bytes, from where it was left.

        Raises:
            ValueError: It is none, or has no end.
        """
        while not self.ended:
            while self.behind:
                piece = source.read(min(self.behind, stream.PIECE))
                if not piece:
                    raise ValueError("the stream of files broke off")
                self.behind -= len(piece)
                if self.content is not None:
                    self.content += piece
                    self._finish()
                yield piece
            line = source.readline(_MOST_HEAD)
            try:
                self._begin(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise ValueError("this is no stream of files") from error
            yield line

    def _begin(self, entry: dict[str, Any]) -> None:
        kind = entry["kind"]
        if kind == "end":
            self.ended = True
            self.unkept = [_shown(path) for path in entry["left"]]
            return
        self.is_empty = False
        self.seen += 1
        if self.seen > stream.MOST_ENTRIES:
            raise ValueError("too many files")
        if kind != "file":
            return
        self.behind = int(entry["size"])
        self.size += self.behind
        if self.behind < 0 or max(self.behind, self.size) > self.options.disk_bytes:
            raise ValueError("the stream of files is too long")
        if entry["new"] is True:
            self._begin_new(_shown(entry["path"]))

    def _begin_new(self, name: str) -> None:
        room = self.options.returned_bytes - sum(len(file.content) for file in self.files)
        if len(self.files) >= self.options.returned_files or self.behind > room:
            self.left_out.append(name)
            return
        self.name = name
        self.content = bytearray()
        self._finish()

    def _finish(self) -> None:
        """Take the file, if all of it has come."""
        if self.behind or self.content is None:
            return
        kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        self.files.append(ProducedFile(self.name, kind, bytes(self.content)))
        self.content = None

    def returned(self, trouble: str) -> Returned:
        """What is handed back.

        Args:
            trouble: Why nothing could be kept; empty if it was.
        """
        return Returned(tuple(self.files), tuple(self.left_out), tuple(self.unkept), trouble)


def _shown(path: object) -> str:
    """A path as it may be shown and stored, on one line."""
    return one_line(str(path).encode("utf-8", "replace").decode(), _NAME_LENGTH)
