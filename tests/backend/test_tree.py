"""Messages form a tree, and nothing in it is overwritten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.tree import MessageTree


def build() -> tuple[MessageTree, dict[str, Message]]:
    named = {
        "q": Message(Role.USER, "question", id="q"),
        "a1": Message(Role.ASSISTANT, "first", id="a1", parent="q"),
        "a2": Message(Role.ASSISTANT, "second", id="a2", parent="q"),
        "n": Message(Role.USER, "next", id="n", parent="a1"),
    }
    return MessageTree(named.values()), named


def test_a_path_leads_from_the_root_to_the_head() -> None:
    tree, named = build()
    assert tree.path("n") == (named["q"], named["a1"], named["n"])
    assert tree.path("a2") == (named["q"], named["a2"])
    assert tree.path(None) == ()
    assert tree.path("nobody") == ()


def test_siblings_stand_in_the_order_in_which_they_came() -> None:
    tree, _ = build()
    assert tree.siblings("a2") == ("a1", "a2")
    assert tree.position("a2") == (2, 2)
    assert tree.position("q") == (1, 1)
    assert tree.position("nobody") == (1, 1)


def test_a_new_state_of_a_message_takes_its_place() -> None:
    tree, named = build()
    tree.put(replace(named["a1"], content="longer"))
    assert tree["a1"].content == "longer"
    assert len(tree) == 4
    assert tree.siblings("a1") == ("a1", "a2")


def test_the_tip_is_the_end_of_the_newest_path() -> None:
    tree, _ = build()
    assert tree.tip("a1") == "n"
    assert tree.tip("q") == "a2"


def test_a_circle_in_a_damaged_file_does_not_hang() -> None:
    tree = MessageTree(
        [
            Message(Role.USER, id="a", parent="b"),
            Message(Role.USER, id="b", parent="a"),
        ]
    )
    assert len(tree.path("a")) == 2


def test_an_orphan_stands_at_the_top() -> None:
    tree = MessageTree([Message(Role.USER, "hi", id="a", parent="lost")])
    assert [message.id for message in tree.path("a")] == ["a"]
    assert "a" in tree
    assert [message.id for message in tree] == ["a"]


def test_a_path_is_read_where_it_is_looked_at() -> None:
    tree, named = build()
    path = tree.path("n")
    assert path[-1] is named["n"]
    assert path[:-1] == [named["q"], named["a1"]]
    assert path != [named["q"]]
    assert path != "qan"
    assert (path.index_of("a1"), path.index_of("a2")) == (1, None)


def test_a_path_can_end_with_another_state_or_a_further_message() -> None:
    tree, named = build()
    longer = replace(named["n"], content="longer")
    further = Message(Role.ASSISTANT, "further", id="f", parent="n")
    assert tree.path("n").ending_with(longer) == (named["q"], named["a1"], longer)
    assert tree.path("n").ending_with(further) == (named["q"], named["a1"], named["n"], further)
    assert tree.path(None).ending_with(further) == (further,)
    assert tree["n"] == named["n"]


def test_a_path_grows_with_its_tree() -> None:
    tree, named = build()
    assert tree.path("n") is tree.path("n")
    tree.put(Message(Role.ASSISTANT, "answer", id="f", parent="n"))
    assert [message.id for message in tree.path("f")] == ["q", "a1", "n", "f"]
    tree.put(replace(named["q"], content="new"))
    assert tree.path("f")[0].content == "new"


class Shelf:
    """Keeps messages and counts how many were read."""

    def __init__(self, named: dict[str, Message]) -> None:
        self._named = named
        self.parents = {message.id: message.parent for message in named.values()}
        self.read = 0

    def message(self, message_id: str) -> Message:
        self.read += 1
        return self._named[message_id]


def test_kept_messages_are_read_one_by_one_and_never_as_a_whole() -> None:
    _, named = build()
    shelf = Shelf(named)
    tree = MessageTree([replace(named["a2"], content="newer")], kept=shelf)
    assert (len(tree), tree.last(), tree.tip("a1"), tree.position("a2")) == (4, "n", "n", (2, 2))
    assert tree.siblings("a1") == ("a1", "a2")
    assert shelf.read == 0
    assert tree.path("n")[1] == named["a1"]
    assert shelf.read == 1
    assert tree["a2"].content == "newer"
    assert [message.id for message in tree] == ["q", "a1", "a2", "n"]
    with pytest.raises(KeyError):
        tree["nobody"]


def test_the_tip_of_a_circle_is_found() -> None:
    tree = MessageTree(
        [Message(Role.USER, id="a", parent="b"), Message(Role.USER, id="b", parent="a")]
    )
    assert tree.tip("a") in {"a", "b"}
