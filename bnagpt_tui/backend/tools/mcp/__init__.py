"""Tools that other programs lend, spoken to by the Model Context Protocol (MCP).

Inside this package `mcp` is the installed library; this package is always named from its parent.
"""

from __future__ import annotations

from .options import ServerOptions, server_options
from .servers import Servers

__all__ = ["ServerOptions", "Servers", "server_options"]
