"""What the terminal sends, read until it is to be left alone or is gone."""

from __future__ import annotations

import fcntl
import os
import select
import sys
import termios
import weakref
from codecs import getincrementaldecoder
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

    from .decoding import Decoder

_PORTION: Final = 65536
"""Bytes that are read at once."""

_INT: Final = 4
"""Bytes of the number in which the system says how much waits."""

_MOST_EMPTY: Final = 10
"""Ends of input in a row after which a terminal that does not say so counts as gone."""

_GONE: Final = select.POLLHUP | select.POLLERR | select.POLLNVAL


class WakingEvent(Event):
    """An event that also wakes who waits for a file descriptor."""

    def __init__(self) -> None:
        super().__init__()
        self.descriptor, self._end = os.pipe()
        weakref.finalize(self, _close, self.descriptor, self._end)

    def set(self) -> None:
        """Let it have happened."""
        if not self.is_set():
            super().set()
            os.write(self._end, b"!")

    def clear(self) -> None:
        """Let it be as if it had not happened."""
        if self.is_set():
            super().clear()
            os.read(self.descriptor, 1)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        with suppress(OSError):
            os.close(descriptor)


class Reader:
    """Reads a terminal.

    Args:
        descriptor: The terminal.
        ended: Happens when no more is to be read.
        give: Takes what the terminal says.
        on_lost: Called when there will never be any more.
        typed_ahead: Bytes at the beginning that `typed_ahead` found.
    """

    def __init__(
        self,
        descriptor: int,
        ended: WakingEvent,
        *,
        give: Callable[[Message], None],
        on_lost: Callable[[], None],
        typed_ahead: int = 0,
    ) -> None:
        self._descriptor = descriptor
        self._ended = ended
        self._give = give
        self._on_lost = on_lost
        self._empty = 0
        self._typed_ahead = typed_ahead

    def run(self, decoder: Decoder) -> None:
        """Read and decode until the end."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self._ended.is_set():
            waited_for = [self._descriptor, self._ended.descriptor]
            ready, _, _ = select.select(waited_for, [], [], decoder.patience)
            if self._ended.is_set():
                return
            data = self._read() if self._descriptor in ready else b""
            if data is None:
                self._on_lost()
                return
            for message in decoder.feed(decode(data)) if data else decoder.tick():
                self._give(message)

    def _read(self) -> bytes | None:
        """What has come; `None` when the terminal is gone."""
        try:
            data = os.read(self._descriptor, _PORTION)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError:
            return None
        if data:
            self._empty = 0
            early, self._typed_ahead = self._typed_ahead, max(0, self._typed_ahead - len(data))
            return data[:early].replace(b"\n", b"\r") + data[early:]
        # A terminal that another program left in its line mode ends its input with Ctrl+D.
        self._empty += 1
        if is_gone(self._descriptor) or self._empty > _MOST_EMPTY:
            return None
        self._ended.wait(0.1)
        return b""


def typed_ahead(descriptor: int) -> int:
    """How many bytes wait in a terminal's line mode, which makes line feeds of Enter.

    Every line feed in them was Enter, pressed before the application was there.
    """
    with suppress(OSError, termios.error):
        modes = termios.tcgetattr(descriptor)
        if modes[0] & termios.ICRNL:
            waiting = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * _INT)
            return int.from_bytes(waiting, sys.byteorder)
    return 0


def is_gone(descriptor: int) -> bool:
    """Whether a terminal has hung up."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(found & _GONE for _, found in poll.poll(0)) or not os.isatty(descriptor)


def wait_for_loss(descriptor: int, ended: WakingEvent) -> bool:
    """Wait, without reading anything, until a terminal is gone or the event happens.

    Returns:
        Whether the terminal is gone.
    """
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.register(ended.descriptor, select.POLLIN)
    poll.poll()
    return not ended.is_set()
