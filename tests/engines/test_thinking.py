"""Reasoning that comes inside of the answer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.backend.engines.groq.thinking import ThinkSplitter
from bnagpt_tui.backend.events import EngineEvent, TextDelta, TextWasReasoning

from .asking import text_of
from .dialect import read_of


def split(text: str, cuts: list[int]) -> tuple[str, str]:
    """Reasoning and answer of a content that comes cut at these places."""
    splitter = ThinkSplitter()
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    events: list[EngineEvent] = []
    for start, end in itertools.pairwise(places):
        events.extend(splitter.feed(text[start:end]))
    events.extend(splitter.end())
    seen = read_of(events)
    return seen.reasoning, seen.text


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
    ("<think>a</think><think>b</think>Yes", "a\n\nb", "Yes"),
    ("<think>a</think>\n\n<thinking>b</thinking>\nYes", "a\n\nb", "Yes"),
    ("<think></think><think>b</think>Yes", "b", "Yes"),
    ("<think>a</think></think>\nYes", "a", "Yes"),
    ("<think>a</think>\n\n  ", "a", ""),
    ("<thinking>hm</thinking>Yes", "hm", "Yes"),
    ("<reasoning>hm</reasoning>Yes", "hm", "Yes"),
    ("<thought>hm</thought>Yes", "hm", "Yes"),
    ("<THINK>hm</Think>Yes", "hm", "Yes"),
    ("[THINK]hm[/THINK]Yes", "hm", "Yes"),
    ("◁think▷hm◁/think▷Yes", "hm", "Yes"),
    ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes",
     "hm", "Yes"),
    ("<thinking>about </think> here</thinking>Yes", "about </think> here", "Yes"),
]  # fmt: skip

LONE = [
    ("hm, so\n</think>\n\nYes.", "hm, so\n", "Yes."),
    ("hm</think>Yes.", "hm", "Yes."),
    ("So it is 4. </think> Four.", "So it is 4. ", "Four."),
    ("hm </think>\n\nYes.", "hm ", "Yes."),
    ("hm\n\n```\ncode\n```\n</think>\nYes.", "hm\n\n```\ncode\n```\n", "Yes."),
    ("hm (so) `x`\n</thinking>\nYes.", "hm (so) `x`\n", "Yes."),
    ("hm</reasoning>\nYes.", "hm", "Yes."),
    ("</think>\n\nYes.", "", "Yes."),
    ("\n</think>\n\nYes.", "", "Yes."),
    ("hm</think>", "hm", ""),
    ("hm</think><think>more</think>Yes", "hm\n\nmore", "Yes"),
    ("hm</think>`</think>` ends it.\n</think>\n", "hm", "`</think>` ends it.\n</think>\n"),
    ("a < b, x</y>\n</think>\nYes", "a < b, x</y>\n", "Yes"),
]  # fmt: skip

PROSE = [
    "The `</think>` tag ends it.",
    'They write "</think>" at its end.',
    "They write “</think>” at its end.",
    "The tag </think> ends it.",
    "They end with </think>.",
    "It goes <think>like this</think>\nand then on.",
    "```xml\nhm\n</think>\n```\nThat is it.",
    "```\n</think>\n",
    "~~~~\n```\n</think>\n~~~~\n",
    "As code:\n\n    </think>\n\nThat is it.",
    "- </think> ends it\n- <think> begins it",
    "1. </think> ends it",
    "| <think> | </think> |\n|---|---|",
    "``a ` b </think>`` ends it",
    "Ends in </thinkers>\n</thin k>\n",
]


@pytest.mark.parametrize(("content", "reasoning", "answer"), CASES)
def test_only_what_is_thought_first_is_reasoning(content: str, reasoning: str, answer: str) -> None:
    assert split(content, []) == (reasoning, answer)


@pytest.mark.parametrize(("content", "reasoning", "answer"), LONE)
def test_all_before_a_lone_end_was_reasoning(content: str, reasoning: str, answer: str) -> None:
    assert split(content, []) == (reasoning, answer)


@pytest.mark.parametrize("content", PROSE)
def test_an_answer_may_be_about_the_marks(content: str) -> None:
    assert split(content, []) == ("", content)
    assert split(content, list(range(len(content)))) == ("", content)


@given(case=st.sampled_from([*CASES, *LONE]), cuts=st.lists(st.integers(min_value=0), max_size=20))
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


def test_reasoning_that_was_shown_as_answer_is_said_to_be_reasoning() -> None:
    splitter = ThinkSplitter()
    shown = [*splitter.feed("Let me see"), *splitter.feed(", so.\n")]
    assert shown == [TextDelta("Let me see"), TextDelta(", so.\n")]
    assert [*splitter.feed("</think>\n\nYes")] == [TextWasReasoning(), TextDelta("Yes")]


def test_a_lone_end_is_none_where_the_service_keeps_reasoning_apart() -> None:
    splitter = ThinkSplitter()
    splitter.reasoning_came()
    assert text_of(splitter.feed("a\n</think>\nb")) == "a\n</think>\nb"


def test_many_marks_in_a_long_answer_are_soon_passed_over() -> None:
    content = "The tag </think> again.\n" * 20_000
    assert split(content, list(range(0, len(content), 997))) == ("", content)
