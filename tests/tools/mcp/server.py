"""A real MCP server for tests: `python server.py`, or `python server.py http PORT`."""

from __future__ import annotations

import asyncio
import os
import sys

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.types import ToolAnnotations

server = MCPServer("test")
READS = ToolAnnotations(read_only_hint=True)


@server.tool(annotations=READS)
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
def write(text: str) -> str:
    """Write something somewhere."""
    return f"wrote {text}"


@server.tool(annotations=READS)
def environment() -> str:
    """Tell the environment."""
    return str(dict(os.environ))


@server.tool(annotations=READS)
async def slow(context: Context) -> str:
    """Take long."""
    await context.report_progress(1, 3, "first")
    await asyncio.sleep(3600)
    return "never"


@server.tool()
def die() -> str:
    """End."""
    os._exit(3)


@server.tool(annotations=READS)
def huge() -> str:
    """Answer at length."""
    return "x" * 3_000_000


@server.tool(annotations=READS)
def picture() -> Image:
    """Draw."""
    return Image(data=b"\x89PNG", format="png")


@server.tool(annotations=READS)
def fail() -> str:
    """Fail."""
    raise ValueError("not today")


if __name__ == "__main__":
    print("x" * 200_000, file=sys.stderr)
    if sys.argv[1:2] == ["http"]:
        server.run(transport="streamable-http", port=int(sys.argv[2]))
    else:
        server.run()
