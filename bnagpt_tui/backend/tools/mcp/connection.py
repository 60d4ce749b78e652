"""One connection to one server, from its start to its end. Bring it in late: it loads `mcp`."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any, Final, Literal

import anyio
from mcp import Client, ClientSession, MCPError
from mcp.types import (
    CONNECTION_CLOSED,
    METHOD_NOT_FOUND,
    CallToolResult,
    Implementation,
    PaginatedRequestParams,
)
from pydantic import ValidationError

from .... import __version__
from ...errors import ToolError
from .child import Child
from .concealing import short
from .listing import Listed
from .progress import Progress
from .remote import FORGOTTEN, TROUBLE, Remote
from .results import result_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..base import ToolContext, ToolResult
    from .line import Line
    from .options import ServerOptions

START_SECONDS: Final = 20.0
"""How long a server may take from its start to the end of its list of tools."""

_MOST_PAGES: Final = 100


class Connection:
    """One connection, kept by the task that calls `stay` and used by all others.

    Args:
        options: The server.
    """

    def __init__(self, options: ServerOptions) -> None:
        self.was_refused = False
        """Whether the server answered the greeting with an error; another greeting may do."""
        self._options = options
        self._line: Line = Remote(options) if options.address else Child(options)
        self._scope = anyio.CancelScope()
        self._session: ClientSession | None = None

    async def stay(
        self, mode: Literal["legacy", "auto"], ready: Callable[[Connection, list[Listed]], None]
    ) -> str:
        """Connect, and stay connected until either side ends it.

        Args:
            mode: The greeting: the one that all servers of 2025 know, or the newer one first.
            ready: Called with the tools once they are known.

        Returns:
            Why it ended, as a clause; empty when that is not known.
        """
        self._scope.deadline = anyio.current_time() + START_SECONDS
        try:
            with self._scope:
                async with Client(
                    self._line.open(),
                    mode=mode,
                    cache=None,
                    client_info=Implementation(name="bnaGPT", version=__version__),
                ) as client:
                    self._session = client.session
                    listed = await self._list(client.session)
                    self._scope.deadline = math.inf
                    ready(self, listed)
                    await self._line.ended.wait()
        except Exception as error:  # noqa: BLE001  # whatever a library raises on strange input
            return short(self._why(error), self._options)
        finally:
            self._line.end()
            self._line.close()
        if self._scope.cancelled_caught:
            return f"it did not answer within {START_SECONDS:g} seconds"
        return short(self._line.reason, self._options)

    def reports(self) -> list[str]:
        """What of the list of tools is not used, in sentences for the user."""
        return self._line.sieve.reports(self._options.name)

    def last_words(self) -> str:
        """What the server said last beside the messages; empty when it said nothing."""
        return self._line.last_words()

    @property
    def has_ended(self) -> bool:
        """Whether no more calls can be done."""
        return self._line.ended.is_set()

    def stop(self) -> None:
        """Let `stay` end, in good order once the connection stands, else at once."""
        if self._session is None:
            self._scope.cancel()
        self._line.end()

    def cut(self) -> None:
        """Let `stay` end at once."""
        self._scope.cancel()

    async def call(
        self, name: str, arguments: Mapping[str, Any], context: ToolContext
    ) -> ToolResult:
        """Do a call. When it is cancelled the server is told so.

        Raises:
            ToolError: It could not be done; the sentence says why.
        """
        server = f"The MCP server “{self._options.name}”"
        if self._session is None:
            raise ToolError(f"{server} is not there.")
        progress = Progress(context.report)
        try:
            answer = await self._session.call_tool(
                name, dict(arguments), progress_callback=progress, allow_input_required=True
            )
        except MCPError as error:
            said = short(error.message, self._options)
            if error.code == TROUBLE:
                raise ToolError(f"{server} did not do it: {said}.") from None
            if error.code == FORGOTTEN and self._options.address:
                self._line.end(said)
            raise ToolError(f"{server} did not do it, and said: {said}") from None
        except (ValidationError, RuntimeError, ValueError):
            raise ToolError(f"{server} answered in a way that is not MCP.") from None
        finally:
            progress.close()
        if not isinstance(answer, CallToolResult):
            raise ToolError(f"{server} asks back for something, which cannot be given here.")
        return await asyncio.to_thread(result_from, answer)

    async def _list(self, session: ClientSession) -> list[Listed]:
        """The tools that can be used, of all pages."""
        found: list[Listed] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            try:
                page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            except MCPError as error:
                if error.code == METHOD_NOT_FOUND:
                    break
                raise
            found += (
                Listed(
                    tool.name,
                    tool.description or "",
                    tool.input_schema,
                    tool.annotations is not None and tool.annotations.read_only_hint is True,
                )
                for tool in page.tools
            )
            cursor = page.next_cursor
            if not cursor or self._line.sieve.is_full:
                break
        return found

    def _why(self, error: BaseException) -> str:
        """What went wrong, as a clause."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, FileNotFoundError):
            return f"there is no such program as “{self._options.command}”"
        if isinstance(error, OSError):
            said = error.strerror or str(error) or type(error).__name__
            return f"“{self._options.command}” cannot be started ({said})"
        if isinstance(error, MCPError):
            if error.code == CONNECTION_CLOSED:
                return self._line.reason or f"it ended{self._line.exit}"
            self.was_refused = error.code != TROUBLE
            return error.message if error.code == TROUBLE else f"it said: {error.message}"
        if isinstance(error, ValidationError):
            return "it answered in a way that is not MCP"
        self.was_refused = isinstance(error, RuntimeError)
        return f"{type(error).__name__}: {error}"
