"""The messages of a conversation as they were read, each decoded when it is asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
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


_LARGE: Final = 1 << 18
"""Bytes of a record from which on its message is kept once it was decoded."""

_LARGE_AT_ONCE: Final = 1 << 28
"""Bytes of such records whose messages are kept; that of the last one always is.

A few of 50 MB have to fit, which stand on one screen: each would be decoded again with each look.
"""

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
        self._decoded: OrderedDict[str, tuple[int, Message]] = OrderedDict()
        self._guard = Lock()
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
        if isinstance(known, Message):
            return known
        size = memoryview(known).nbytes
        return _message(known) if size < _LARGE else self._large(message_id, known, size)

    def prepare(self, message_ids: Sequence[str]) -> None:
        """Decode those of these messages that take long, so that nobody waits for them later."""
        for message_id in message_ids:
            known = self._known.get(message_id)
            if type(known) is Raw and memoryview(known).nbytes >= _LARGE:
                self.message(message_id)

    def _large(self, message_id: str, raw: Raw, size: int) -> Message:
        """A long message, which is not decoded each time that it is drawn."""
        with self._guard:
            if found := self._decoded.get(message_id):
                return found[1]
            message = _message(raw)
            self._decoded[message_id] = size, message
            while len(self._decoded) > 1 and self._size() > _LARGE_AT_ONCE:
                self._decoded.popitem(last=False)
            return message

    def _size(self) -> int:
        return sum(size for size, _ in self._decoded.values())

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
