"""One server for as long as bnaGPT runs: started, started again once, and then let go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...errors import ToolError
from .listing import tools_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..base import Tool, ToolContext, ToolResult
    from .connection import Connection
    from .listing import Listed
    from .options import ServerOptions

_END_SECONDS: Final = 4.0
"""How long a server may take to end in good order."""

_CUT_SECONDS: Final = 3.0

Connect: TypeAlias = "Callable[[ServerOptions], Connection]"
"""Makes a connection that does not stand yet."""


class Server:
    """One server.

    Its connections belong to one task, which opens and closes them: the library wants that.

    Args:
        options: The server.
        report: Takes sentences for the user.
    """

    def __init__(self, options: ServerOptions, report: Callable[[str], None]) -> None:
        self.tools: tuple[Tool, ...] = ()
        """Its tools; none when it is not there."""
        self._options = options
        self._report = report
        self._keeper: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._stands = False
        self._began = False
        self._is_closing = False
        self._settled = asyncio.Event()
        self._decided: list[asyncio.Event] = []
        self._listed: list[Listed] = []
        self._acting: set[str] = set()
        self._reason = ""

    async def start(self, connect: Connect) -> None:
        """Start it if it never was, and wait until it is known whether that worked."""
        if self._keeper is None and not self._is_closing:
            self._keeper = asyncio.create_task(self._keep(connect))
        if not self._began:
            await self._settled.wait()

    async def aclose(self) -> None:
        """End it. Does not raise."""
        self._is_closing = True
        self._settled.set()
        if self._keeper is None:
            return
        if self._connection:
            self._connection.stop()
        await asyncio.wait((self._keeper,), timeout=_END_SECONDS)
        if self._connection:
            self._connection.cut()
        await asyncio.wait((self._keeper,), timeout=_CUT_SECONDS)
        self._keeper.cancel()
        await asyncio.wait((self._keeper,), timeout=_CUT_SECONDS)

    async def _call(
        self, tool: Listed, arguments: Mapping[str, Any], context: ToolContext
    ) -> ToolResult:
        """Do a call, after a restart that is on its way.

        Raises:
            ToolError: It could not be done, or not to its end.
        """
        await self._settled.wait()
        if self._connection and self._connection.has_ended:
            await self._decided[-1].wait()
        server = f"The MCP server “{self._options.name}”"
        if self._connection is None or not self._stands:
            raise ToolError(f"{server} ended, and its tools are gone until the next start.")
        if tool not in self._listed:  # the user's word, or the model's, was for another
            raise ToolError(f"{server} was started again, and describes this tool otherwise now.")
        connection, decided = self._connection, self._decided[-1]
        try:
            return await connection.call(tool.name, arguments, context)
        except ToolError:
            if not connection.has_ended:
                raise
        await decided.wait()
        raise ToolError(
            f"{server} ended during the call; whether it did anything is not known. "
            + self._sequel(was_first=decided is self._decided[0])
        )

    def _sequel(self, *, was_first: bool) -> str:
        """What became of it after a connection ended."""
        if self._stands:
            return "It was started again."
        return f"It {'could not be' if was_first else 'is not'} started a second time."

    async def _keep(self, connect: Connect) -> None:
        """Have a connection, and a second one after the first."""
        try:
            for is_last in (False, True):
                self._stands = False
                self._decided.append(asyncio.Event())
                reason = await self._live(connect)
                if self._is_closing:
                    return
                if not self._stands or is_last:
                    self._say_gone(reason)
                    return
                self._settled.clear()
                self._reason = f": {reason}" if reason else ""
        finally:
            self._stands = False
            self._connection = None
            self.tools = ()
            self._settled.set()
            for decided in self._decided:
                decided.set()

    async def _live(self, connect: Connect) -> str:
        """Have one connection, with the older greeting or else the newer; why it ended."""
        reason = ""
        for mode in ("legacy", "auto"):
            self._connection = connect(self._options)
            if self._is_closing:
                return ""
            reason = await self._connection.stay(mode, self._greet)
            if self._stands or not self._connection.was_refused:
                break
        return reason

    def _greet(self, connection: Connection, listed: list[Listed]) -> None:
        """Take the tools of a connection that stands."""
        name = self._options.name
        # What has acted once is not taken for harmless because the server says so later.
        self._acting |= {item.name for item in listed if not item.reads_only}
        self._listed = [replace(item, reads_only=item.name not in self._acting) for item in listed]
        self.tools = tools_from(
            name, self._listed, self._call, self._options.seconds, origin=self._options.origin
        )
        if self._began:
            self._report(f"The MCP server “{name}” ended and was started again{self._reason}.")
        else:
            for report in connection.reports():
                self._report(report)
        self._stands = self._began = True
        self._settled.set()
        for decided in self._decided[:-1]:
            decided.set()

    def _say_gone(self, reason: str) -> None:
        """Report that there are no tools of it from here on."""
        server = f"The MCP server “{self._options.name}”"
        because = f": {reason}" if reason else ""
        gone = "its tools are gone until the next start"
        if self._stands:
            self._report(f"{server} ended again{because}; {gone}.")
        elif self._began:
            self._report(f"{server} ended and could not be started again{because}; {gone}.")
        else:
            words = self._connection.last_words() if self._connection else ""
            said = f" It said last: {words}" if words else ""
            self._report(f"{server} did not start{because}.{said}")
