"""A piece of a tool call, read for what it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .lenient import fields, label, whole_characters, whole_number


@dataclass(slots=True)
class CallPiece:
    """A piece of a tool call, as it came."""

    index: int | None = None
    """The call's place as the server counts; `None` when it does not."""
    place: int | None = None
    """The piece's place among those that came with it; `None` when it came alone."""
    id: str = ""
    name: str = ""
    arguments: str = ""
    values: dict[str, Any] | None = None
    """The arguments where they came as an object and not as text."""


def call_piece(call: dict[str, Any], place: int | None) -> CallPiece:
    """What a piece of a call says.

    Args:
        call: The piece, as it came.
        place: Its place among those that came with it; `None` when it came alone.
    """
    function = call.get("function") or call.get("custom")
    inner = function if isinstance(function, dict) else call
    names = (name for name in ("arguments", "parameters", "input", "args") if name in inner)
    given = inner.get(next(names, ""))
    return CallPiece(
        index=whole_number(call.get("index", inner.get("index"))),
        place=place,
        id=label(call.get("id")),
        name=label(function) or label(inner.get("name")),
        arguments=_arguments(given),
        values=_whole_values(given) if isinstance(given, dict) else None,
    )


def _arguments(given: object) -> str:
    """Arguments that came as text, which may be cut within a character.

    What is no object at all is written as JSON.
    """
    if given is None or isinstance(given, dict):
        return ""
    if isinstance(given, list) and all(isinstance(piece, str) for piece in given):
        given = "".join(given)
    return given if isinstance(given, str) else json.dumps(given)


def _whole_values(given: dict[str, Any]) -> dict[str, Any]:
    """Arguments that came as an object, without halves of characters."""
    text = json.dumps(given, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return fields(json.loads(whole_characters(text)))
    return given
