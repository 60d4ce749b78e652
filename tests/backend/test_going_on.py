"""An answer that was cut is gone on with: what comes belongs to it, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.engines.groq.requests import wire_messages
from bnagpt_tui.backend.errors import EmptyAnswerError, NothingAskedError, StreamBrokenError
from bnagpt_tui.backend.events import Finished, FinishReason, TextDelta, TurnEvent
from bnagpt_tui.backend.models import Message, Outcome, Role, Usage
from bnagpt_tui.backend.planning import GO_ON
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.store.exporting import to_html, to_json, to_markdown
from tests.backend.hands import kept, path_of, talk
from tests.backend.talking import ask, to_end
from tests.fakes import CALLS, DONE, Gate, Hands, ScriptedEngine, Step, call, make_chat
from tests.waiting import until

CUT = Finished(FinishReason.LENGTH, "test-model", prompt_tokens=10, completion_tokens=5)


async def cut_answer(chat: ChatService) -> tuple[str, Message]:
    """A conversation's id and its answer, which was cut."""
    conversation = chat.new()
    await ask(chat, conversation.id, "go")
    return conversation.id, path_of(chat, conversation.id)[-1]


def contents(messages: Sequence[Message]) -> list[str]:
    return [message.content for message in messages]


async def test_what_comes_belongs_to_the_answer_that_was_cut(
    archive: Archive, repository: Repository
) -> None:
    engine = ScriptedEngine([["The first", CUT], [" and the rest.", CUT], [" The end.", DONE]])
    chat = make_chat(engine, archive)
    conversation_id, cut = await cut_answer(chat)
    seen = await to_end(chat.go_on(conversation_id, cut.id))
    assert [event.text for event in seen if isinstance(event, TextDelta)] == [" and the rest."]
    [question, answer] = repository.load(conversation_id)[1]
    assert (answer.id, answer.parent, answer.created) == (cut.id, question.id, cut.created)
    assert (answer.content, answer.outcome) == ("The first and the rest.", Outcome.LENGTH)
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (20, 10)
    await to_end(chat.go_on(conversation_id, cut.id))
    [_, answer] = path_of(chat, conversation_id)
    assert (answer.content, answer.outcome) == (
        "The first and the rest. The end.",
        Outcome.COMPLETE,
    )
    for request, said in zip(
        engine.requests[1:], ("The first", "The first and the rest."), strict=True
    ):
        sent = [(item["role"], item["content"]) for item in wire_messages(request.messages)]
        assert sent == [("user", "go"), ("assistant", said), ("user", GO_ON)]


async def test_the_instruction_is_in_that_one_request_alone(
    archive: Archive, repository: Repository, tmp_path: Path
) -> None:
    engine = ScriptedEngine([["The first", CUT], [" and the rest.", DONE], ["Fine.", DONE]])
    chat = make_chat(engine, archive)
    conversation_id, cut = await cut_answer(chat)
    await to_end(chat.go_on(conversation_id, cut.id))
    await ask(chat, conversation_id, "thanks")
    assert contents(engine.requests[2].messages) == ["go", "The first and the rest.", "thanks"]
    conversation, messages = repository.load(conversation_id)
    await chat.close()  # then nothing is written or taken away behind the turn any more
    files = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert files
    for text in (
        to_json(conversation, messages),
        to_markdown(conversation, messages),
        to_html(conversation, messages),
        *(file.read_bytes().decode("utf-8", "replace") for file in files),
    ):
        assert "cut off" not in text
        assert "Continue" not in text
    assert len(json.loads(to_json(conversation, messages))["messages"]) == 4


@pytest.mark.parametrize("outcome", [Outcome.LENGTH, Outcome.INTERRUPTED, Outcome.FAILED])
async def test_whatever_cut_it_it_can_be_gone_on_with(archive: Archive, outcome: Outcome) -> None:
    chat = make_chat(ScriptedEngine([[" rest", DONE]]), archive)
    question = Message(Role.USER, "go")
    cut = Message(Role.ASSISTANT, "first", parent=question.id, outcome=outcome, problem="Cut.")
    conversation_id = await kept(chat, question, cut)
    await to_end(chat.go_on(conversation_id, cut.id))
    [_, answer] = path_of(chat, conversation_id)
    assert (answer.content, answer.outcome, answer.problem) == (
        "first rest",
        Outcome.COMPLETE,
        "",
    )


