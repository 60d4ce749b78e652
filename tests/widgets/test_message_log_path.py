"""The messages of a log: given, added, replaced, grown and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from bnagpt_tui.backend.models import Message
from bnagpt_tui.widgets.message_path import MessagePath

from .host import answer, question, talk


class Shelf(Sequence[Message]):
    """Messages that are counted when they are read."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self.read: list[int] = []

    def __len__(self) -> int:
        return len(self.messages)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | Sequence[Message]:
        if isinstance(index, slice):
            return self.messages[index]
        self.read.append(index)
        return self.messages[index]


class IndexedShelf(Shelf):
    """A shelf that knows where each message is."""

    def index_of(self, message_id: str) -> int | None:
        """Where a message is."""
        return next((i for i, it in enumerate(self.messages) if it.id == message_id), None)


def test_a_message_is_searched_from_the_end() -> None:
    shelf = Shelf(talk(50))
    path = MessagePath(shelf)
    assert path.index_of(shelf.messages[98].id) == 98
    assert shelf.read == [99, 98]


def test_messages_that_know_their_places_are_not_searched() -> None:
    shelf = IndexedShelf(talk(50))
    path = MessagePath(shelf)
    assert path.index_of(shelf.messages[3].id) == 3
    added = question()
    path.append(added)
    assert path.index_of(added.id) == 100
    assert path.index_of("nobody") is None
    assert shelf.read == []


def test_a_message_that_is_not_there_has_no_place() -> None:
    assert MessagePath(talk(2)).index_of("nobody") is None


def test_streamed_text_is_part_of_the_message() -> None:
    path = MessagePath([question(), answer("He", reasoning="hm")])
    path.extend(1, "ll", "")
    path.extend(1, "o", "!")
    assert (path[1].content, path[1].reasoning) == ("Hello", "hm!")
    path.extend(1, " you", "")
    assert path[1].content == "Hello you"


def test_a_replacement_wins_over_what_was_streamed() -> None:
    path = MessagePath([answer("")])
    path.extend(0, "part", "")
    path.replace(0, answer("whole"))
    assert path[0].content == "whole"


def test_taking_away_and_adding_go_together() -> None:
    messages = talk(3)
    path = MessagePath(messages)
    extra = question("more")
    path.append(extra)
    path.truncate(4)
    assert len(path) == 4
    assert path.index_of(extra.id) is None
    assert path.index_of(messages[5].id) is None
    other = question("other")
    path.append(other)
    assert path[4] is other
    assert path.index_of(other.id) == 4


def test_what_was_taken_away_is_forgotten() -> None:
    messages = talk(1)
    path = MessagePath(messages)
    path.extend(1, "lost", "")
    path.replace(0, question("replaced"))
    path.truncate(0)
    path.append(question("new"))
    assert path[0].content == "new"
