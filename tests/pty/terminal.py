"""The application as a process of its own, in a real terminal that pyte reads."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import pyte
import pytest

from tests.waiting import until

COLUMNS: Final = 120
LINES: Final = 40


class Terminal:
    """`bnagpt` in a pty: type, read the screen, kill.

    Args:
        home: An empty directory for everything that is kept.
        arguments: What stands behind `bnagpt`.
        environment: Variables beside the ones that every terminal has.
        through: A command that runs the application, in front of its own.
        module: What is run.
    """

    def __init__(
        self,
        home: Path,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        through: Sequence[str] = (),
        module: str = "bnagpt_tui",
    ) -> None:
        self._arguments = [*through, sys.executable, "-m", module, *arguments]
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        coverage = {name: value for name, value in os.environ.items() if "COV" in name}
        self._environment = {
            **kept,
            **coverage,
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
            "BNAGPT_DATA_DIR": str(home / "data"),
            "BNAGPT_CONFIG_DIR": str(home / "config"),
            **(environment or {}),
        }
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self.output = bytearray()
        """Every byte that came to the terminal."""
        self._came = 0.0
        self._is_gone = False

    async def __aenter__(self) -> Self:
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.execve(self._arguments[0], self._arguments, self._environment)
        self.resize(COLUMNS, LINES)
        os.set_blocking(self._master, False)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._master, self._read)
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.kill(signal.SIGKILL)
        with suppress(ChildProcessError):
            await asyncio.to_thread(os.waitpid, self.pid, 0)
        self.vanish()

    @property
    def text(self) -> str:
        """The screen, row by row."""
        return "\n".join(self._screen.display)

    def type(self, text: str) -> None:
        """Send keys."""
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        """Send what is no text, too."""
        os.write(self._master, data)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        self._screen.resize(lines, columns)

    def resize_unknown(self) -> None:
        """Have the terminal not know its size, as one on a serial line does."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 0, 0, 0, 0))

    def forget(self) -> None:
        """Show nothing, as if somebody else had cleared the screen, and forget what came."""
        self._screen.reset()
        self.output.clear()

    @property
    def is_stopped(self) -> bool:
        """Whether the application is stopped, as by a shell's job control."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2][0] == "T"

    @property
    def is_raw(self) -> bool:
        """Whether the terminal gives every key at once, without showing it."""
        return not termios.tcgetattr(self._master)[3] & (termios.ECHO | termios.ICANON)

    def make_cooked(self) -> None:
        """Have the terminal edit lines itself, as a shell sets it for its own commands."""
        modes = termios.tcgetattr(self._master)
        modes[3] |= termios.ECHO | termios.ICANON | termios.ISIG
        termios.tcsetattr(self._master, termios.TCSANOW, modes)

    def stop_reading(self) -> None:
        """Take nothing any more of what is written, as a terminal that hangs."""
        asyncio.get_running_loop().remove_reader(self._master)

    def vanish(self) -> None:
        """Close the terminal, as a terminal's end of its own does."""
        if not self._is_gone:
            self._is_gone = True
            self.stop_reading()
            os.close(self._master)

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the application."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Tell the application that its terminal is closed, as a lost SSH connection does."""
        self.kill(signal.SIGHUP)

    async def sees(self, *texts: str, seconds: float = 30.0) -> None:
        """Wait until all texts stand on the screen."""
        try:
            await until(lambda: all(text in self.text for text in texts), seconds=seconds)
        except TimeoutError:
            pytest.fail(f"{texts} not on the screen:\n{self.text}")

    async def rests(self, seconds: float = 0.2) -> None:
        """Wait until nothing has come for some time: a picture comes in pieces."""
        await until(lambda: time.monotonic() - self._came > seconds, seconds=30.0)

    async def ends(self, seconds: float = 20.0) -> int:
        """Wait for the application's end; its exit status."""
        async with asyncio.timeout(seconds):
            _, status = await asyncio.to_thread(os.waitpid, self.pid, 0)
        await asyncio.sleep(0)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
            return
        self._came = time.monotonic()
        self.output += data
        with suppress(TypeError):
            self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?"))
