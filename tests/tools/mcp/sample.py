"""A real MCP server: `sample.py` speaks on its standard input and output, `sample.py PORT` HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import BlobResourceContents, EmbeddedResource, TextResourceContents, ToolAnnotations
from pydantic import BaseModel

server = MCPServer("sample", log_level="ERROR")
reading = ToolAnnotations(read_only_hint=True)


class Point(BaseModel):
    x: int
    y: int


@server.tool(annotations=reading)
def add(a: int, b: int) -> str:
    """Add two numbers."""
    return str(a + b)


@server.tool()
def note(path: str, text: str) -> str:
    """Write a text to a file."""
    Path(path).write_text(text, encoding="utf-8")
    return "written"


@server.tool()
async def wait(directory: str, context: Context) -> str:
    """Wait for ever, leaving marks of what happens."""
    await context.report_progress(1, 2, "half\x1b[2J way")
    Path(directory, "begun").touch()
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        Path(directory, "cancelled").touch()
        raise
    return "never"


@server.tool(annotations=reading)
def picture() -> Image:
    """Give a picture."""
    return Image(data=b"\x89PNG not really", format="png")


@server.tool(annotations=reading, structured_output=False)
def papers() -> list[EmbeddedResource]:
    """Give two resources."""
    return [
        EmbeddedResource(resource=TextResourceContents(uri="file:///a.txt", text="of the text")),
        EmbeddedResource(
            resource=BlobResourceContents(
                uri="file:///tmp/..%2f..%2fetc/pa%1bper.pdf",
                blob="JVBERg==",
                mime_type="application/pdf",
            )
        ),
    ]


@server.tool(annotations=reading)
def point() -> Point:
    """Give a point."""
    return Point(x=1, y=2)


@server.tool()
def fail() -> str:
    """Fail."""
    raise ToolError("the disk is full")


@server.tool(annotations=reading)
def environment() -> str:
    """Give the names and values of the environment."""
    return "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items()))


@server.tool()
def die() -> str:
    """End the server."""
    os._exit(3)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", port=int(sys.argv[1]))
    else:
        server.run()
