"""Answers that stop on their way: what came is passed on, and the sentence says what happened."""

from __future__ import annotations

import asyncio

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.errors import (
    EmptyAnswerError,
    EngineError,
    StreamBrokenError,
    UnreachableError,
)
from bnagpt_tui.backend.events import EngineEvent
from tests.groq_server import Answer, Ending, Gate, GroqServer, Page, Refusal, bad_gateway_page

from .asking import collect, engine_for, question, reasoning_of, text_of


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Ending.SILENT, "stopped in the middle"),
        (Ending.RESET, "was cut"),
        (Ending.CUT, "was cut"),
        (Ending.MALFORMED, "unreadable"),
        (Ending.ERROR_EVENT, "(status 400): “Failed to call a function."),
        (Ending.ERROR_CHUNK, "“the slot was lost”"),
        (Ending.ERROR_FIELD, "“the cache is full”"),
        (Ending.ERROR_TEXT, "broke the answer off. Ask again."),
        (Ending.ERROR_EXTENSION, "“over_capacity”"),
    ],
)
async def test_a_break_keeps_what_came_and_says_what_happened(
    server: GroqServer, engine: GroqEngine, ending: Ending, words: str
) -> None:
    server.script(Answer("some words came", ending=ending))
    events: list[EngineEvent] = []
    with pytest.raises(StreamBrokenError) as caught:
        await collect(engine, into=events)
    assert text_of(events) == "some words came"
    assert words in str(caught.value)
    assert str(caught.value).endswith("Ask again.")
    assert text_of(await collect(engine)) == "You said: Hi there"


async def test_a_silence_breaks_the_answer_after_its_time(server: GroqServer) -> None:
    engine = engine_for(server, stall_seconds=0.2)
    server.script(Answer("some words came", ending=Ending.STALL))
    events: list[EngineEvent] = []
    with pytest.raises(StreamBrokenError, match="fell silent for 1 second"):
        await collect(engine, into=events)
    assert text_of(events) == "some words came"
    await asyncio.wait_for(server.dropped.wait(), 5)
    await engine.aclose()


async def test_a_silence_before_the_answer_is_told_apart(server: GroqServer) -> None:
    engine = engine_for(server, stall_seconds=0.2)
    server.script(Answer("never", ending=Ending.NEVER))
    with pytest.raises(UnreachableError, match="did not begin to answer"):
        await collect(engine)
    await engine.aclose()


@pytest.mark.parametrize("ending", [Ending.DONE, Ending.SILENT])
async def test_an_empty_answer_is_an_error(
    server: GroqServer, engine: GroqEngine, ending: Ending
) -> None:
    server.script(Answer("", ending=ending))
    with pytest.raises(EmptyAnswerError, match="empty answer"):
        await collect(engine)


async def test_reasoning_without_an_answer_is_an_error_and_is_kept(
    server: GroqServer, engine: GroqEngine
) -> None:
    server.script(Answer("", reasoning="hmm hmm"))
    events: list[EngineEvent] = []
    with pytest.raises(EmptyAnswerError, match="thought, but wrote no answer"):
        await collect(engine, into=events)
    assert reasoning_of(events) == "hmm hmm"


async def test_a_connection_closed_before_the_reply_is_told_apart(
    server: GroqServer, engine: GroqEngine
) -> None:
    closed = Answer(ending=Ending.CLOSED_UNANSWERED)
    server.script(closed, Answer("one"), closed, closed)
    with pytest.raises(UnreachableError, match="closed the connection before it answered"):
        await collect(engine)
    assert len(server.requests) == 1
    await collect(engine)
    with pytest.raises(UnreachableError, match="closed the connection before it answered"):
        await collect(engine)
    assert len(server.requests) == 4


async def test_a_web_page_in_place_of_an_answer_is_not_shown(
    server: GroqServer, engine: GroqEngine
) -> None:
    server.script(bad_gateway_page(200))
    with pytest.raises(UnreachableError, match="A web page came from") as caught:
        await collect(engine)
    assert "<" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Refusal(200, {"error": {"message": "no stream today"}}), "“no stream today”"),
        (Refusal(200, {"choices": []}), "did not stream an answer. "),
        (Page(200, "not json", "application/json"), "did not stream an answer. "),
    ],
)
async def test_a_reply_that_is_no_stream_is_an_error(
    server: GroqServer, engine: GroqEngine, reply: Refusal | Page, words: str
) -> None:
    server.script(reply)
    with pytest.raises(StreamBrokenError) as caught:
        await collect(engine)
    assert words in str(caught.value)


async def test_hostile_words_of_the_service_are_made_safe(
    server: GroqServer, engine: GroqEngine
) -> None:
    message = "bad\x1b]0;title\x07 \u202eworse\r\n[@click=app.quit]" + "x" * 500
    server.script(Answer("a", ending=Ending.SILENT, last_words={"error": {"message": message}}))
    with pytest.raises(StreamBrokenError) as caught:
        await collect(engine)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert "\u202e" not in sentence
    assert len(sentence) < 300


async def test_stopping_closes_the_connection_at_once(
    server: GroqServer, engine: GroqEngine
) -> None:
    gate = Gate(after=1)
    server.script(Answer("first second", gate=gate))
    task = asyncio.create_task(collect(engine))
    await asyncio.wait_for(gate.reached.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.dropped.wait(), 5)


async def test_leaving_a_stream_closes_the_connection(
    server: GroqServer, engine: GroqEngine
) -> None:
    gate = Gate(after=1)
    server.script(Answer("first second", gate=gate))
    stream = engine.stream(question())
    await anext(stream)
    await stream.aclose()
    await asyncio.wait_for(server.dropped.wait(), 5)
    assert text_of(await collect(engine)) == "You said: Hi there"


async def test_every_error_of_the_wire_is_an_engine_error(server: GroqServer) -> None:
    engine = engine_for(server, stall_seconds=0.2)
    for ending in Ending:
        server.script(Answer("words", ending=ending))
        try:
            await collect(engine)
        except EngineError as error:
            assert str(error)  # noqa: PT017 - many endings, some of them good
    await engine.aclose()
