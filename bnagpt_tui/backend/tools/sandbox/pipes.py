"""What comes out of a sandbox: printed text and replies, both from code that may lie."""

from __future__ import annotations

import asyncio
import codecs
import os
from typing import Final

from .outcome import Report

_MOST_REPLY: Final = 1_000_000
"""Bytes of a reply; longer ones are dropped."""


class Replies(asyncio.Protocol):
    """Cuts what comes on the control pipe into lines; what is too long or too much is dropped."""

    def __init__(self, replies: asyncio.Queue[bytes]) -> None:
        self._replies = replies
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """Take a piece."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MOST_REPLY:
            self._rest = b""
        for line in lines:
            if self._replies.full():
                self._replies.get_nowait()
            self._replies.put_nowait(line)


class Output:
    """Passes on what is printed, as text, for as long as somebody wants it.

    Args:
        descriptor: The end of the pipe to read from.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._report: Report | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.taken = 0
        """Characters of this run."""
        self.ended = asyncio.Event()
        """Set when nobody is left who could write."""
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def begin(self, report: Report | None) -> None:
        """Pass output on to somebody else, or to nobody."""
        self._report = report
        self.taken = 0

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
        self.taken += len(text)
        if self._report and text:
            self._report(text)
        return True
