"""Tools that are stopped or too slow, and turns that are gone on with."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.calls import TOO_MANY_ROUNDS
from bnagpt_tui.backend.errors import StreamBrokenError
from bnagpt_tui.backend.events import (
    Finished,
    FinishReason,
    ToolEnded,
    ToolProgressed,
    TurnEnded,
)
from bnagpt_tui.backend.models import Message, Outcome, Role, ToolCall
from bnagpt_tui.backend.permission import Decision, Permission
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.base import Tool, ToolContext, ToolResult, tool_from
from tests.backend.hands import kept, path_of, talk
from tests.backend.talking import ask, to_end
from tests.fakes import CALLS, DONE, Hands, ScriptedEngine, call, make_chat
from tests.waiting import until


async def test_a_stopped_tool_keeps_what_it_said_and_can_be_gone_on_with(
    archive: Archive, repository: Repository
) -> None:
    hands = Hands()
    chat, engine = talk(archive, hands, [call("c1", "slow"), CALLS], ["There.", DONE])
    conversation = chat.new()
    progress: list[str] = []

    async def follow() -> None:
        async with aclosing(chat.send(conversation.id, "go")) as events:
            async for event in events:
                if isinstance(event, ToolProgressed):
                    progress[:] = [event.result.content]

    turn = asyncio.create_task(follow())
    await until(lambda: bool(progress))
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    stopped = repository.load(conversation.id)[1][-1]
    assert (stopped.content, stopped.outcome) == ("half way", Outcome.INTERRUPTED)
    hands.gate.open()
    seen = await to_end(chat.tools.resume(conversation.id))
    assert isinstance(seen[-1], TurnEnded)
    path = path_of(chat, conversation.id)
    assert [m.content for m in path] == ["go", "", "all the way", "There."]
    assert path[2].id == stopped.id
    assert len(engine.requests) == 2


async def test_a_turn_closed_between_two_tools_goes_on_after_reopening(
    archive: Archive, repository: Repository
) -> None:
    """What a crash leaves behind: an answer with calls, and no result of any."""
    hands = Hands()
    chat, engine = talk(archive, hands, ["Both done.", DONE])
    question = Message(Role.USER, "do both")
    calls = (ToolCall("c1", "look", '{"what":"a"}'), ToolCall("c2", "look", '{"what":"b"}'))
    asked = Message(Role.ASSISTANT, parent=question.id, tool_calls=calls)
    conversation_id = await kept(chat, question, asked)
    await to_end(chat.tools.resume(conversation_id))
    assert sorted(hands.done) == ["look a", "look b"]
    assert [m.role for m in engine.requests[0].messages][-4:] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
        Role.TOOL,
    ]
    assert path_of(chat, conversation_id)[-1].content == "Both done."


async def test_a_tool_that_takes_too_long_is_stopped(archive: Archive) -> None:
    hands = Hands()
    tools = tuple(replace(tool, seconds=0.05) for tool in hands.tools())
    engine = ScriptedEngine([[call("c1", "slow"), CALLS], ["Pity.", DONE]], tools=True)
    chat = make_chat(engine, archive, toolbox=Toolbox(lambda: Kit(tools)))
    conversation = chat.new()
    await ask(chat, conversation.id)
    result = path_of(chat, conversation.id)[2]
    assert "half way\nslow did not end within" in result.content
    assert result.outcome is Outcome.FAILED


async def test_a_call_cut_by_length_is_not_run(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(
        archive, hands, [call("c1", "look", '{"what":"a'), Finished(FinishReason.LENGTH)]
    )
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert hands.done == []
    assert path_of(chat, conversation.id)[-1].outcome is Outcome.LENGTH


async def test_a_broken_second_round_keeps_what_the_tools_brought(archive: Archive) -> None:
    chat, _ = talk(
        archive,
        Hands(),
        [call("c1", "look", '{"what":"a"}'), CALLS],
        ["Half", StreamBrokenError("Cut.")],
    )
    conversation = chat.new()
    events = await ask(chat, conversation.id)
    assert [m.content for m in path_of(chat, conversation.id)][2:] == ["[1] a is fine.", "Half"]
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].error is not None


async def test_what_one_tool_brought_is_on_the_disk_while_another_waits(
    archive: Archive, tmp_path: Path
) -> None:
    looks, acts = call("c1", "look", '{"what":"a"}'), call("c2", "act", '{"code":"1"}', 1)
    chat, _ = talk(archive, Hands(), [looks, acts, CALLS], ["Done.", DONE])
    conversation = chat.new()
    turn = asyncio.create_task(ask(chat, conversation.id))
    await until(lambda: bool(chat.tools.waiting(conversation.id)))

    def is_kept() -> bool:
        kept = Repository(tmp_path / "data").load(conversation.id)[1]
        return [m.content for m in kept[2:]] == ["[1] a is fine.", ""]

    await until(is_kept)
    await chat.tools.decide(chat.tools.waiting(conversation.id)[0].id, Decision(Permission.NO))
    await turn


async def test_what_a_tool_says_after_its_end_changes_nothing(archive: Archive) -> None:
    late = []

    async def hasty(context: ToolContext) -> ToolResult:
        """Be hasty."""
        late.append(context.report)
        return ToolResult("all")

    engine = ScriptedEngine([[call("c1", "hasty"), CALLS], ["Done.", DONE]], tools=True)
    box = Toolbox(lambda: Kit((tool_from(hasty),)))
    chat = make_chat(engine, archive, toolbox=box)
    conversation = chat.new()
    async with aclosing(chat.send(conversation.id, "go")) as events:
        async for event in events:
            if isinstance(event, ToolEnded):
                late[0]("too late")
    assert path_of(chat, conversation.id)[2].content == "all"


async def test_a_question_does_not_wait_for_a_server_that_never_starts(archive: Archive) -> None:
    started = asyncio.Event()
    closed = []

    class Slow:
        async def tools(self) -> tuple[Tool, ...]:
            await started.wait()
            return Hands().tools()[:1]

        def drain_reports(self) -> list[str]:
            return ["It was slow."]

        async def aclose(self) -> None:
            closed.append(True)

    box = Toolbox(lambda: Kit(Hands().tools()[1:2], (Slow(),)))
    assert [tool.name for tool in await box.tools(patience=0.01)] == ["act"]
    started.set()
    assert [tool.name for tool in await box.tools()] == ["act", "look"]
    assert box.drain_reports() == ["It was slow."]
    await box.aclose()
    assert closed == [True]


async def test_a_second_stop_of_a_tool_that_will_not_end_loses_nothing(
    archive: Archive, repository: Repository
) -> None:
    begun, stopped, let_go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stubborn(context: ToolContext) -> ToolResult:
        """Do not stop."""
        context.report("half way")
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.set()
            await let_go.wait()
        context.report("too late")
        return ToolResult("too late")

    engine = ScriptedEngine([[call("c1", "stubborn"), CALLS]], tools=True)
    toolbox = Toolbox(lambda: Kit([tool_from(stubborn)]))
    chat = make_chat(engine, archive, toolbox=toolbox)
    conversation = chat.new()
    turn = asyncio.create_task(ask(chat, conversation.id))
    await begun.wait()
    turn.cancel()
    await stopped.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    assert not let_go.is_set()
    let_go.set()
    for _ in range(10):
        await asyncio.sleep(0)
    kept = repository.load(conversation.id)[1][-1]
    assert (kept.content, kept.outcome) == ("half way", Outcome.INTERRUPTED)
    assert path_of(chat, conversation.id)[-1] == kept


async def test_a_tool_that_cancels_itself_has_failed(archive: Archive) -> None:
    async def gives_up(_context: ToolContext) -> ToolResult:
        """Give up."""
        raise asyncio.CancelledError

    engine = ScriptedEngine([[call("c1", "gives_up"), CALLS], ["So be it.", DONE]], tools=True)
    chat = make_chat(engine, archive, toolbox=Toolbox(lambda: Kit([tool_from(gives_up)])))
    conversation = chat.new()
    seen = await ask(chat, conversation.id)
    [ended] = [event.result for event in seen if isinstance(event, ToolEnded)]
    assert ended.outcome is Outcome.FAILED
    assert path_of(chat, conversation.id)[-1].content == "So be it."


@pytest.mark.parametrize("outcome", [Outcome.INTERRUPTED, Outcome.FAILED, Outcome.LENGTH])
async def test_calls_of_an_answer_that_was_cut_are_never_done_later(
    archive: Archive, outcome: Outcome
) -> None:
    hands = Hands()
    chat, _ = talk(archive, hands, ["Anew.", DONE])
    question = Message(Role.USER, "do it")
    calls = (ToolCall("c1", "look", '{"what":"a"}'),)
    cut = Message(Role.ASSISTANT, parent=question.id, tool_calls=calls, outcome=outcome)
    await to_end(chat.tools.resume(await kept(chat, question, cut)))
    assert hands.done == []


async def test_a_turn_of_too_many_rounds_can_be_gone_on_with(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(archive, hands, ["At last.", DONE])
    question = Message(Role.USER, "do it")
    asking = Message(
        Role.ASSISTANT,
        parent=question.id,
        tool_calls=(ToolCall("c1", "look", '{"what":"a"}'),),
        outcome=Outcome.INTERRUPTED,
        problem=TOO_MANY_ROUNDS,
    )
    await to_end(chat.tools.resume(await kept(chat, question, asking)))
    assert hands.done == ["look a"]
