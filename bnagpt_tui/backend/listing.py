"""The order in which conversations are listed, kept while they change one by one."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from .taken_names import TakenNames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import Conversation


def in_order(
    listed: list[Conversation],
) -> tuple[dict[str, Conversation], Listing, TakenNames]:
    """Conversations by id, in order, and their names; it takes long where there are many."""
    names = TakenNames()
    for item in listed:
        names.put(item.id, item.name)
    return {item.id: item for item in listed}, Listing(listed), names


class Listing:
    """Conversations in their order: pinned first, then the last used.

    One that changes is put in its new place without all others being ordered again.
    """

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        items = list(conversations)
        self._numbers = {item.id: number for number, item in enumerate(items)}
        items.sort(key=_moment)
        items.reverse()
        items.sort(key=_is_loose)
        self._items = items
        self._shown: tuple[Conversation, ...] | None = None

    @property
    def shown(self) -> tuple[Conversation, ...]:
        """All of them, in their order."""
        if self._shown is None:
            self._shown = tuple(self._items)
        return self._shown

    def put(self, conversation: Conversation, before: Conversation | None) -> None:
        """Have a conversation where its new state belongs.

        Args:
            conversation: Its new state.
            before: Its state in the list; `None` when it is not there.
        """
        if before is not None:
            self.remove(before)
        self._numbers.setdefault(conversation.id, len(self._numbers))
        insort(self._items, conversation, key=self._key)
        self._shown = None

    def remove(self, conversation: Conversation) -> None:
        """Take a conversation, in the state that it has in the list, out of it."""
        place = bisect_left(self._items, self._key(conversation), key=self._key)
        if place < len(self._items) and self._items[place].id == conversation.id:
            del self._items[place]
        self._shown = None

    def _key(self, item: Conversation) -> tuple[bool, float, int]:
        return _is_loose(item), -_moment(item), -self._numbers.get(item.id, -1)


def _moment(item: Conversation) -> float:
    """When a conversation was last used; numbers are compared sooner than moments."""
    return item.updated.timestamp()


def _is_loose(item: Conversation) -> bool:
    return not item.pinned
