"""The files that belong to messages, each kept once, under the checksum of what is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import AttachmentError
from ..models import Attachment
from ..text import one_line
from .files import Files
from .places import UNFINISHED, Places

if TYPE_CHECKING:
    from ..models import Message

SPARED: Final = timedelta(days=1)
"""How long a file is left alone that no message names: the message may be on its way."""

_CHECKSUM: Final = re.compile(r"[0-9a-f]{64}")


class Attachments:
    """The directory of attached files; several messages with the same file share it.

    Args:
        places: Where everything is.
        files: The file operations.
    """

    def __init__(self, places: Places, files: Files) -> None:
        self._places = places
        self._files = files

    def keep(self, name: str, kind: str, content: bytes) -> Attachment:
        """Keep a file, before the message that names it is saved.

        Args:
            name: What the user calls it; never used for a path.
            kind: The media type, as in `image/png`.
            content: What is in it.

        Raises:
            OSError: It could not be written.
        """
        checksum = sha256(content).hexdigest()
        path = self._path(checksum)
        if self._holds(path, len(content)):
            self._files.touch(path)
        else:
            self._write(path, content)
        return Attachment(name, kind, checksum, checksum)

    def read(self, attachment: Attachment) -> bytes:
        """What is in an attached file.

        Raises:
            AttachmentError: It is missing, cannot be read, or is not what was attached.
        """
        name = one_line(attachment.name, 80)
        if not _CHECKSUM.fullmatch(attachment.checksum):
            raise AttachmentError(f"The attached file “{name}” has no checksum to be found by.")
        try:
            descriptor = self._files.open_to_read(self._path(attachment.checksum))
        except OSError as error:
            raise AttachmentError(
                f"The attached file “{name}” cannot be read: {error.strerror}."
            ) from None
        try:
            content = self._files.read(descriptor, 0)
        finally:
            self._files.close(descriptor)
        if sha256(content).hexdigest() != attachment.checksum:
            raise AttachmentError(f"The attached file “{name}” is damaged: attach it once more.")
        return content

    def remove_unused(self, candidates: Iterable[str]) -> int:
        """Remove those files that no conversation names any more, in the trash or out of it.

        Args:
            candidates: Checksums of files that may be left over.

        Returns:
            How many were removed.

        Raises:
            OSError: A conversation could not be read, or a file not be removed.
        """
        left = {each for each in candidates if _CHECKSUM.fullmatch(each) and self._is_old(each)}
        for directory in (self._places.conversations, self._places.trash):
            for entry in self._files.entries(directory):
                left -= self._named(Path(entry.path), left) if left else set()
        for checksum in left:
            self._files.remove(self._path(checksum))
        return len(left)

    def _named(self, path: Path, checksums: set[str]) -> set[str]:
        """Which of the checksums stand in a conversation's file."""
        descriptor = self._files.open_to_read(path)
        try:
            data = self._files.read(descriptor, 0)
        finally:
            self._files.close(descriptor)
        return {each for each in checksums if each.encode() in data}

    def _is_old(self, checksum: str) -> bool:
        try:
            changed = self._files.status(self._path(checksum)).st_mtime
        except OSError:
            return False
        return datetime.now(UTC) - datetime.fromtimestamp(changed, UTC) > SPARED

    def _holds(self, path: Path, size: int) -> bool:
        try:
            return self._files.status(path).st_size == size
        except OSError:
            return False

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file, whole or not at all."""
        self._files.make_directory(path.parent)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
        try:
            descriptor = self._files.create(unfinished)
            try:
                self._files.write(descriptor, content)
                self._files.sync(descriptor)
            finally:
                self._files.close(descriptor)
            self._files.replace(unfinished, path)
        except OSError:
            self._files.remove(unfinished)
            raise
        self._files.sync_directory(path.parent)

    def _path(self, checksum: str) -> Path:
        return self._places.attachments / checksum


def checksums_of(messages: Iterable[Message]) -> set[str]:
    """The checksums of the files that messages name."""
    return {file.checksum for message in messages for file in message.attachments}
