"""What changes from one state of a database to the next, as the operations that a journal keeps.

Three kinds, each naming a place as the list of keys that lead to it:

    ["set", place, value]              there is this value
    ["grow", place, length, text]      the string of so many characters goes on with the text
    ["remove", place]                  there is nothing
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Raw

from .documents import Documents, decoded

Operation: TypeAlias = list[Any]
"""One change, as it stands in a journal."""

Place: TypeAlias = list[str]
"""The keys that lead to a value."""

Tables: TypeAlias = dict[str, Any]
"""A whole database as TinyDB has it: tables of documents."""


class _Read(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """An operation as it stands in a line: an array that begins with its kind."""


class SetRead(_Read, tag="set"):
    """A `set` as it stands in a line, its value not looked at yet."""

    place: list[str]
    value: Raw


class GrowRead(_Read, tag="grow"):
    """A `grow` as it stands in a line."""

    place: list[str]
    length: int
    text: str


class RemoveRead(
    msgspec.Struct, array_like=True, tag="remove", forbid_unknown_fields=True, gc=False
):
    """A `remove` as it stands in a line."""

    place: list[str]


_LINE: Final = msgspec.json.Decoder(list[SetRead | GrowRead | RemoveRead])


class MalformedOperationError(ValueError):
    """An operation is not one of the three kinds."""


def plain(value: Any) -> Any:
    """A copy of the value that is nothing but JSON.

    Raises:
        TypeError: Something in it has no form in JSON.
        ValueError: A number in it is not finite.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise ValueError(f"{value!r} has no form in JSON")
    if isinstance(value, Mapping):
        return {_key(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [plain(entry) for entry in value]
    raise TypeError(f"a {type(value).__name__} has no form in JSON")


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise TypeError(f"the key {key!r} is not a string")


def difference(old: Any, new: Any, place: Place) -> Iterator[Operation]:
    """Yield the operations that lead from the old value at a place to the new one."""
    if old is new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _inside(old, new, place)
    elif isinstance(old, str) and isinstance(new, str) and old and new.startswith(old):
        if len(new) > len(old):
            yield ["grow", place, len(old), new[len(old) :]]
    elif not _is_same(old, new):
        yield ["set", place, new]


def _is_same(old: Any, new: Any) -> bool:
    """Whether two values are equal and of one kind: to Python 1, 1.0 and `True` are equal."""
    if type(old) is not type(new):
        return False
    if isinstance(old, list):
        return len(old) == len(new) and all(map(_is_same, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_is_same(old[key], new[key]) for key in old)
    return bool(old == new)


def _inside(old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Operation]:
    for key in old:
        if key not in new:
            yield ["remove", [*place, key]]
    for key, value in new.items():
        if key in old:
            yield from difference(old[key], value, [*place, key])
        else:
            yield ["set", [*place, key], value]


def read_line(payload: bytes) -> Any:
    """What a line says: operations, those that set a document with the document undecoded.

    Raises:
        msgspec.DecodeError: It is no JSON.
    """
    try:
        return _LINE.decode(payload)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return msgspec.json.decode(payload)


def apply(tables: Tables, operation: Any) -> None:
    """Make one change.

    Args:
        tables: The database, changed in place.
        operation: What to change: an operation, or one as `read_line` gives it.

    Raises:
        MalformedOperationError: The operation is none of these.
    """
    if type(operation) is SetRead and len(operation.place) == 2:
        name, key = operation.place
        table = tables.get(name)
        if type(table) is not Documents:
            table = tables[name] = Documents(table if isinstance(table, dict) else None)
        table.stored[key] = operation.value
        return
    match operation:
        case SetRead(place=[*place], value=raw) if place:
            _parent(tables, place)[place[-1]] = decoded(raw)
        case ["set", [*place], value] if place:
            _parent(tables, place)[place[-1]] = value
        case ["grow", [*place], int() as length, str() as text] | GrowRead(
            place=[*place], length=length, text=text
        ) if place:
            parent = _parent(tables, place)
            before = parent.get(place[-1])
            parent[place[-1]] = _grown(before if isinstance(before, str) else "", length, text)
        case ["remove", [*place]] | RemoveRead(place=[*place]) if place:
            _parent(tables, place).pop(place[-1], None)
        case _:
            raise MalformedOperationError(repr(operation)[:80])


def _parent(tables: Tables, place: Place) -> Any:
    """The object, or the table, that has the value at a place; made when it is missing."""
    parent: Any = tables
    for key in place[:-1]:
        child = parent.get(key)
        if not isinstance(child, dict | Documents):
            child = parent[key] = {}
        parent = child
    if not isinstance(place[-1], str):
        raise MalformedOperationError(repr(place)[:80])
    return parent


def _grown(before: str, length: int, text: str) -> str:
    """The longer text; where a lost line left a gap, an ellipsis stands for it."""
    gap = "…" if length > len(before) else ""
    return before[:length] + gap + text
