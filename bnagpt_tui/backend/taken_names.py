"""Which conversation has which name, so that no two have the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .naming import folded


class TakenNames:
    """Names of conversations by their ids; asking costs the same however many there are."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._holders: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def put(self, conversation_id: str, name: str) -> str | None:
        """Take in what a conversation is called, in place of what it was called before.

        Returns:
            The id of another that has the name already and keeps it; `None` when all is well.
        """
        key = folded(name)
        known = self._keys.get(conversation_id)
        if known == key:
            return None
        if known is not None:
            self.remove(conversation_id)
        holder = self._holders.setdefault(key, conversation_id) if name else conversation_id
        if holder != conversation_id:
            return holder
        self._keys[conversation_id] = key
        return None

    def remove(self, conversation_id: str) -> None:
        """Take in that a conversation is gone."""
        key = self._keys.pop(conversation_id, None)
        if key is not None and self._holders.get(key) == conversation_id:
            del self._holders[key]
            self._numbers.clear()

    def owner(self, name: str, *, other_than: str = "") -> str | None:
        """The id of the conversation that has this name; `None` when none has."""
        holder = self._holders.get(folded(name))
        return None if holder == other_than else holder

    def free(self, name: str, *, other_than: str = "") -> str:
        """The name itself if no other has it, else with the first free number behind it."""
        if not self.owner(name, other_than=other_than):
            return name
        key = folded(name)
        number = self._numbers.get(key, 2)
        while self.owner(candidate := f"{name.rstrip()} ({number})", other_than=other_than):
            number += 1
        self._numbers[key] = number
        return candidate


def tell_apart(
    named: Iterable[tuple[str, str]], order: Callable[[str], Any]
) -> tuple[TakenNames, dict[str, str]]:
    """The names of conversations, no two alike: of several the first keeps the name.

    Args:
        named: The ids of conversations, and their names.
        order: Says of an id what those of one name are ordered by.

    Returns:
        The names, and by their ids the new names of those that were told apart by a number.
    """
    names = TakenNames()
    called: dict[str, str] = {}
    twins: dict[str, list[str]] = {}
    for conversation_id, name in named:
        called[conversation_id] = name
        if other := names.put(conversation_id, name):
            twins.setdefault(other, [other]).append(conversation_id)
    apart: dict[str, str] = {}
    for holder, alike in twins.items():
        first, *others = sorted(alike, key=lambda each: (order(each), each))
        if first != holder:
            names.remove(holder)
            names.put(first, called[first])
        for other in others:
            apart[other] = names.free(called[other], other_than=other)
            names.put(other, apart[other])
    return names, apart
