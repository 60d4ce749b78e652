"""The lock for file systems without system locks: a file that only one process can make."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from .files import Files

STALE: Final = 60.0
"""Seconds after which a lock file is taken from its owner: no write lasts as long."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a lock."""

    pid: int
    """Its number on its host."""
    host: str
    """The name of the machine that it runs on."""
    since: str
    """When it took the lock, in UTC."""

    @classmethod
    def this_process(cls) -> Owner:
        """This process, from this second on."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return cls(os.getpid(), os.uname().nodename, since)

    @classmethod
    def read(cls, path: Path, files: Files) -> Owner | None:
        """The owner that a lock's file names; `None` when it names none."""
        try:
            descriptor = files.open_to_read(path)
        except OSError:
            return None
        try:
            return msgspec.convert(_decoded(files.read(descriptor, 0, 1024)), cls)
        except (OSError, msgspec.ValidationError):
            return None
        finally:
            files.close(descriptor)

    def encoded(self) -> bytes:
        """What a lock's file says."""
        return msgspec.json.encode(asdict(self))

    def is_gone(self) -> bool:
        """Whether the process has certainly ended; of another machine nothing is certain."""
        if self.host != os.uname().nodename:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            return False
        return False

    def __str__(self) -> str:
        return f"Process {self.pid} on {self.host} (since {self.since})"


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether two looks saw one file; a number may have been given to a second one since."""
    return os.path.samestat(one, other) and one.st_mtime_ns == other.st_mtime_ns


class LockFile:
    """A lock that is held as long as its file is there."""

    def __init__(self, path: Path, files: Files) -> None:
        self._path = path
        self._files = files
        self._is_held = False

    def attempt(self) -> int | None:
        """Try once: a descriptor to write the owner to, or `None` when the lock is held.

        Raises:
            OSError: The file cannot be made for another reason than being there.
        """
        try:
            descriptor = self._files.create(self._path, exclusive=True)
        except FileExistsError:
            self._take_away_if_stale()
            return None
        self._is_held = True
        return descriptor

    def release(self) -> None:
        """Let go of the lock if it is held."""
        if self._is_held:
            with suppress(OSError):
                self._files.remove(self._path)
        self._is_held = False

    def owner(self) -> Owner | None:
        """Who holds the lock, as far as its file tells."""
        return Owner.read(self._path, self._files)

    def _take_away_if_stale(self) -> None:
        """Remove the file of an owner that is gone.

        It is renamed first: of two processes that find it stale only one succeeds, and one
        that caught a younger lock by mistake puts it back.
        """
        with suppress(OSError):
            judged = self._files.status(self._path)
            owner = self.owner()
            if not (owner and owner.is_gone()) and time.time() - judged.st_mtime < STALE:
                return
            away = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            self._files.replace(self._path, away)
            if not _is_same(self._files.status(away), judged):
                self._files.link(away, self._path)
            self._files.remove(away)
