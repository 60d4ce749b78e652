"""Tool calls as they come: in pieces, several at once, and not always well made."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from .events import ToolCallDelta
from .halves import call_json
from .models import Message, Outcome, Role, ToolCall

MOST_CALLS: Final = 16
"""Tools that are run for one answer; a model that asks for more is told so."""

LONGEST_NAME: Final = 64
"""Characters of a tool's name that services take."""

TOO_MANY_ROUNDS: Final = "It went on asking for tools. enter lets it go on."
"""What is said of a turn in which the model never came to an answer."""

_UNFIT: Final = r"[^A-Za-z0-9_-]"
_FIT_ID: Final = re.compile(r"[A-Za-z0-9_.:?=+/-]{1,64}")
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def values_of(arguments: str) -> dict[str, Any] | None:
    """A call's arguments by their names; `None` when they are no JSON object."""
    try:
        values = msgspec.json.decode(call_json(arguments))
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def unwrapped(arguments: str) -> str:
    """A call's arguments, without the quotation marks of those that were written as JSON twice."""
    if arguments[:1] != '"':
        return arguments
    try:
        inner = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    is_object = isinstance(inner, str) and inner.lstrip().startswith("{")
    return inner if is_object else arguments


def are_whole(answer: Message) -> bool:
    """Whether an answer's calls are all that the model meant, and may be done later.

    Those of an answer that was stopped, cut or broken may have half their arguments.
    """
    return bool(answer.tool_calls) and (
        answer.outcome is Outcome.COMPLETE or answer.problem == TOO_MANY_ROUNDS
    )


def can_go_on(answer: Message) -> bool:
    """Whether this is an answer that was cut within its text, and can be gone on with."""
    return (
        answer.role is Role.ASSISTANT
        and answer.outcome is not Outcome.COMPLETE
        and bool(answer.content)
        and not answer.tool_calls
    )


def new_call_id() -> str:
    """A fresh id for a call: nine letters and digits, as the strictest services want them."""
    return "".join(_LETTERS[number % len(_LETTERS)] for number in os.urandom(9))


def users_call(name: str, arguments: Mapping[str, object]) -> ToolCall:
    """A call that the user makes, no model; nothing in it tells so."""
    return ToolCall(new_call_id(), name, json.dumps(dict(arguments), ensure_ascii=False))


def fit_id(call_id: str) -> str:
    """A call's id as it can stand in a request: itself, or what always stands for it.

    Ids in files are anybody's choice: empty, huge, or a sentence to the model.
    """
    whole = call_id.encode("utf-8", "replace")
    if _FIT_ID.fullmatch(whole.decode()):
        return whole.decode()
    from hashlib import blake2b  # noqa: PLC0415  # dear to import, and seldom needed

    return f"c{blake2b(whole, digest_size=8).hexdigest()}"


def result_of(messages: Sequence[Message], call_id: str) -> str | None:
    """The whole result of the last call with this id; `None` when there is none."""
    for message in reversed(messages):
        if message.role is Role.TOOL and call_id in {
            message.tool_call_id,
            fit_id(message.tool_call_id),
        }:
            return message.content
    return None


def fit_name(name: str) -> str:
    """A tool's name with what services refuse replaced, and cut to what they take."""
    return re.sub(_UNFIT, "_", name)[:LONGEST_NAME]


class CallPieces:
    """Puts the pieces of an answer's tool calls together.

    Pieces with the same index belong together, except where a new id says that another call
    begins: some servers give every call the index 0. The ids that come with them serve that
    alone: a server may send the id of another call, the same one twice, or a sentence.
    """

    def __init__(self) -> None:
        self._calls: list[ToolCall] = []
        self._ids: list[str] = []
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
        """The calls so far, each with an id of ours that stays the same."""
        while len(self._ids) < len(self._calls):
            self._ids.append(new_call_id())
        return tuple(
            replace(call, id=own, arguments=unwrapped(call.arguments))
            for call, own in zip(self._calls, self._ids, strict=True)
        )