@pytest.mark.parametrize(
    "message",
    [
        Message(Role.ASSISTANT, "whole"),
        Message(Role.ASSISTANT, "", outcome=Outcome.INTERRUPTED),
        Message(Role.USER, "question", outcome=Outcome.INTERRUPTED),
        Message(Role.TOOL, "result", outcome=Outcome.INTERRUPTED),
    ],
)
async def test_what_is_no_cut_answer_is_not_gone_on_with(
    archive: Archive, message: Message
) -> None:
    engine = ScriptedEngine()
    chat = make_chat(engine, archive)
    conversation_id = await kept(chat, message)
    with pytest.raises(NothingAskedError):
        await to_end(chat.go_on(conversation_id, message.id))
    assert path_of(chat, conversation_id) == [message]
    assert engine.requests == []


async def stop_going_on(chat: ChatService, conversation_id: str, cut: Message, gate: Gate) -> None:
    turn = asyncio.create_task(to_end(chat.go_on(conversation_id, cut.id)))
    await gate.reached.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)


async def test_stopped_before_anything_came_it_is_as_it_was(
    archive: Archive, repository: Repository
) -> None:
    gate = Gate()
    chat = make_chat(ScriptedEngine([["first", CUT], [gate]]), archive)
    conversation_id, cut = await cut_answer(chat)
    await stop_going_on(chat, conversation_id, cut, gate)
    assert repository.load(conversation_id)[1][-1] == cut == path_of(chat, conversation_id)[-1]


async def test_stopped_in_the_middle_it_keeps_both_and_goes_on_again(
    archive: Archive, repository: Repository
) -> None:
    gate = Gate()
    chat = make_chat(ScriptedEngine([["first", CUT], [" more", gate], [" end", DONE]]), archive)
    conversation_id, cut = await cut_answer(chat)
    await stop_going_on(chat, conversation_id, cut, gate)
    stopped = repository.load(conversation_id)[1][-1]
    assert (stopped.content, stopped.outcome) == ("first more", Outcome.INTERRUPTED)
    await to_end(chat.go_on(conversation_id, cut.id))
    assert contents(path_of(chat, conversation_id)) == ["go", "first more end"]


async def test_what_was_held_back_as_a_repetition_is_kept_when_it_is_stopped(
    archive: Archive,
) -> None:
    gate = Gate()
    script: list[Step] = ["the river rose and the river fell", CUT]
    chat = make_chat(ScriptedEngine([script, ["the river rose", gate]]), archive)
    conversation_id, cut = await cut_answer(chat)
    await stop_going_on(chat, conversation_id, cut, gate)
    [_, answer] = path_of(chat, conversation_id)
    assert answer.content == "the river rose and the river fellthe river rose"


async def test_a_fault_in_the_middle_keeps_both_and_goes_on_again(
    archive: Archive, repository: Repository
) -> None:
    broken = StreamBrokenError("Cut.")
    scripts: list[Sequence[Step]] = [
        ["first", CUT],
        [broken],
        [" more", broken],
        [" end", DONE],
    ]
    chat = make_chat(ScriptedEngine(scripts), archive)
    conversation_id, cut = await cut_answer(chat)
    for expected in ("first", "first more"):
        await to_end(chat.go_on(conversation_id, cut.id))
        failed = repository.load(conversation_id)[1][-1]
        assert (failed.content, failed.outcome, failed.problem) == (
            expected,
            Outcome.FAILED,
            "Cut.",
        )
    await to_end(chat.go_on(conversation_id, cut.id))
    [_, answer] = path_of(chat, conversation_id)
    assert (answer.content, answer.outcome) == ("first more end", Outcome.COMPLETE)


async def test_a_model_that_has_nothing_to_add_ends_the_answer(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine([["first.", CUT], [EmptyAnswerError("Empty.")]]), archive)
    conversation_id, cut = await cut_answer(chat)
    await to_end(chat.go_on(conversation_id, cut.id))
    [_, answer] = path_of(chat, conversation_id)
    assert (answer.content, answer.outcome, answer.problem) == ("first.", Outcome.COMPLETE, "")


async def test_what_is_said_again_is_dropped_on_the_screen_too(archive: Archive) -> None:
    script: list[Step] = ["The river rose ", "over night", CUT]
    again: list[Step] = ["rose over", " night", " and fell", DONE]
    chat = make_chat(ScriptedEngine([script, again]), archive)
    conversation_id, cut = await cut_answer(chat)
    seen = await to_end(chat.go_on(conversation_id, cut.id))
    assert "".join(event.text for event in seen if isinstance(event, TextDelta)) == " and fell"
    assert path_of(chat, conversation_id)[-1].content == "The river rose over night and fell"


