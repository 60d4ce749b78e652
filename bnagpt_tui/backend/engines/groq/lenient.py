"""Values of JSON taken for what they hold, whatever type a server gave them."""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any, Final

import msgspec

_NUMBER: Final = re.compile(r"([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*([km]?)", re.IGNORECASE)
_TIMES: Final = {"": 1, "k": 1000, "m": 1_000_000}
_MOST_VALUES: Final = 10_000
"""JSON values of one event that are read when it holds several."""

_LONGEST_PYTHON: Final = 100_000
"""Characters of a text that is tried for being Python's."""


def fields(value: object) -> dict[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Any]:
    """The entries of a list; of anything else but nothing, itself."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def whole_characters(text: str) -> str:
    """The text with halves of characters joined, or replaced where the other half is missing."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def label(value: object) -> str:
    """An id, a name or a reason as text; numbers are written out, all else is nothing."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def whole_number(value: object) -> int | None:
    """A count or a place; `None` when the value is none.

    Numbers may be written as text, as `131,072` or `128k`, which is taken for the least that it
    can mean.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip().replace(",", "").replace("_", "")[:40])
        if match:
            number = float(match[1]) * _TIMES[match[2].lower()]
            return int(number) if math.isfinite(number) else None
    return None


def count(value: object) -> int | None:
    """A number that is above nothing; `None` when the value is none."""
    number = whole_number(value)
    return number if number is not None and number > 0 else None


def is_true(value: object) -> bool:
    """Whether a value means yes."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def decode_all(data: bytes) -> list[Any]:
    """The JSON values that the data hold, one behind the other; empty when they hold none.

    Text that is not quite UTF-8 or not quite JSON, as with raw line breaks in it, is understood.
    """
    try:
        return [msgspec.json.decode(data)]
    except (ValueError, RecursionError):
        pass
    text = data.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    text = text.removeprefix("data:").lstrip()
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    place = 0
    try:
        while place < len(text) and len(found) < _MOST_VALUES:
            value, place = decoder.raw_decode(text, place)
            found.append(value)
            while text[place : place + 1].isspace() or text.startswith("data:", place):
                place += 5 if text.startswith("data:", place) else 1
    except (ValueError, RecursionError):
        pass
    return found or _python_values(text)


def _python_values(text: str) -> list[Any]:
    """The object that a text holds as Python writes it, which is what some servers send."""
    if len(text) > _LONGEST_PYTHON or not text.startswith(("{'", "b'{", 'b"{')):
        return []
    try:
        value = ast.literal_eval(text)
        if isinstance(value, bytes):
            value = json.loads(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [value] if isinstance(value, dict) else []
