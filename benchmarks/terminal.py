"""A program as a process in a terminal of 120×40, its output stamped as it comes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Condition, Thread
from typing import Final, Self

from . import processes
from .failures import MeasureError

COLUMNS: Final = 120
LINES: Final = 40

_ANSWERS: Final = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[5n": b"\x1b[0n",
    b"\x1b[c": b"\x1b[?64;1;2;22c",
    b"\x1b[?2026$p": b"\x1b[?2026;0$y",
}
"""What an xterm says when it is asked where it is, how it is, who it is, and what it can."""

_QUESTION: Final = re.compile(b"|".join(map(re.escape, _ANSWERS)))

_LONGEST: Final = max(map(len, _ANSWERS))

_TICK: Final = 0.02
"""Seconds for which a thin line is read at a time."""


class Terminal:
    """A program in a pty, for the time of a `with`.

    Args:
        arguments: The program and its arguments.
        environment: All of its variables.
        rate: Bytes a second that the line to the terminal takes; 0 for all there are.
    """

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, rate: int = 0
    ) -> None:
        self._rate = rate
        self._unread = b""
        self._arguments = arguments
        self._environment = environment
        self.output = bytearray()
        """Every byte that came."""
        self._ends: list[int] = []
        self._stamps: list[float] = []
        self._arrived = Condition()

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.started = time.monotonic()
        """When the process was started, on the monotonic clock."""
        self._process = subprocess.Popen(
            self._arguments,
            env=self._environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *failure: object) -> None:
        for child in processes.tree(self._process.pid):
            if child != self._process.pid:
                with suppress(ProcessLookupError):
                    os.kill(child, 9)
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        os.close(self._master)

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the program and its children so far."""
        return processes.cpu_seconds(self._process.pid)

    @property
    def memory_megabytes(self) -> float:
        """Memory of the program and its children at this moment."""
        return processes.memory_megabytes(self._process.pid)

    @property
    def frames(self) -> int:
        """How many times output has come so far."""
        return len(self._stamps)

    def type(self, text: str) -> float:
        """Send keys; when that was is returned."""
        now = time.monotonic()
        os.write(self._master, text.encode())
        return now

    def sees(self, text: str, *, after: int = 0, seconds: float = 60.0) -> float:
        """Wait until a text has come, in one piece; when its last byte came is returned.

        Args:
            text: The text, which no escape sequence may cut.
            after: How many bytes of the output not to look at.
            seconds: How long to wait.

        Raises:
            MeasureError: It did not come in this time.
        """
        wanted = text.encode()
        deadline = time.monotonic() + seconds
        start = after
        with self._arrived:
            while (place := self.output.find(wanted, start)) < 0:
                start = max(after, len(self.output) - len(wanted))
                left = deadline - time.monotonic()
                if left <= 0 or not (self._reader.is_alive() and self._arrived.wait(left)):
                    raise MeasureError(f"“{text}” was never shown: {bytes(self.output[-300:])!r}")
        return self.stamp(place + len(wanted))

    def stamp(self, count: int) -> float:
        """When so many bytes had come."""
        return self._stamps[bisect_left(self._ends, count)]

    def settle(self, quiet: float = 0.4, seconds: float = 1.5) -> None:
        """Wait until nothing has come for a while.

        Args:
            quiet: For how many seconds.
            seconds: How long to wait for that at the most.
        """
        deadline = time.monotonic() + seconds
        with self._arrived:
            while self._arrived.wait(quiet) and time.monotonic() < deadline:
                pass

    def _read(self) -> None:
        """Collect output until there is nobody to write any."""
        while True:
            try:
                data = os.read(self._master, int(self._rate * _TICK) or 65536)
            except OSError:
                data = b""
            now = time.monotonic()
            with self._arrived:
                if data:
                    self.output += data
                    self._ends.append(len(self.output))
                    self._stamps.append(now)
                self._arrived.notify_all()
            if not data:
                return
            self._answer(data)
            if self._rate:
                time.sleep(len(data) / self._rate)

    def _answer(self, data: bytes) -> None:
        """Say what a terminal says when a program asks, also in two pieces."""
        heard, end = self._unread + data, 0
        for question in _QUESTION.finditer(heard):
            os.write(self._master, _ANSWERS[question[0]])
            end = question.end()
        self._unread = heard[end:][1 - _LONGEST :]
