"""Locks between processes: held while something is written, and naming who holds them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..errors import StoreUnwritableError
from .files import NO_SYSTEM_LOCKS, Files
from .lock_file import LockFile, Owner

PATIENCE: Final = 10.0
"""Seconds that a save waits for another process that is writing the same thing."""

_NAP: Final = 0.002
_LONGEST_NAP: Final = 0.05


class Lock:
    """One lock of a store; the holder may take it again.

    It is a system lock (`flock`) on a file of its own, which ends with the process whatever
    ends the process. Where the file system knows no such locks, a file's being there is the
    lock, and one whose owner is gone is taken away.

    Not for several threads at once: the repository keeps its callers apart.
    """

    def __init__(self, path: Path, files: Files, patience: float = PATIENCE) -> None:
        self._path = path
        self._files = files
        self.patience = patience
        """Seconds that are waited for another process."""
        self._lock_file = LockFile(path.with_name(f"{path.name}.held"), files)
        self._depth = 0
        self._descriptor = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock in the block.

        Raises:
            StoreUnwritableError: Another process holds it and does not let go.
            OSError: The lock's file cannot be made.
        """
        if not self._depth:
            self._descriptor = self._acquire()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._release()

    def _acquire(self) -> int:
        self._files.make_directory(self._path.parent)
        give_up = time.monotonic() + self.patience
        nap = _NAP
        while (descriptor := self._attempt()) is None:
            if time.monotonic() > give_up:
                raise StoreUnwritableError(self._complaint())
            time.sleep(nap)
            nap = min(nap * 2, _LONGEST_NAP)
        with suppress(OSError):  # on a full disk the lock holds without a name on it
            self._files.write(descriptor, Owner.this_process().encoded())
        return descriptor

    def _release(self) -> None:
        with suppress(OSError):
            self._files.remove(self._path)
        self._lock_file.release()
        with suppress(OSError):
            self._files.close(self._descriptor)

    def _attempt(self) -> int | None:
        """Try once: a descriptor, or `None` when somebody else holds the lock."""
        descriptor = self._files.open_lock(self._path)
        try:
            self._files.lock(descriptor)
            if self._is_current(descriptor):
                self._files.truncate(descriptor, 0)
                return descriptor
        except BlockingIOError:
            pass
        except OSError as error:
            self._files.close(descriptor)
            if error.errno not in NO_SYSTEM_LOCKS:
                raise
            return self._lock_file.attempt()
        self._files.close(descriptor)
        return None

    def _is_current(self, descriptor: int) -> bool:
        """Whether the locked file is still the one that others find under its name."""
        try:
            there = self._files.status(self._path)
        except FileNotFoundError:
            return False
        return os.path.samestat(there, self._files.status(descriptor))

    def _complaint(self) -> str:
        holder = Owner.read(self._path, self._files) or self._lock_file.owner()
        who = str(holder) if holder else "Another process"
        return (
            f"{who} is writing the same conversation and has not finished for "
            f"{self.patience:.0f} seconds. It will be saved as soon as that ends."
        )
