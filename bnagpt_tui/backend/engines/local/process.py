"""The parent's side of the child process: start it, learn its address, end it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from ...child_environment import without_secrets
from ...errors import EngineMissingError
from ...text import one_line
from . import server
from .weights import Weights

_GRACE_SECONDS: Final = 0.7
"""How long the child may take to end at each asking."""

_LAST_BYTES: Final = 4000
"""How much of what the child said last is looked at when it failed."""

_LOG_HEAD: Final = re.compile(r"^[\d.]+ E (?:\S+\s+)?\S+: ")


def threads_for(threads: int | None) -> int:
    """How many threads to calculate with: as asked for, else all cores but one.

    A core that is busy with something else makes llama.cpp's threads wait for each other, at a
    twentieth of the speed; one is left for the rest of the machine.
    """
    return threads or max(1, (os.cpu_count() or 2) - 1)


class ServerProcess:
    """One running child, whose standard input and output are pipes."""

    def __init__(self, process: asyncio.subprocess.Process, log: IO[bytes], token: str) -> None:
        self._process = process
        self._stdin = cast("asyncio.StreamWriter", process.stdin)
        self._stdout = cast("asyncio.StreamReader", process.stdout)
        self._log = log
        self.token = token
        """What requests to this child must bear."""
        self.url = ""
        """Where the child listens."""

    @classmethod
    async def spawn(cls) -> ServerProcess:
        """Start a child, which waits to be told what to load."""
        log = tempfile.TemporaryFile()  # noqa: SIM115 - kept for the child's life
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            str(Path(server.__file__)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=without_secrets(os.environ),
            start_new_session=True,
        )
        return cls(process, log, secrets.token_urlsafe(24))

    async def load(self, weights: Weights, *, threads: int | None, context: int) -> None:
        """Let the child load a model and wait until it listens.

        Args:
            weights: The model.
            threads: How many to calculate with; `None` for all cores but one.
            context: Tokens that one conversation may have.

        Raises:
            EngineMissingError: The child could not load the model, or was ended.
        """
        settings = server.Settings(
            model=str(weights.path),
            name=weights.name,
            context=context,
            threads=threads_for(threads),
            token=self.token,
        )
        told = await self._talk(msgspec.json.encode(asdict(settings)) + b"\n")
        try:
            word = msgspec.json.decode(told, type=dict[str, str])
        except msgspec.DecodeError:
            word = {}
        if "url" not in word:
            raise EngineMissingError(
                f"The model “{one_line(weights.path.name, 80)}” could not be "
                f"loaded{await self._reason()}. "
                "Give a GGUF file of a model for chat that fits in the memory."
            )
        self.url = word["url"]

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.returncode is None

    async def stop(self) -> None:
        """End the child: by letting go of its pipe, then by signals of growing weight."""
        self._stdin.close()
        for end in (self._process.terminate, self._process.kill):
            if await self.ended():
                break
            with suppress(ProcessLookupError):
                end()
        await self._process.wait()
        self._log.close()

    async def ended(self) -> bool:
        """Whether the child ends within the grace."""
        try:
            await asyncio.wait_for(self._process.wait(), _GRACE_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _talk(self, line: bytes) -> bytes:
        """Send the child a line and return the line that it sends back; empty when it died."""
        with suppress(ConnectionError):
            self._stdin.write(line)
            await self._stdin.drain()
        return await self._stdout.readline()

    async def _reason(self) -> str:
        """The first error of the child's last words, as a clause; empty when there is none."""
        if not await self.ended() or self._log.closed:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _LAST_BYTES))
        lines = self._log.read().decode("utf-8", "replace").splitlines()
        error = next((line for line in lines if _LOG_HEAD.match(line)), "")
        reason = one_line(_LOG_HEAD.sub("", error), 120)
        return f" ({reason})" if reason else ""