async def test_an_answer_in_the_middle_is_gone_on_with_beside_itself(
    archive: Archive, repository: Repository
) -> None:
    chat = make_chat(ScriptedEngine([["first", CUT], ["Later.", DONE], [" rest", DONE]]), archive)
    conversation_id, cut = await cut_answer(chat)
    await ask(chat, conversation_id, "and?")
    seen: list[TurnEvent] = await to_end(chat.go_on(conversation_id, cut.id))
    assert seen
    path = path_of(chat, conversation_id)
    assert contents(path) == ["go", "first rest"]
    assert chat.position(conversation_id, path[-1].id) == (2, 2)
    assert sorted(contents(repository.load(conversation_id)[1])) == sorted(
        ["go", "first", "and?", "Later.", "first rest"]
    )


async def test_tools_may_be_used_while_going_on(archive: Archive) -> None:
    looks = [" I look.", call("c1", "look", '{"what":"rain"}'), CALLS]
    chat, engine = talk(archive, Hands(), ["First.", CUT], looks, ["It is fine [1].", DONE])
    conversation_id, cut = await cut_answer(chat)
    await to_end(chat.go_on(conversation_id, cut.id))
    path = path_of(chat, conversation_id)
    assert contents(path) == ["go", "First. I look.", "[1] rain is fine.", "It is fine [1]."]
    assert path[1].id == cut.id
    assert GO_ON not in contents(engine.requests[2].messages)


async def test_of_an_answer_that_is_too_long_the_end_is_sent_with_the_instruction(
    archive: Archive,
) -> None:
    long = "".join(f"word{number} " for number in range(20_000))
    engine = ScriptedEngine([["rest", DONE]], window=4000)
    chat = make_chat(engine, archive)
    question = Message(Role.USER, "go")
    cut = Message(Role.ASSISTANT, long, parent=question.id, outcome=Outcome.LENGTH)
    conversation_id = await kept(chat, question, cut)
    await to_end(chat.go_on(conversation_id, cut.id))
    sent = engine.requests[0].messages
    assert [item.role for item in sent] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert long.endswith(sent[1].content)
    assert 1000 < len(sent[1].content) < 16_000
    assert path_of(chat, conversation_id)[-1].content == long + "rest"


async def test_an_answer_without_figures_is_gone_on_with(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine([[" rest", DONE]]), archive)
    cut = Message(Role.ASSISTANT, "first", outcome=Outcome.INTERRUPTED, reasoning="hm")
    conversation_id = await kept(chat, cut)
    await to_end(chat.go_on(conversation_id, cut.id))
    [answer] = path_of(chat, conversation_id)
    assert isinstance(answer.usage, Usage)
    assert (answer.content, answer.reasoning) == ("first rest", "hm")


async def test_an_old_question_to_continue_stays_what_it_is(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine([["Fine.", DONE]]), archive)
    question = Message(Role.USER, "go")
    cut = Message(Role.ASSISTANT, "first", parent=question.id, outcome=Outcome.LENGTH)
    words = "Continue exactly where you stopped."
    again = Message(Role.USER, words, parent=cut.id)
    rest = Message(Role.ASSISTANT, "rest", parent=again.id)
    conversation_id = await kept(chat, question, cut, again, rest)
    await ask(chat, conversation_id, "thanks")
    assert contents(path_of(chat, conversation_id)) == [
        "go",
        "first",
        words,
        "rest",
        "thanks",
        "Fine.",
    ]


GOING_ON = """
import asyncio, sys
from pathlib import Path
from bnagpt_tui.backend.store import Archive, Repository
from tests.fakes import Gate, ScriptedEngine, make_chat

async def main():
    engine = ScriptedEngine([[" more", Gate()]])
    chat = make_chat(engine, Archive(Repository(Path(sys.argv[1]))))
    await chat.start()
    [conversation] = chat.conversations
    await chat.open(conversation.id)
    async for _ in chat.go_on(conversation.id, conversation.head):
        pass

asyncio.run(main())
"""


async def test_a_kill_in_the_middle_keeps_the_first_part_and_what_was_kept_of_the_second(
    archive: Archive, repository: Repository, tmp_path: Path
) -> None:
    chat = make_chat(ScriptedEngine([["first", CUT]]), archive)
    conversation_id, cut = await cut_answer(chat)
    await chat.close()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GOING_ON, str(tmp_path / "data"), env=environment
    )

    def stored() -> Message:
        return Repository(tmp_path / "data").load(conversation_id)[1][-1]

    try:
        await until(lambda: stored().content == "first more", seconds=60)
    finally:
        process.kill()
        await process.wait()
    assert stored() == replace(
        cut, content="first more", outcome=Outcome.INTERRUPTED, usage=stored().usage
    )
    later = make_chat(ScriptedEngine([[" end", DONE]]), Archive(repository))
    await later.start()
    await later.open(conversation_id)
    async with aclosing(later.go_on(conversation_id, cut.id)) as events:
        async for _ in events:
            pass
    assert contents(path_of(later, conversation_id)) == ["go", "first more end"]
    await later.close()
