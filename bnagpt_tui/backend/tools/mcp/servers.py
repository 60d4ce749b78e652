"""All servers that lend tools: started when tools are first needed, restarted once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...errors import ToolArgumentsError, ToolError
from ..base import Tool, ToolContext, ToolResult
from .connection import Connection, ConnectionLostError
from .options import ServerOptions
from .translation import acts, name_of, result_of, spec_of

MOST_TOOLS: Final = 64
"""Tools of one server that are offered."""


@dataclass
class _Server:
    """A server and how it has been so far."""

    options: ServerOptions
    connection: Connection | None = None
    tools: tuple[Tool, ...] = ()
    was_restarted: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Servers:
    """Lends the tools of several servers.

    Args:
        options: The servers.
    """

    def __init__(self, options: Sequence[ServerOptions]) -> None:
        self._servers = [_Server(each) for each in options]
        self._started = False
        self._starting = asyncio.Lock()
        self._reports: list[str] = []

    async def tools(self) -> tuple[Tool, ...]:
        """The tools of all servers that work; they are started with the first call."""
        async with self._starting:
            if not self._started:
                self._started = True
                await asyncio.gather(*(self._start(server) for server in self._servers))
        return tuple(tool for server in self._servers for tool in server.tools)

    def drain_reports(self) -> list[str]:
        """What went wrong since the last call, in sentences for the user."""
        reports, self._reports = self._reports, []
        return reports

    async def aclose(self) -> None:
        """End every server."""
        connections = [server.connection for server in self._servers if server.connection]
        for server in self._servers:
            server.connection, server.tools = None, ()
        await asyncio.gather(*(connection.aclose() for connection in connections))

    async def _start(self, server: _Server) -> bool:
        """Start a server and read its tools; whether it works."""
        connection = Connection(server.options)
        try:
            await connection.start()
            server.connection = connection
            server.tools = self._offered(server, await connection.tools())
        except ToolError as error:
            self._reports.append(str(error))
            server.connection, server.tools = None, ()
            await connection.aclose()
            return False
        return True

    def _offered(self, server: _Server, found: list[Any]) -> tuple[Tool, ...]:
        name = server.options.name
        taken: set[str] = set()
        tools = []
        for item in found[:MOST_TOOLS]:
            called = name_of(name, item.name, taken)
            spec = spec_of(name, called, item)
            if spec is None:
                self._reports.append(
                    f"The tool “{called}” is left out: its arguments are not described as an "
                    "object, or at too great length."
                )
                continue
            taken.add(called)
            run = self._runner(server, item.name)
            tools.append(Tool(spec, run, acts=acts(item), seconds=server.options.seconds + 5))
        if len(found) > MOST_TOOLS:
            self._reports.append(
                f"The MCP server “{name}” has {len(found)} tools; the first {MOST_TOOLS} are used."
            )
        return tuple(tools)

    def _runner(self, server: _Server, name: str) -> Any:
        async def run(context: ToolContext, arguments: str) -> ToolResult:
            return await self._call(server, name, context, arguments)

        return run

    async def _call(
        self, server: _Server, name: str, context: ToolContext, arguments: str
    ) -> ToolResult:
        """Call a tool; a call that a server did not survive is not repeated: it may have acted.

        Raises:
            ToolError: It could not be called, or the server ended meanwhile.
        """
        values = _object(name, arguments)
        connection = server.connection
        if connection is None:
            raise ToolError(f"The MCP server “{server.options.name}” is not there any more.")
        try:
            result = await connection.call(name, values, context.report)
        except ConnectionLostError:
            again = await self._restart(server, connection)
            raise ToolError(
                f"The MCP server “{server.options.name}” ended during the call; whether it did "
                f"anything is not known. {again}"
            ) from None
        return result_of(result)

    async def _restart(self, server: _Server, lost: Connection) -> str:
        """Start a server that has ended, the first time that it does; what came of it is told."""
        async with server.lock:
            if server.connection is not lost:
                return "It was started again."
            server.connection = None
            await lost.aclose()
            name = server.options.name
            if server.was_restarted:
                server.tools = ()
                self._reports.append(
                    f"The MCP server “{name}” ended again; its tools are gone until bnaGPT is "
                    "started the next time."
                )
                return "It is not started a second time."
            server.was_restarted = True
            if not await self._start(server):
                return "It could not be started again."
            self._reports.append(f"The MCP server “{name}” ended and was started again.")
            return "It was started again."


def _object(name: str, arguments: str) -> dict[str, Any]:
    """The arguments of a call.

    Raises:
        ToolArgumentsError: They are no JSON object.
    """
    try:
        values = json.loads(arguments.strip() or "{}")
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise ToolArgumentsError(f"{name} was not run: its arguments are not a JSON object.")
    return values
