"""The line to one server: opened and closed in a task of its own, used from any other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from importlib import import_module
from typing import Any, Final, TextIO

from ...errors import ToolError
from ...text import one_line
from .options import ServerOptions

START_SECONDS: Final = 20.0
"""How long a server may take to start."""

_CLOSE_SECONDS: Final = 5.0
_LAST_WORDS: Final = 2000
_MOST_PAGES: Final = 20
"""Pages of a server's list of tools that are read."""

MISSING: Final = "MCP servers need the extra “mcp”: pip install 'bnagpt-tui[mcp]'."
"""What to do where the library is not there."""


class ConnectionLostError(Exception):
    """The server has ended, or does not answer any more."""


class Connection:
    """A server that was started or is asked.

    The library's contexts belong to the task that enters them: hence a task that does nothing
    but enter, wait, and leave.

    Args:
        options: The server.
    """

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._client: Any = None
        self._errors = _LastWords()

    async def start(self) -> None:
        """Start the server, or greet it.

        Raises:
            ToolError: It does not start; the sentence says why, as far as it said so.
        """
        ready: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._serve(ready))
        try:
            async with asyncio.timeout(START_SECONDS):
                self._client = await asyncio.shield(ready)
        except TimeoutError:
            await self.aclose()
            raise ToolError(self._failed(f"no answer within {START_SECONDS:.0f} seconds")) from None
        except ToolError:
            await self.aclose()
            raise
        except asyncio.CancelledError:
            await self.aclose()
            raise

    async def tools(self) -> list[Any]:
        """The server's tools, as the library gives them.

        Raises:
            ToolError: The list could not be had.
        """
        found: list[Any] = []
        cursor = None
        for _ in range(_MOST_PAGES):
            try:
                async with asyncio.timeout(START_SECONDS):
                    page = await self._client.list_tools(cursor=cursor)
            except TimeoutError:
                raise ToolError(self._failed("its list of tools did not come")) from None
            except Exception as error:  # noqa: BLE001  # a server may answer anything
                raise ToolError(self._failed(one_line(str(error), 200))) from None
            found += page.tools
            cursor = page.next_cursor
            if not cursor:
                break
        return found

    async def call(
        self, name: str, arguments: dict[str, Any], report: Callable[[str], None]
    ) -> Any:
        """Call a tool; what comes back is as the library gives it.

        Args:
            name: The tool, as the server calls it.
            arguments: What it is called with.
            report: Takes what it says of its progress.

        Raises:
            ConnectionLostError: The server has ended.
            ToolError: It refused.
        """
        library = import_module("mcp")
        streams = import_module("anyio")

        async def progress(done: float, total: float | None, message: str | None) -> None:
            count = f"{done:g} of {total:g}" if total else f"{done:g}"
            report(f"{count} {message or ''}".strip() + "\n")

        if self._task is None or self._task.done():
            raise ConnectionLostError
        try:
            return await self._client.call_tool(name, arguments, progress_callback=progress)
        except (streams.ClosedResourceError, streams.BrokenResourceError, OSError):
            raise ConnectionLostError from None
        except library.MCPError as error:
            if "closed" in str(error).lower() or self._task.done():
                raise ConnectionLostError from None
            raise ToolError(f"{self._options.name} refused: {one_line(str(error), 500)}") from None

    async def aclose(self) -> None:
        """End the server, or say goodbye; a server that does not care is left."""
        self._closing.set()
        task, self._task = self._task, None
        if task:
            done, _ = await asyncio.wait({task}, timeout=_CLOSE_SECONDS)
            if not done:
                task.cancel()
                await asyncio.wait({task}, timeout=_CLOSE_SECONDS)
            with suppress(asyncio.CancelledError, Exception):
                task.result() if task.done() else None
        self._errors.close()

    async def _serve(self, ready: asyncio.Future[Any]) -> None:
        try:
            library = await asyncio.to_thread(import_module, "mcp")
            async with AsyncExitStack() as stack:
                transport = await self._transport(stack)
                client = library.Client(transport, read_timeout_seconds=self._options.seconds)
                ready.set_result(await stack.enter_async_context(client))
                await self._closing.wait()
        except ImportError:
            _fail(ready, ToolError(MISSING))
        except Exception as error:  # noqa: BLE001  # a server may do anything
            _fail(ready, ToolError(self._failed(_first_of(error))))

    async def _transport(self, stack: AsyncExitStack) -> Any:
        """What carries messages: a program's pipes, or requests to a service."""
        options = self._options
        if options.command:
            stdio = await asyncio.to_thread(import_module, "mcp.client.stdio")
            parameters = stdio.StdioServerParameters(
                command=options.command,
                args=list(options.arguments),
                env=dict(options.environment),
                encoding_error_handler="replace",
            )
            return stdio.stdio_client(parameters, errlog=self._errors.open())
        http = await asyncio.to_thread(import_module, "mcp.client.streamable_http")
        httpx = await asyncio.to_thread(import_module, "httpx2")
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                headers=dict(options.headers),
                timeout=httpx.Timeout(START_SECONDS, read=options.seconds),
            )
        )
        return http.streamable_http_client(options.address, http_client=client)

    def _failed(self, reason: str) -> str:
        said = self._errors.text()
        for secret in (*self._options.environment.values(), *self._options.headers.values()):
            if secret:
                reason, said = reason.replace(secret, "…"), said.replace(secret, "…")
        words = f" It said: {one_line(said, 300)}" if said.strip() else ""
        return f"The MCP server “{self._options.name}” did not start: {reason}.{words}"


def _fail(ready: asyncio.Future[Any], error: ToolError) -> None:
    if not ready.done():
        ready.set_exception(error)


def _first_of(error: BaseException) -> str:
    """What went wrong, of several things that did."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, FileNotFoundError):
        return "there is no such program"
    return one_line(str(error) or type(error).__name__, 200).rstrip(".")


class _LastWords:
    """Takes what a program writes to standard error, which would else be on the screen."""

    def __init__(self) -> None:
        self._reading = -1
        self._file: TextIO | None = None
        self._last = b""

    def open(self) -> TextIO:
        """The file to write to."""
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        asyncio.get_running_loop().add_reader(self._reading, self._read)
        self._file = os.fdopen(writing, "w")
        return self._file

    def text(self) -> str:
        """The end of what was written."""
        self._read()
        return self._last.decode("utf-8", "replace")

    def close(self) -> None:
        """Take no more."""
        if self._reading >= 0:
            asyncio.get_running_loop().remove_reader(self._reading)
            os.close(self._reading)
            self._reading = -1
        if self._file:
            self._file.close()

    def _read(self) -> None:
        if self._reading < 0:
            return
        with suppress(BlockingIOError):
            piece = os.read(self._reading, 65_536)
            self._last = (self._last + piece)[-_LAST_WORDS:]
            if not piece:
                asyncio.get_running_loop().remove_reader(self._reading)
