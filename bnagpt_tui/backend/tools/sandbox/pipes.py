"""What code in a sandbox prints, as it comes."""

from __future__ import annotations

import asyncio
import codecs
import os
from typing import Final

from .outcome import Report

_MOST_LAST: Final = 300


class Output:
    """Passes on what is printed, as text, for as long as somebody wants it.

    Args:
        descriptor: The end of the pipe to read from.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._report: Report | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._room = 0
        self._reads = True
        self.last = ""
        """The end of what was printed for nobody, as by a program that did not start."""
        self.flooded = asyncio.Event()
        """Set when more was printed than may be; nothing is read then until others begin."""
        self.ended = asyncio.Event()
        """Set when nobody is left who could write."""
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def begin(self, report: Report | None, most: int = 0) -> None:
        """Pass output on to somebody else, or to nobody.

        Args:
            report: Takes it.
            most: Characters that are taken; 0 for no limit.
        """
        self._report = report
        self._room = most
        self.flooded.clear()
        if not self._reads and self._descriptor >= 0:
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)
            self._reads = True

    def drain(self) -> None:
        """Pass on what is in the pipe."""
        for _ in range(64):
            if not self._read():
                return

    def close(self) -> None:
        """Read no more."""
        if self._descriptor >= 0:
            self.drain()
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self) -> bool:
        """Read a piece; whether there was one."""
        if self._descriptor < 0:
            return False
        try:
            piece = os.read(self._descriptor, 65_536)
        except BlockingIOError:
            return False
        if not piece:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self.ended.set()
            return False
        text = self._decoder.decode(piece)
        if self._report and text:
            self._report(text)
        elif not self._report:
            self.last = (self.last + text)[-_MOST_LAST:]
        if self._room:
            self._room = max(0, self._room - len(text))
            if not self._room:
                self._hold()
                return False
        return True

    def _hold(self) -> None:
        """Read no more for now, so that who prints without end waits, and nobody else."""
        asyncio.get_running_loop().remove_reader(self._descriptor)
        self._reads = False
        self.flooded.set()
