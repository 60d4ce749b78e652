"""The way to the terminal: a thread writes what it is given, and nobody waits for it."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final

PARTING: Final = 1.0
"""Seconds that a terminal which takes nothing is waited for when writing ends."""

_LOOK_EVERY: Final = 0.2
"""Seconds between two looks whether writing shall end, while the terminal takes nothing."""

_PORTION: Final = 65536
"""Bytes that are offered to the terminal at once."""


def _nothing() -> None:
    """Do nothing about a terminal that is gone."""


class Outlet:
    """The terminal as it is written to, with a count of what is on its way.

    Args:
        descriptor: The file descriptor of the terminal.
        on_lost: Called when the terminal takes nothing any more since it is gone.
    """

    def __init__(self, descriptor: int, *, on_lost: Callable[[], None] = _nothing) -> None:
        self._descriptor = descriptor
        self._own: int | None = None
        self._on_lost = on_lost
        self._given = 0
        self._written = 0
        self._lock = Lock()
        self._abandoned = False

    @property
    def is_full(self) -> bool:
        """Whether something that was given is not written yet."""
        return self._given != self._written

    @property
    def progress(self) -> int:
        """A number that grows with what the terminal takes."""
        return self._written

    def open(self) -> None:
        """Begin to write, and to count; nothing may be on its way.

        The terminal is opened once more where that is possible: a shell that shares our own
        descriptor would be surprised by one that does not block, and one that does would hold us.
        """
        self.close()
        self._abandoned = False
        self.reset()
        with suppress(OSError):
            name = os.ttyname(self._descriptor)
            self._own = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)

    def close(self) -> None:
        """Close what was opened."""
        own, self._own = self._own, None
        if own is not None:
            os.close(own)

    def abandon(self) -> None:
        """Write nothing any more, not even what is being written."""
        self._abandoned = True

    def reset(self) -> None:
        """Begin to count anew; nothing may be on its way."""
        with self._lock:
            self._given = self._written = 0

    def give(self, text: str) -> None:
        """Count what is going to be written."""
        with self._lock:
            self._given += len(text)

    def write(self, text: str) -> None:
        """Write text; this takes as long as the terminal makes it."""
        data = memoryview(text.encode("utf-8", "replace"))
        try:
            while data and not self._abandoned:
                data = data[self._write(data[:_PORTION]) :]
        except OSError:
            self._abandoned = True
            self._on_lost()
        self._written += len(text)

    def _write(self, data: memoryview) -> int:
        descriptor = self._descriptor if self._own is None else self._own
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            select.select([], [descriptor], [], _LOOK_EVERY)
            return 0

    def flush(self) -> None:
        """Nothing: everything is written at once."""

    def fileno(self) -> int:
        """The file descriptor of the terminal."""
        return self._descriptor


class Writer:
    """A thread that writes to the terminal what it is given, in that order.

    It takes everything at once: were there a limit, a terminal that takes nothing would hold the
    whole application, and keep it from ending.

    Args:
        outlet: What is written to.
    """

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        # Signals interrupt whoever gives something: this kind of queue can bear that.
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self.stop()
        self._queue = SimpleQueue()
        self._outlet.open()
        arguments = (self._outlet, self._queue)
        self._thread = Thread(target=_run, args=arguments, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Have something written; what comes after the end is not."""
        self._queue.put(text)

    def stop(self) -> None:
        """Write what there is, for as long as the terminal takes something of it, and end."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._queue.put(None)
        before = -1
        while thread.is_alive() and before != self._outlet.progress:
            before = self._outlet.progress
            thread.join(PARTING)
        self._outlet.abandon()
        thread.join(PARTING)
        if not thread.is_alive():
            self._outlet.close()


def _run(outlet: Outlet, queue: SimpleQueue[str | None]) -> None:
    """Write what comes out of the queue, up to its end."""
    while (text := queue.get()) is not None:
        outlet.write(text)
