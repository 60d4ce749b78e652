"""The tool that gives the rest of a result that was cut."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from ..errors import ToolError
from .base import Tool, ToolContext, ToolResult, tool_from

PIECE: Final = 20_000
"""Characters that are given at the most; the request may take fewer."""


def read_more() -> Tool:
    """The tool `read_more`."""
    return tool_from(_read_more, name="read_more")


async def _read_more(
    context: ToolContext,
    call_id: Annotated[str, Meta(description="The id of the call whose result was cut.")],
    start: Annotated[int, Meta(description="The first character to give.", ge=0)],
) -> ToolResult:
    """Give more of an earlier tool result that was cut."""
    whole = context.earlier(call_id)
    if whole is None:
        raise ToolError(f"There is no result of a call “{call_id[:80]}” in this conversation.")
    piece = whole[start : start + PIECE]
    if not piece:
        return ToolResult(f"There is nothing more: the result has {len(whole)} characters.")
    end = start + len(piece)
    return ToolResult(f"Characters {start} to {end} of {len(whole)}:\n{piece}")
