"""The tools that the user allowed for good, as a directory with an empty file for each."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .paths import PRIVATE_FILE, make_private

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED: Final = "allowed-tools"
"""The directory's name, inside the configuration directory."""


class AllowedTools:
    """Names that every process adds to and takes from, and looks at whenever it asks.

    A name is a file, so that of two processes at once neither writes over what the other says. A
    tool that a server lends has a mark behind its name, `name@mark`: what changes does not stay
    allowed.

    Args:
        directory: Where the files are; made with the first. `None` remembers until the end only.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._unkept: set[str] = set()
        self._unremoved: set[str] = set()

    async def names(self) -> frozenset[str]:
        """The names at this moment; a directory that cannot be read allows nothing."""
        kept = await asyncio.to_thread(self._read)
        return frozenset((kept | self._unkept) - self._unremoved)

    async def add(self, name: str) -> None:
        """Allow a tool.

        Raises:
            OSError: It could not be kept; it holds until this process ends.
        """
        self._unremoved.discard(name)
        self._unkept.add(name)
        if self._directory:
            await asyncio.to_thread(_make, self._directory, name)
            self._unkept.discard(name)

    async def remove(self, name: str) -> None:
        """Allow a tool no longer, under whichever mark it was allowed.

        Raises:
            OSError: It could not be removed; it is not allowed until this process ends.
        """
        meant = {kept for kept in await self.names() if kept.partition("@")[0] == name} | {name}
        self._unkept -= meant
        self._unremoved |= meant
        if self._directory:
            for each in meant:
                with suppress(FileNotFoundError):
                    await asyncio.to_thread((self._directory / each).unlink)
            self._unremoved -= meant

    def _read(self) -> set[str]:
        if self._directory is None:
            return set()
        with suppress(OSError):
            return {file.name for file in self._directory.iterdir()}
        return set()


def _make(directory: Path, name: str) -> None:
    (make_private(directory) / name).touch(PRIVATE_FILE)
