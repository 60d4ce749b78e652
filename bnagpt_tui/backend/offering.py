"""Which tools a model is told of where a service does not take all of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .models import Message, ToolSpec

MOST_TOOLS: Final = 128
"""Tools in a request where nobody says otherwise: the rule of OpenAI and Groq."""

_PARTING: Final = "__"
"""What parts a server's name from its tool's."""

_NAMED: Final = 12
"""How many of the tools that are left out are named to the user."""


def offered(
    tools: Sequence[ToolSpec], messages: Iterable[Message], most: int = MOST_TOOLS
) -> tuple[ToolSpec, ...]:
    """The tools that fit, in the order in which they came.

    The program's own come first, then those that the conversation has used, the last used first,
    then those of the servers in turns, so that none of them is left without.

    Args:
        tools: All that there are.
        messages: The conversation.
        most: How many may be told.
    """
    if len(tools) <= most:
        return tuple(tools)
    own = [tool.name for tool in tools if _PARTING not in tool.name]
    used = [call.name for message in messages for call in message.tool_calls][::-1]
    ranked = dict.fromkeys((*own, *used, *_in_turns(tools)))
    there = {tool.name for tool in tools}
    chosen = set([name for name in ranked if name in there][: max(most, 0)])
    return tuple(tool for tool in tools if tool.name in chosen)


def left_out(tools: Sequence[ToolSpec], told: Sequence[ToolSpec]) -> str:
    """A sentence that names the tools that a model is not told of; empty when it is told of all."""
    known = {tool.name for tool in told}
    names = [tool.name for tool in tools if tool.name not in known]
    if not names:
        return ""
    shown = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return (
        f"The model is told of {len(told):,} of {len(tools):,} tools, which is what the service "
        f"takes. Left out: {shown}{more}."
    )


def _in_turns(tools: Iterable[ToolSpec]) -> list[str]:
    """The names of the servers' tools, one of each server after the other."""
    by_server: defaultdict[str, list[str]] = defaultdict(list)
    for tool in tools:
        by_server[tool.name.partition(_PARTING)[0]].append(tool.name)
    longest = max(map(len, by_server.values()), default=0)
    return [
        names[place]
        for place in range(longest)
        for names in by_server.values()
        if place < len(names)
    ]
