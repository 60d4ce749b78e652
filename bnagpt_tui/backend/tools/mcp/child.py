"""A server that is a program: messages are lines on its standard input and output."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, SubprocessStreamProtocol
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from ...text import one_line
from .concealing import without_secrets
from .line import LARGEST_MESSAGE, Line
from .options import is_private

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from mcp.client._transport import TransportStreams

    from .options import ServerOptions

INHERITED: Final = (
    *("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
)
"""The variables of this program that every server gets."""

_GRACE_SECONDS: Final = 0.7
"""How long the program may take to end at each asking."""

_LAST_BYTES: Final = 2000
"""How much of what it wrote to its standard error is shown."""

_KEPT_BYTES: Final = 8000
"""How much of it is kept, so that no secret is cut in two before it is looked for."""

_MOST_STRAY: Final = 1000
"""Lines that are no messages before the program is taken for something else."""


def environment_for(options: ServerOptions, own: Mapping[str, str]) -> dict[str, str]:
    """The variables that a server gets.

    Args:
        options: The server.
        own: This program's environment.
    """
    given = {name: own[name] for name in INHERITED if name in own}
    given |= {name: item for name, item in options.environment.items() if not is_private(name)}
    return given


class _Exiting(SubprocessStreamProtocol):
    """Tells when the program ends, even if its own children keep the pipes open."""

    def __init__(self) -> None:
        super().__init__(limit=LARGEST_MESSAGE, loop=asyncio.get_running_loop())
        self.exited = asyncio.Event()

    def process_exited(self) -> None:
        self.exited.set()
        super().process_exited()


class Child(Line):
    """Carries messages to and from a program that it starts and ends."""

    def __init__(self, options: ServerOptions) -> None:
        super().__init__(options)
        self._words = b""
        self._heard = asyncio.Event()
        self._stray = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[TransportStreams, None]:
        """Start the program; at the end of the context it and its children are ended.

        Raises:
            OSError: It cannot be started.
        """
        loop = asyncio.get_running_loop()
        try:
            self._transport, self._pipes = await loop.subprocess_exec(
                _Exiting,
                self.options.command,
                *self.options.arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=environment_for(self.options, os.environ),
                start_new_session=True,
            )
        except BaseException:
            self.close()
            raise
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._read)
            tasks.start_soon(self._write)
            tasks.start_soon(self._listen)
            tasks.start_soon(self._watch)
            try:
                yield self.inbox, self.outbox
            finally:
                with anyio.CancelScope(shield=True):
                    await self._finish()
                tasks.cancel_scope.cancel()

    def last_words(self) -> str:
        """The end of what the program wrote to its standard error, on one line."""
        text = without_secrets(self._words.decode("utf-8", "replace"), self.options)
        return one_line(text[-_LAST_BYTES:], _LAST_BYTES)

    async def _read(self) -> None:
        """Hand on the program's messages until there are no more."""
        stdout = cast("asyncio.StreamReader", self._pipes.stdout)
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            try:
                while self._stray < _MOST_STRAY and (line := await stdout.readline()):
                    await self._take(line)
                self.end("what it writes is not MCP" if self._stray >= _MOST_STRAY else "")
            except ValueError:
                self.end(f"it sent a message of more than {LARGEST_MESSAGE // 1024**2} MB")
            finally:
                self.end()
                self.incoming.close()

    async def _take(self, line: bytes) -> None:
        """Hand on the message in a line; programs also print what is none."""
        try:
            message = jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValueError:
            self._stray += 1
            await asyncio.sleep(0)
        else:
            await self.deliver(SessionMessage(message))

    async def _write(self) -> None:
        """Send the program what is for it."""
        stdin = cast("asyncio.StreamWriter", self._pipes.stdin)
        try:
            async for item in self.outgoing:
                text = item.message.model_dump_json(by_alias=True, exclude_unset=True)
                stdin.write(text.encode() + b"\n")
                await stdin.drain()
        except (ConnectionError, anyio.ClosedResourceError):
            self.end()

    async def _listen(self) -> None:
        """Keep the last of what it writes to its standard error."""
        stderr = cast("asyncio.StreamReader", self._pipes.stderr)
        while piece := await stderr.read(65_536):
            self._words = (self._words + piece)[-_KEPT_BYTES:]
        self._heard.set()

    async def _watch(self) -> None:
        """Note when it ends, after what it wrote last was read."""
        await self._pipes.exited.wait()
        with anyio.move_on_after(_GRACE_SECONDS):
            await self.ended.wait()
        self.end()

    async def _finish(self) -> None:
        """End the program: by letting go of its input, then by signals of growing weight."""
        self.close()
        cast("asyncio.StreamWriter", self._pipes.stdin).close()
        if await self._comes(self._pipes.exited):
            code = self._transport.get_returncode()
            if code is not None:
                self.exit = f" by signal {-code}" if code < 0 else f" with code {code}"
        else:
            self._signal(signal.SIGTERM)
            await self._comes(self._pipes.exited)
        self._signal(signal.SIGKILL)
        await self._comes(self._pipes.exited)
        await self._comes(self._heard)
        with suppress(PermissionError):
            self._transport.close()

    async def _comes(self, event: asyncio.Event) -> bool:
        """Whether something happens within the grace."""
        with anyio.move_on_after(_GRACE_SECONDS):
            await event.wait()
        return event.is_set()

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the program and the children in its session."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._transport.get_pid(), number)
