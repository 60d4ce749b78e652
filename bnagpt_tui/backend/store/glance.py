"""The end of a long conversation, read without what comes before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

from ..tree import MessageTree
from .files import Files
from .lines import split
from .messages import KeptMessages
from .operations import MalformedOperationError, apply, read_line

TAIL: Final = 1 << 17
"""Bytes at a file's end that are looked at; a file that is not much longer is read whole."""

FEWEST: Final = 8
"""Messages that are worth a glance: with fewer of them a screen may not be filled."""

_MESSAGES: Final = "messages"


class Glance(NamedTuple):
    """The end of a conversation."""

    tree: MessageTree
    """Its last messages; what their parents are is not always among them."""
    head: str
    """The last message of the path that is to be seen."""


def glance(path: Path, files: Files, head: str | None) -> Glance | None:
    """The last messages of a conversation, as far as the end of its file has them.

    Args:
        path: The conversation's file.
        files: The file operations.
        head: The last message of the path that is to be seen, unless the file knows better.

    Returns:
        `None` where there is no telling and the file should be read whole: it is short, or its
        end is out of the ordinary.
    """
    try:
        data = _tail(path, files)
    except OSError:
        return None
    tables: dict[str, Any] = {_MESSAGES: {}}
    for line in split(data[data.find(b"\n") + 1 :], read_line):
        if not isinstance(line.content, list) or not _take(tables, line.content):
            return None
    return _seen(KeptMessages(tables[_MESSAGES]), _head(tables) or head)


def _tail(path: Path, files: Files) -> bytes:
    """The last bytes of a long file; none of a short one."""
    descriptor = files.open_to_read(path)
    try:
        size = files.status(descriptor).st_size
        return files.read(descriptor, size - TAIL) if size > 2 * TAIL else b""
    finally:
        files.close(descriptor)


def _take(tables: dict[str, Any], operations: list[Any]) -> bool:
    """Make the changes that can be made without what is missing; whether all made sense.

    What changes a message that is not among the last is passed over.
    """
    try:
        for operation in operations:
            place = operation.place
            if place[0] != _MESSAGES or len(place) == 2 or place[1] in tables[_MESSAGES]:
                apply(tables, operation)
    except (AttributeError, IndexError, MalformedOperationError):
        return False
    return True


def _head(tables: dict[str, Any]) -> str | None:
    """The head that the last save has set, if one of those that were read has."""
    match tables.get("conversation"):
        case {"1": {"head": str() as head}}:
            return head
    return None


def _seen(kept: KeptMessages, head: str | None) -> Glance | None:
    if head is None or head not in kept.parents or kept.lost:
        return None
    tree = MessageTree(kept=kept)
    return Glance(tree, head) if len(tree.path(head)) >= FEWEST else None
