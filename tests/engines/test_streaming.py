"""Answers that come whole."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.reading import AnswerReader
from bnagpt_tui.backend.engines.groq.sentences import Service
from bnagpt_tui.backend.events import (
    Finished,
    FinishReason,
    LimitsReported,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from bnagpt_tui.backend.models import Limits
from tests.groq_server import Answer, Ending, Gate, GroqServer, ToolCallPiece
from tests.groq_server.wire import chunk, event

from .asking import KEY, collect, finish_of, question, reasoning_of, text_of

TEXT = "Canberra, naïvely **bold** 👋 日本語.\n\n- a list\n"


async def test_the_answer_streams_as_text(server: GroqServer, engine: GroqEngine) -> None:
    server.script(Answer(TEXT))
    events = await collect(engine)
    assert text_of(events) == TEXT
    assert sum(isinstance(event, TextDelta) for event in events) > 3
    assert finish_of(events) is events[-1]


async def test_the_allowance_is_reported_before_all_else(
    server: GroqServer, engine: GroqEngine
) -> None:
    first, *rest = await collect(engine)
    assert first == LimitsReported(Limits(8000, 7500, 3.75, 1000, 999, 86.4))
    assert not any(isinstance(event, LimitsReported) for event in rest)
    server.script(Answer("x", headers={}))
    assert not any(isinstance(event, LimitsReported) for event in await collect(engine))


async def test_the_end_tells_model_and_tokens(server: GroqServer, engine: GroqEngine) -> None:
    server.script(Answer("one two three"))
    finished = finish_of(await collect(engine, question(model="openai/gpt-oss-20b")))
    assert finished.reason is FinishReason.STOP
    assert finished.model == "openai/gpt-oss-20b"
    assert finished.completion_tokens == 3
    assert finished.prompt_tokens > 0


async def test_usage_is_taken_from_either_of_its_places(
    server: GroqServer, engine: GroqEngine
) -> None:
    counts = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
    for last in ({"usage": counts}, {"x_groq": {"id": "req_1", "usage": counts}}):
        server.script(Answer("x", usage=False, last=last))
        finished = finish_of(await collect(engine))
        assert (finished.prompt_tokens, finished.completion_tokens) == (11, 22)
    server.script(Answer("x", usage=False))
    assert finish_of(await collect(engine)).completion_tokens == 0


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_reasoning_is_kept_apart(server: GroqServer, engine: GroqEngine, field: str) -> None:
    server.script(Answer("Yes.", reasoning="Let me think about it.", reasoning_field=field))
    events = await collect(engine)
    assert (reasoning_of(events), text_of(events)) == ("Let me think about it.", "Yes.")


async def test_reasoning_inside_of_the_content_is_kept_apart(
    server: GroqServer, engine: GroqEngine
) -> None:
    server.script(Answer("", pieces=("<th", "ink>\nhm", "m</think", ">\n\nYes", ".")))
    events = await collect(engine)
    assert (reasoning_of(events), text_of(events)) == ("hmm", "Yes.")
    server.script(Answer("", pieces=("<thin",)))
    assert text_of(await collect(engine)) == "<thin"


async def test_tool_calls_come_in_pieces(server: GroqServer, engine: GroqEngine) -> None:
    pieces = (
        ToolCallPiece(0, "fc_1", "weather", '{"city":'),
        ToolCallPiece(0, arguments=' "Canberra"}'),
        ToolCallPiece(1, "fc_2", "clock", "{}"),
    )
    server.script(Answer("", tool_calls=pieces, finish="tool_calls"))
    events = await collect(engine)
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert calls == [
        ToolCallDelta(0, "fc_1", "weather", '{"city":'),
        ToolCallDelta(0, "", "", ' "Canberra"}'),
        ToolCallDelta(1, "fc_2", "clock", "{}"),
    ]
    assert finish_of(events).reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("function_call", FinishReason.TOOL_CALLS),
        ("eos", FinishReason.STOP),
    ],
)
async def test_the_reason_to_stop_is_passed_on(
    server: GroqServer, engine: GroqEngine, sent: str, reason: FinishReason
) -> None:
    server.script(Answer("some words", finish=sent))
    assert finish_of(await collect(engine)).reason is reason


@pytest.mark.parametrize("finish", ["length", "content_filter", "tool_calls"])
async def test_an_answer_cut_before_its_first_word_says_why(
    server: GroqServer, engine: GroqEngine, finish: str
) -> None:
    server.script(Answer("", reasoning="hmm", finish=finish))
    assert finish_of(await collect(engine)).reason == finish


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
async def test_the_network_may_cut_the_answer_anywhere(
    server: GroqServer, engine: GroqEngine, size: int, line_end: bytes
) -> None:
    server.script(Answer("Olá 👋 日本語!", network_bytes=size, line_end=line_end))
    assert text_of(await collect(engine)) == "Olá 👋 日本語!"


@pytest.mark.parametrize("ending", [Ending.NOT_DONE, Ending.RESET_AFTER_FINISH])
async def test_an_answer_with_a_reason_to_finish_is_whole(
    server: GroqServer, engine: GroqEngine, ending: Ending
) -> None:
    server.script(Answer("whole", ending=ending))
    events = await collect(engine)
    assert text_of(events) == "whole"
    assert finish_of(events).reason is FinishReason.STOP


def test_what_comes_in_one_piece_is_passed_on_in_one() -> None:
    service = Service(title="Groq", host="x", secret="", is_groq=True)
    reader = AnswerReader(service)
    deltas = ({"content": "one "}, {"content": "two"}, {"reasoning": "hm"}, {"content": "three"})
    piece = b"".join(event(chunk("m", delta)) for delta in deltas)
    assert list(reader.feed(piece)) == [
        TextDelta("one two"),
        ReasoningDelta("hm"),
        TextDelta("three"),
    ]


def test_nothing_counts_after_the_end() -> None:
    reader = AnswerReader(Service(title="Groq", host="x", secret="", is_groq=True))
    piece = event(chunk("", {"content": "one"}, "stop"))
    late = event({"choices": [{"delta": None}]}) + event({"choices": [], "error": "late"})
    events = [*reader.feed(piece + b"data: [DONE]\n\n" + late), *reader.end()]
    assert events == [TextDelta("one"), Finished(FinishReason.STOP)]


def test_chunks_without_news_are_passed_over() -> None:
    reader = AnswerReader(Service(title="Groq", host="x", secret="", is_groq=True))
    assert not list(reader.feed(event({"choices": [{"delta": None}]}) + event({"choices": None})))


async def test_text_is_passed_on_before_the_answer_is_whole(
    server: GroqServer, engine: GroqEngine
) -> None:
    gate = Gate(after=1)
    server.script(Answer("first second", gate=gate))
    stream = engine.stream(question())
    seen = [await anext(stream), await anext(stream)]
    assert text_of(seen) == "first"
    gate.open()
    assert text_of([event async for event in stream]) == " second"


async def test_two_answers_stream_at_once(server: GroqServer, engine: GroqEngine) -> None:
    gate = Gate(after=1)
    server.script(Answer("slow answer", gate=gate), Answer("quick answer"))
    slow = engine.stream(question())
    await anext(slow)
    assert text_of(await collect(engine)) == "quick answer"
    gate.open()
    assert text_of([event async for event in slow]) == "slow answer"


async def test_the_next_question_uses_the_same_connection(
    server: GroqServer, engine: GroqEngine
) -> None:
    for _ in range(3):
        await collect(engine)
    assert [request.connection for request in server.requests] == [1, 1, 1]


async def test_a_kept_connection_that_was_closed_is_replaced_without_a_word(
    server: GroqServer, engine: GroqEngine
) -> None:
    closed = Answer(ending=Ending.CLOSED_UNANSWERED)
    server.script(Answer("one"), closed, Answer("two"))
    assert text_of(await collect(engine)) == "one"
    assert text_of(await collect(engine)) == "two"
    assert [request.connection for request in server.requests] == [1, 1, 2]
    server.script_models(closed)
    assert await engine.models()
    assert [request.connection for request in server.lists] == [2, 3]


async def test_a_server_that_waits_with_closing_does_not_hold_the_answer_up(
    server: GroqServer,
) -> None:
    engine = GroqEngine(api_key=KEY, base_url=server.url, stall_seconds=30)
    server.script(Answer("done", ending=Ending.STALL_AFTER_DONE))
    assert text_of(await collect(engine)) == "done"
    await engine.aclose()
