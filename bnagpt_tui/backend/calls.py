"""Tool calls as they come: in pieces, several at once, and not always well made."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from .events import ToolCallDelta
from .models import Message, Outcome, Role, ToolCall, new_id

MOST_CALLS: Final = 16
"""Tools that are run for one answer; a model that asks for more is told so."""

LONGEST_NAME: Final = 64
"""Characters of a tool's name that services take."""

TOO_MANY_ROUNDS: Final = "It went on asking for tools. enter lets it go on."
"""What is said of a turn in which the model never came to an answer."""

_USERS: Final = "user_"
_UNFIT: Final = r"[^A-Za-z0-9_-]"


def values_of(arguments: str) -> dict[str, Any] | None:
    """A call's arguments by their names; `None` when they are no JSON object."""
    try:
        values = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def are_whole(answer: Message) -> bool:
    """Whether an answer's calls are all that the model meant, and may be done later.

    Those of an answer that was stopped, cut or broken may have half their arguments.
    """
    return bool(answer.tool_calls) and (
        answer.outcome is Outcome.COMPLETE or answer.problem == TOO_MANY_ROUNDS
    )


def users_call(name: str, arguments: Mapping[str, object]) -> ToolCall:
    """A call that the user makes, no model."""
    return ToolCall(f"{_USERS}{new_id()}", name, json.dumps(dict(arguments), ensure_ascii=False))


def is_users(message: Message) -> bool:
    """Whether this is the result of a call that the user made."""
    return message.role is Role.TOOL and message.tool_call_id.startswith(_USERS)


def result_of(messages: Sequence[Message], call_id: str) -> str | None:
    """The whole result of the last call with this id; `None` when there is none."""
    for message in reversed(messages):
        if message.role is Role.TOOL and message.tool_call_id == call_id:
            return message.content
    return None


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
