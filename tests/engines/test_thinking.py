"""Reasoning that comes inside of the answer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.backend.engines.groq.thinking import ThinkSplitter
from bnagpt_tui.backend.events import EngineEvent

from .asking import reasoning_of, text_of


def split(text: str, cuts: list[int]) -> tuple[str, str]:
    """Reasoning and answer of a content that comes cut at these places."""
    splitter = ThinkSplitter()
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    events: list[EngineEvent] = []
    for start, end in itertools.pairwise(places):
        events.extend(splitter.feed(text[start:end]))
    events.extend(splitter.end())
    return reasoning_of(events), text_of(events)


CASES = [
    ("<think>\nhmm, so\n</think>\n\nYes.", "hmm, so\n", "Yes."),
    (" \n<think>hmm</think>Yes", "hmm", "Yes"),
    ("<think></think>\n\nYes", "", "Yes"),
    ("<think>a < b </thin k></think>Yes", "a < b </thin k>", "Yes"),
    ("<think>never ends </thin", "never ends </thin", ""),
    ("<think>x</think>", "x", ""),
    ("Write <think> like this: </think>", "", "Write <think> like this: </think>"),
    ("<thing>", "", "<thing>"),
    ("<thin", "", "<thin"),
    ("  plain", "", "  plain"),
    ("<think>a</think>b <think>c</think>", "a", "b <think>c</think>"),
    ("", "", ""),
]


@pytest.mark.parametrize(("content", "reasoning", "answer"), CASES)
def test_only_what_is_thought_first_is_reasoning(content: str, reasoning: str, answer: str) -> None:
    assert split(content, []) == (reasoning, answer)


@given(case=st.sampled_from(CASES), cuts=st.lists(st.integers(min_value=0), max_size=20))
def test_marks_are_found_however_the_content_is_cut(
    case: tuple[str, str, str], cuts: list[int]
) -> None:
    content, reasoning, answer = case
    assert split(content, cuts) == (reasoning, answer)


def test_answer_is_not_held_back_once_it_is_plain() -> None:
    splitter = ThinkSplitter()
    assert text_of(splitter.feed("<")) == ""
    assert text_of(splitter.feed("b>")) == "<b>"
    assert splitter.settled
    assert text_of(splitter.feed("<thin")) == "<thin"
