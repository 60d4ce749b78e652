"""What a model says again before it goes on is dropped, and nothing else is."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.joining import Joint


def joined(first: str, second: str, size: int = 0) -> str:
    """The whole, with the second part coming in pieces of this size."""
    joint = Joint(first)
    step = size or len(second) or 1
    pieces = [second[start : start + step] for start in range(0, len(second), step)]
    return first + "".join(map(joint.feed, pieces)) + joint.rest()


CASES = [
    ("The river rose over", " night.", "The river rose over night."),
    (
        "The river rose over night",
        "rose over night and fell.",
        "The river rose over night and fell.",
    ),
    ("It was late. The river rose", "The river rose again.", "It was late. The river rose again."),
    ("The quick bro", "brown fox.", "The quick brown fox."),
    ("The quick bro", "wn fox.", "The quick brown fox."),
    ("Half", "way.", "Halfway."),
    ("ha ha ", "ha ha", "ha ha ha ha"),
    ("1, 2, 3, 11", "11, 12", "1, 2, 3, 1111, 12"),
    ("-----------------", "-------------", "------------------------------"),
    ("0, 0, 0, 0, 0, 0, 0, 0, ", "0, 0, 0, 0, 0, 0, 0, ", "0, " * 15),
    ("1. One apple\n2. Two", "\n2. Two pears", "1. One apple\n2. Two pears"),
    ("if x:\n    pass\n", "    pass\n", "if x:\n    pass\n    pass\n"),
    ("```python\nprint(1)\n", "```python\nprint(2)\n```", "```python\nprint(1)\nprint(2)\n```"),
    ("```python\nprint(1)\n", "print(2)\n```\nDone.", "```python\nprint(1)\nprint(2)\n```\nDone."),
    ("```python\nprint(1)\n", "```\nDone.", "```python\nprint(1)\n```\nDone."),
    ("Code:\n```\na\n```\n", "```\nb\n```", "Code:\n```\na\n```\n```\nb\n```"),
    ("The river rose over night", "The river rose over night", "The river rose over night"),
    ("Olá, São Paulo é", " uma cidade.", "Olá, São Paulo é uma cidade."),
    ("", "all of it", "all of it"),
    ("the end", "", "the end"),
]


@pytest.mark.parametrize("size", [0, 1, 3, 7])
@pytest.mark.parametrize(("first", "second", "whole"), CASES)
def test_the_parts_are_joined(first: str, second: str, whole: str, size: int) -> None:
    assert joined(first, second, size) == whole


def test_a_whole_answer_that_is_said_again_is_said_once() -> None:
    first = "".join(f"Sentence {number} is about the river. " for number in range(300))
    assert joined(first, first + "And that is all.", 5) == first + "And that is all."


def test_a_long_second_part_is_held_back_no_longer_than_it_may_repeat() -> None:
    joint = Joint("The river rose over night")
    assert joint.feed("rose over ") == ""
    assert joint.feed("night and fell") == " and fell"
    assert joint.feed(" again") == " again"
