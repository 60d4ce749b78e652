"""Groq's own search: the model is told that it may, and Groq does it."""

from __future__ import annotations

from ..errors import ToolError
from ..models import ToolSpec
from .base import Tool, ToolContext, ToolResult


def browser_search() -> Tool:
    """The tool `browser_search`, which is never run here."""
    parameters = {"type": "object", "properties": {}}
    spec = ToolSpec("browser_search", "Groq searches the web by itself.", parameters, True)
    return Tool(spec, _run)


async def _run(context: ToolContext, arguments: str) -> ToolResult:
    """Refuse: there is nothing to run here.

    Raises:
        ToolError: Always.
    """
    del context, arguments
    raise ToolError("Groq does this by itself; there is nothing to call.")
