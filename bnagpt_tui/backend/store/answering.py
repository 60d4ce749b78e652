"""Which conversations are being answered at this moment, by whichever process."""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from .files import NO_SYSTEM_LOCKS, Files
from .places import Places, is_id

_SUFFIX: Final = ".answering"
_ATTEMPTS: Final = 20
_CANNOT_TELL: Final = NO_SYSTEM_LOCKS | {errno.EBADF}
"""What the system says where no lock can be had; NFS wants to write for one."""

_NAP: Final = 0.001
"""Seconds until the next attempt: whoever just looks holds the lock for less."""


class Answering:
    """A file for each conversation that is being answered, locked by the process that answers.

    The lock ends with the process, whatever ends the process. Where the file system knows no
    locks, the file's owner must be alive, and, on another machine, have written lately.
    """

    def __init__(self, places: Places, files: Files) -> None:
        """Answer nothing yet.

        Args:
            places: Where the conversations are.
            files: The file operations.
        """
        self._places = places
        self._files = files
        self._held: dict[str, int] = {}

    def begin(self, conversation_id: str) -> bool:
        """Say that this process answers a conversation; whether no other does."""
        from .lock_file import Owner  # noqa: PLC0415 - msgspec comes with the first use

        if conversation_id in self._held:
            return True
        with suppress(OSError):
            self._files.make_directory(self._places.locks)
            for _ in range(_ATTEMPTS):
                descriptor = self._locked(self._path(conversation_id), making=True)
                if descriptor is not None:
                    self._held[conversation_id] = descriptor
                    self._files.truncate(descriptor, 0)
                    self._files.write(descriptor, Owner.this_process().encoded())
                    return True
                time.sleep(_NAP)
        return False

    def end(self, conversation_id: str) -> None:
        """Say that this process has ended answering."""
        descriptor = self._held.pop(conversation_id, None)
        if descriptor is not None:
            with suppress(OSError):
                self._files.remove(self._path(conversation_id))
            with suppress(OSError):
                self._files.close(descriptor)

    def end_all(self) -> None:
        """Say that this process answers nothing any more."""
        for conversation_id in list(self._held):
            self.end(conversation_id)

    def elsewhere(self) -> frozenset[str]:
        """The ids of the conversations that other processes are answering."""
        found = set[str]()
        with suppress(OSError):
            for entry in self._files.entries(self._places.locks):
                name = entry.name.removesuffix(_SUFFIX)
                is_others = name != entry.name and is_id(name) and name not in self._held
                if is_others and self._is_held(name, Path(entry.path)):
                    found.add(name)
        return frozenset(found)

    def _is_held(self, conversation_id: str, path: Path) -> bool:
        """Whether a process that lives holds the lock; the file of one that does not is removed."""
        try:
            descriptor = self._locked(path, making=False)
        except FileNotFoundError:
            return False
        except OSError as error:
            return error.errno in _CANNOT_TELL and self._is_fresh(conversation_id, path)
        if descriptor is None:
            return True
        try:
            if self._files.read(descriptor, 0, 1):  # else it is just being made
                self._files.remove(path)
        finally:
            self._files.close(descriptor)
        return False

    def _is_fresh(self, conversation_id: str, path: Path) -> bool:
        """Whether a file that no lock can be had on is of a process that lives."""
        from .lock_file import STALE, Owner  # noqa: PLC0415 - as above

        owner = Owner.read(path, self._files)
        if owner and owner.host == os.uname().nodename:
            return not owner.is_gone()
        changed = [self._files.status(path).st_mtime]
        with suppress(OSError):
            changed.append(self._files.status(self._places.conversation(conversation_id)).st_mtime)
        return time.time() - max(changed) < STALE

    def _locked(self, path: Path, *, making: bool) -> int | None:
        """A descriptor of the locked file; `None` when another process holds it.

        Raises:
            OSError: There is no such file, or it cannot be locked.
        """
        open_it = self._files.open_lock if making else self._files.open_to_read
        descriptor = open_it(path)
        try:
            self._files.lock(descriptor)
            if os.path.samestat(self._files.status(path), self._files.status(descriptor)):
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass
        except OSError as error:
            if making and error.errno in NO_SYSTEM_LOCKS:
                return descriptor
            self._files.close(descriptor)
            raise
        self._files.close(descriptor)
        return None

    def _path(self, conversation_id: str) -> Path:
        return self._places.lock(f"{conversation_id}{_SUFFIX}")
