"""All servers that the settings name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from .server import Connect, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..base import Tool
    from .options import ServerOptions

_MISSING: Final = "MCP servers need the extra “mcp”: pip install 'bnagpt-tui[mcp]'."


class Servers:
    """Lends the tools of servers, which it starts when they are first asked for.

    Args:
        options: The servers, each with a name of its own.
    """

    def __init__(self, options: Sequence[ServerOptions]) -> None:
        self._reports: list[str] = []
        self._servers = [Server(item, self._reports.append) for item in options]
        self._connect: Connect | None = None
        self._is_missing = False
        self._loading = asyncio.Lock()

    async def tools(self) -> tuple[Tool, ...]:
        """The tools of all servers that are there.

        The first call starts the servers, all at once, and waits for the slowest, at most some
        20 seconds; later ones give what is there.
        """
        connect = await self._loaded() if self._servers else None
        if connect is None:
            return ()
        await asyncio.gather(*(server.start(connect) for server in self._servers))
        return tuple(tool for server in self._servers for tool in server.tools)

    def drain_reports(self) -> list[str]:
        """What went wrong since the last call, in sentences for the user."""
        reports = self._reports.copy()
        self._reports.clear()
        return reports

    async def aclose(self) -> None:
        """End all servers. Takes some seconds at the most, and raises for none of them."""
        await asyncio.gather(*(server.aclose() for server in self._servers))

    async def _loaded(self) -> Connect | None:
        """What makes connections; `None`, which is reported once, where the library is missing."""
        async with self._loading:
            if self._connect is None and not self._is_missing:
                try:
                    self._connect = await asyncio.to_thread(_library)
                except ImportError:
                    self._is_missing = True
                    self._reports.append(_MISSING)
        return self._connect


def _library() -> Connect:
    """What makes connections.

    Raises:
        ImportError: The extra is not installed.
    """
    from .connection import Connection  # noqa: PLC0415  # loads mcp, which takes half a second

    return Connection
