"""The messages that the log shows: those it was given, and what came since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from bnagpt_tui.backend.models import Message


@runtime_checkable
class Indexed(Protocol):
    """A sequence of messages that knows where each of them is."""

    def index_of(self, message_id: str) -> int | None:
        """Where a message is; `None` when it is not there."""
        ...


@dataclass(slots=True)
class _Draft:
    """What was streamed into a message since it was put there."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)


class MessagePath:
    """Messages from the first to the last, read when they are asked for.

    Args:
        messages: What a store holds; never read as a whole.
    """

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        self._given = messages
        self._kept = len(messages)
        self._added: list[Message] = []
        self._changed: dict[int, Message] = {}
        self._drafts: dict[int, _Draft] = {}
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return self._kept + len(self._added)

    def __getitem__(self, index: int) -> Message:
        message = self._stored(index)
        draft = self._drafts.pop(index, None)
        if draft is not None:
            message = replace(
                message,
                content=message.content + "".join(draft.text),
                reasoning=message.reasoning + "".join(draft.reasoning),
            )
            self._changed[index] = message
        self._places[message.id] = index
        return message

    def _stored(self, index: int) -> Message:
        if index in self._changed:
            return self._changed[index]
        if index >= self._kept:
            return self._added[index - self._kept]
        return self._given[index]

    def index_of(self, message_id: str) -> int | None:
        """Where a message is; `None` when it is not there.

        Given messages that say so themselves are asked; others are searched from the end.
        """
        place = self._places.get(message_id)
        if place is not None:
            return place if place < len(self) else None
        lowest = 0
        if isinstance(self._given, Indexed):
            place = self._given.index_of(message_id)
            if place is not None and place < self._kept:
                return place
            lowest = self._kept
        for index in range(len(self) - 1, lowest - 1, -1):
            if self._stored(index).id == message_id:
                self._places[message_id] = index
                return index
        return None

    def append(self, message: Message) -> None:
        """Add a message at the end."""
        self._places[message.id] = len(self)
        self._added.append(message)

    def replace(self, index: int, message: Message) -> None:
        """Put a message in the place of another."""
        self._drafts.pop(index, None)
        self._changed[index] = message

    def extend(self, index: int, text: str, reasoning: str) -> None:
        """Add to what a message says."""
        draft = self._drafts.get(index)
        if draft is None:
            draft = self._drafts[index] = _Draft()
        draft.text.append(text)
        draft.reasoning.append(reasoning)

    def truncate(self, count: int) -> None:
        """Keep only the first `count` messages."""
        del self._added[max(0, count - self._kept) :]
        self._kept = min(self._kept, count)
        for kept in (self._changed, self._drafts):
            for index in [index for index in kept if index >= count]:
                del kept[index]
        self._places = {name: place for name, place in self._places.items() if place < count}
