"""The messages of a conversation as they were read, each decoded when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw

from ..models import Message, Role
from .documents import Documents, decoded
from .records import message_from


class _Head(msgspec.Struct, gc=False):
    """What the tree has to know of a message; where this can be read, a message can be."""

    id: str
    role: Role
    parent: str | None = None


_HEAD: Final = msgspec.json.Decoder(_Head)
_MESSAGE: Final = msgspec.json.Decoder(Message)


class KeptMessages:
    """Messages in the order in which they were first kept; what is kept later is not among them.

    Any thread may ask for one.
    """

    def __init__(self, records: Mapping[str, Any]) -> None:
        """Look through the records of a file's messages.

        Args:
            records: The records by their numbers in the database.
        """
        self.parents: dict[str, str | None] = {}
        """The parent of each message, by its id."""
        self.lost = 0
        """Records that stand for no message."""
        self._known: dict[str, Raw | Message] = {}
        stored = records.stored if isinstance(records, Documents) else records
        for key, kept in stored.items():
            self._take(key, kept)

    def __len__(self) -> int:
        return len(self.parents)

    def __iter__(self) -> Iterator[Message]:
        return map(self.message, self.parents)

    def last(self) -> str | None:
        """The id of the message that was first kept last; `None` when there is none."""
        return next(reversed(self.parents), None)

    def message(self, message_id: str) -> Message:
        """One of the messages.

        Raises:
            KeyError: There is none with this id.
        """
        known = self._known[message_id]
        return known if isinstance(known, Message) else _message(known)

    def _take(self, key: str, kept: Any) -> None:
        """Take in a record; one that is out of the ordinary is decoded at once."""
        if type(kept) is Raw and key.isdecimal():
            try:
                head = _HEAD.decode(kept)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass
            else:
                self.parents[head.id] = head.parent
                self._known[head.id] = kept
                return
        message = _from_record(key, decoded(kept) if type(kept) is Raw else kept)
        if message is None:
            self.lost += 1
        else:
            self.parents[message.id] = message.parent
            self._known[message.id] = message


def _from_record(key: str, kept: Any) -> Message | None:
    if not isinstance(kept, dict) or not key.isdecimal():
        return None
    return message_from(kept, int(key))


def _message(raw: Raw) -> Message:
    """The message that a record stands for whose head could be read."""
    try:
        message = _MESSAGE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _mended(raw)
    return message if message.created.tzinfo else _mended(raw)


def _mended(raw: Raw) -> Message:
    """The message without what makes no sense in its record."""
    kept = decoded(raw)
    message = message_from(kept, 0) if isinstance(kept, dict) else None
    if message:
        return message
    head = _HEAD.decode(raw)
    problem = "This message cannot be read any more."
    return Message(head.role, id=head.id, parent=head.parent, problem=problem)
