"""Tool calls as they come: in pieces, several at once, and not always well made."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

from .events import ToolCallDelta
from .models import ToolCall, new_id

MOST_CALLS: Final = 16
"""Tools that are run for one answer; a model that asks for more is told so."""


LONGEST_NAME: Final = 64
"""Characters of a tool's name that services take."""

_UNFIT: Final = r"[^A-Za-z0-9_-]"


def values_of(arguments: str) -> dict[str, Any] | None:
    """A call's arguments by their names; `None` when they are no JSON object."""
    try:
        values = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def fit_name(name: str) -> str:
    """A tool's name with what services refuse replaced, and cut to what they take."""
    return re.sub(_UNFIT, "_", name)[:LONGEST_NAME]


class CallPieces:
    """Puts the pieces of an answer's tool calls together.

    Pieces with the same index belong together, except where a new id says that another call
    begins: some servers give every call the index 0.
    """

    def __init__(self) -> None:
        self._calls: list[ToolCall] = []
        self._places: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, piece: ToolCallDelta) -> None:
        """Add a piece."""
        place = self._places.get(piece.index)
        if place is None or (piece.id and self._calls[place].id not in {"", piece.id}):
            place = self._places[piece.index] = len(self._calls)
            self._calls.append(ToolCall("", "", ""))
        call = self._calls[place]
        name = call.name if piece.name in {"", call.name} else call.name + piece.name
        self._calls[place] = replace(
            call,
            id=call.id or piece.id,
            name=name,
            arguments=call.arguments + piece.arguments,
        )

    def calls(self) -> tuple[ToolCall, ...]:
        """The calls so far, each with an id that no other has."""
        seen: set[str] = set()
        for place, call in enumerate(self._calls):
            if not call.id or call.id in seen:
                self._calls[place] = replace(call, id=f"call_{new_id()}")
            seen.add(self._calls[place].id)
        return tuple(self._calls)
