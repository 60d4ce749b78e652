"""An answer that would never end has an end; what came of it is kept."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.answer import MOST_TEXT, TOO_LONG, Answer
from bnagpt_tui.backend.events import EngineEvent, ReasoningDelta, TextDelta, ToolCallDelta
from bnagpt_tui.backend.models import Message, Outcome, Role
from bnagpt_tui.backend.tokens import estimate


@pytest.mark.parametrize(
    "event",
    [
        TextDelta("x" * 900_000),
        ReasoningDelta("x" * 900_000),
        ToolCallDelta(0, "1", "t", "x" * 900_000),
    ],
)
def test_an_answer_that_grows_beyond_measure_is_cut_short(event: EngineEvent) -> None:
    answer = Answer(Message(Role.ASSISTANT))
    pieces = 0
    while not answer.is_full:
        answer.take(event)
        pieces += 1
    message = answer.message()
    assert pieces == 5
    assert message.outcome is Outcome.LENGTH
    assert message.problem == TOO_LONG
    assert len(message.content) <= MOST_TEXT
    assert len(message.reasoning) <= MOST_TEXT
    assert max(len(message.content), len(message.reasoning)) in {0, MOST_TEXT}


def test_an_answer_of_the_longest_size_is_whole() -> None:
    answer = Answer(Message(Role.ASSISTANT))
    answer.take(TextDelta("x" * MOST_TEXT))
    assert not answer.is_full
    assert answer.message().content == "x" * MOST_TEXT


def test_a_very_long_text_is_judged_by_samples_of_it() -> None:
    text = "Some words, 12 of them; and more. " * 10
    assert estimate(text * 1_000) == pytest.approx(estimate(text) * 1_000, rel=0.03)
    assert estimate("漢字" * 200_000) == pytest.approx(360_000, rel=0.03)
