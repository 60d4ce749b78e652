"""A turn keeps the question before it asks, and the answer whatever happens."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from bnagpt_tui.backend.errors import (
    EngineMissingError,
    StreamBrokenError,
    TooLargeError,
    TurnRunningError,
)
from bnagpt_tui.backend.events import (
    Asked,
    Finished,
    FinishReason,
    LimitsReported,
    ReasoningDelta,
    TextDelta,
    TurnEnded,
    TurnStarted,
)
from bnagpt_tui.backend.models import Limits, Message, Outcome, Role
from bnagpt_tui.backend.planning import SHORTEN, TRIM
from bnagpt_tui.backend.store import Archive, Repository
from tests.backend.talking import ask
from tests.fakes import DONE, Gate, ScriptedEngine, make_chat
from tests.waiting import until


def stored(repository: Repository, conversation_id: str) -> list[Message]:
    return repository.load(conversation_id)[1]


async def test_a_question_is_answered_and_both_are_kept(
    archive: Archive, repository: Repository
) -> None:
    chat = make_chat(ScriptedEngine([["Hi ", "there", DONE]]), archive)
    conversation = chat.new()
    events = await ask(chat, conversation.id, "hello you")
    assert [type(event) for event in events] == [
        TurnStarted,
        Asked,
        TextDelta,
        TextDelta,
        TurnEnded,
    ]
    kept = stored(repository, conversation.id)
    assert [(m.role, m.content, m.outcome) for m in kept] == [
        (Role.USER, "hello you", Outcome.COMPLETE),
        (Role.ASSISTANT, "Hi there", Outcome.COMPLETE),
    ]
    assert kept[1].model == "test-model"
    assert kept[1].usage is not None
    assert kept[1].usage.completion_tokens == 2
    assert kept[1].usage.tokens_per_second > 0
    assert chat.get(conversation.id).name == "hello you"
    assert chat.path(conversation.id) == tuple(kept)


async def test_the_question_is_on_the_disk_before_the_request_leaves(
    archive: Archive, repository: Repository
) -> None:
    gate = Gate()
    chat = make_chat(ScriptedEngine([[gate, DONE]]), archive)
    conversation = chat.new()
    task = asyncio.create_task(ask(chat, conversation.id, "keep me"))
    await gate.reached.wait()
    assert [message.content for message in stored(repository, conversation.id)] == ["keep me"]
    assert conversation.id in chat.running
    gate.open()
    await task
    assert not chat.running


async def test_a_growing_answer_is_kept_as_interrupted(
    archive: Archive, repository: Repository
) -> None:
    gate = Gate()
    chat = make_chat(ScriptedEngine([["so far", gate, " so good", DONE]]), archive)
    conversation = chat.new()
    task = asyncio.create_task(ask(chat, conversation.id))
    await gate.reached.wait()
    await until(lambda: len(stored(repository, conversation.id)) == 2)
    partial = stored(repository, conversation.id)[1]
    assert (partial.content, partial.outcome) == ("so far", Outcome.INTERRUPTED)
    gate.open()
    await task
    assert stored(repository, conversation.id)[1].content == "so far so good"


async def test_a_stopped_turn_keeps_what_came(archive: Archive, repository: Repository) -> None:
    gate = Gate()
    chat = make_chat(ScriptedEngine([["half", gate, DONE]]), archive)
    conversation = chat.new()
    task = asyncio.create_task(ask(chat, conversation.id))
    await gate.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answer = stored(repository, conversation.id)[1]
    assert (answer.content, answer.outcome) == ("half", Outcome.INTERRUPTED)
    assert chat.path(conversation.id)[-1] == answer
    assert not chat.running


async def test_closing_stops_turns_and_keeps_what_came(
    archive: Archive, repository: Repository
) -> None:
    gate = Gate()
    engine = ScriptedEngine([["half", gate, DONE]])
    chat = make_chat(engine, archive)
    conversation = chat.new()
    task = asyncio.create_task(ask(chat, conversation.id))
    await gate.reached.wait()
    await chat.close()
    assert task.cancelled()
    assert engine.closed
    assert stored(repository, conversation.id)[1].content == "half"


async def test_the_next_question_remembers_the_ones_before(archive: Archive) -> None:
    engine = ScriptedEngine()
    chat = make_chat(engine, archive, instructions="Be kind.")
    conversation = chat.new()
    await ask(chat, conversation.id, "I am Ana.")
    await ask(chat, conversation.id, "Who am I?")
    assert [message.content for message in engine.requests[1].messages] == [
        "Be kind.",
        "I am Ana.",
        "You said: I am Ana.",
        "Who am I?",
    ]


async def test_what_does_not_fit_is_left_out_and_said(archive: Archive) -> None:
    engine = ScriptedEngine()
    chat = make_chat(engine, archive, context_tokens=400, answer_tokens=100)
    conversation = chat.new()
    await ask(chat, conversation.id, "first " * 150)
    events = await ask(chat, conversation.id, "second")
    asked = next(event for event in events if isinstance(event, Asked))
    assert [message.content for message in engine.requests[1].messages] == ["second"]
    assert asked.memory_begins == engine.requests[1].messages[0].id


async def test_a_request_that_was_too_large_is_smaller_the_next_time(archive: Archive) -> None:
    too_large = TooLargeError("8,000 tokens are allowed.", limit=300, requested=900)
    engine = ScriptedEngine([["ok", DONE], [too_large], ["ok", DONE]])
    chat = make_chat(engine, archive)
    conversation = chat.new()
    await ask(chat, conversation.id, "first " * 150)
    events = await ask(chat, conversation.id, "second")
    ended = events[-1]
    assert isinstance(ended, TurnEnded)
    assert ended.error is too_large
    assert ended.answer.problem == f"8,000 tokens are allowed. {TRIM}"
    async with aclosing(chat.regenerate(conversation.id, ended.answer.id)) as again:
        assert isinstance([event async for event in again][-1], TurnEnded)
    assert len(engine.requests[1].messages) == 3
    assert [message.content for message in engine.requests[2].messages] == ["second"]


async def test_counted_tokens_correct_the_next_plan(archive: Archive) -> None:
    counted = Finished(FinishReason.STOP, "test-model", prompt_tokens=600, completion_tokens=1)
    engine = ScriptedEngine([["ok", counted], ["ok", DONE]])
    chat = make_chat(engine, archive, context_tokens=500, answer_tokens=100)
    conversation = chat.new()
    await ask(chat, conversation.id, "word " * 200)
    await ask(chat, conversation.id, "second")
    assert [message.content for message in engine.requests[1].messages] == ["second"]


async def test_a_fault_keeps_question_and_partial_answer(
    archive: Archive, repository: Repository
) -> None:
    broken = StreamBrokenError("The connection was cut. Press r to ask again.")
    chat = make_chat(ScriptedEngine([["half", broken]]), archive)
    conversation = chat.new()
    events = await ask(chat, conversation.id)
    assert isinstance(events[-1], TurnEnded)
    answer = stored(repository, conversation.id)[1]
    assert (answer.content, answer.outcome) == ("half", Outcome.FAILED)
    assert answer.problem == "The connection was cut. Press r to ask again."


async def test_an_engine_that_is_not_there_fails_the_answer_not_the_application(
    archive: Archive,
) -> None:
    chat = make_chat(ScriptedEngine(fault=EngineMissingError("Install it.")), archive)
    conversation = chat.new()
    events = await ask(chat, conversation.id)
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].answer.problem == "Install it."


async def test_the_length_limit_is_an_outcome(archive: Archive) -> None:
    cut = Finished(FinishReason.LENGTH)
    chat = make_chat(ScriptedEngine([["long", cut]]), archive)
    conversation = chat.new()
    events = await ask(chat, conversation.id)
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].answer.outcome is Outcome.LENGTH
    assert events[-1].answer.usage is not None
    assert events[-1].answer.usage.completion_tokens > 0


async def test_reasoning_is_kept_apart(archive: Archive, repository: Repository) -> None:
    chat = make_chat(ScriptedEngine([[ReasoningDelta("hm"), "yes", DONE]]), archive)
    conversation = chat.new()
    await ask(chat, conversation.id)
    answer = stored(repository, conversation.id)[1]
    assert (answer.reasoning, answer.content) == ("hm", "yes")


async def test_limits_are_remembered(archive: Archive) -> None:
    limits = Limits(tokens=8000, tokens_left=7000)
    chat = make_chat(ScriptedEngine([[LimitsReported(limits), "yes", DONE]]), archive)
    assert chat.limits is None
    await ask(chat, chat.new().id)
    assert chat.limits == limits


async def test_one_conversation_answers_one_question_at_a_time(archive: Archive) -> None:
    gate = Gate()
    chat = make_chat(ScriptedEngine([[gate, DONE]]), archive)
    conversation = chat.new()
    task = asyncio.create_task(ask(chat, conversation.id))
    await gate.reached.wait()
    with pytest.raises(TurnRunningError):
        await ask(chat, conversation.id, "me too")
    gate.open()
    await task
    assert len(chat.path(conversation.id)) == 2


async def test_two_conversations_answer_at_once(archive: Archive) -> None:
    gates = Gate(), Gate()
    chat = make_chat(ScriptedEngine([["a", gates[0], DONE], ["b", gates[1], DONE]]), archive)
    first, second = chat.new(), chat.new()
    tasks = [asyncio.create_task(ask(chat, item.id)) for item in (first, second)]
    await gates[0].reached.wait()
    await gates[1].reached.wait()
    assert chat.running == {first.id, second.id}
    for gate in gates:
        gate.open()
    await asyncio.gather(*tasks)
    assert chat.path(first.id)[-1].content == "a"
    assert chat.path(second.id)[-1].content == "b"


async def test_a_question_that_is_too_large_by_itself_is_to_be_shortened(archive: Archive) -> None:
    too_large = TooLargeError("8,000 tokens are allowed.", limit=300, requested=900)
    chat = make_chat(ScriptedEngine([[too_large]]), archive, instructions="Be kind.")
    events = await ask(chat, chat.new().id, "word " * 500)
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].answer.problem.endswith(SHORTEN)
