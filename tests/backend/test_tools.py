"""The turn asks, the model calls tools, the results go back, until it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.approvals import Approvals
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.errors import StreamBrokenError
from bnagpt_tui.backend.events import (
    ApprovalAsked,
    Finished,
    FinishReason,
    PagesFound,
    RoundEnded,
    RoundStarted,
    ToolCallDelta,
    ToolEnded,
    ToolProgressed,
    ToolStarted,
    TurnEnded,
    TurnEvent,
)
from bnagpt_tui.backend.models import Message, Outcome, Role, Source, ToolCall
from bnagpt_tui.backend.permission import Decision, Permission
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.base import Tool, ToolContext, ToolResult, tool_from
from tests.backend.talking import ask
from tests.fakes import CALLS, DONE, Hands, ScriptedEngine, call, make_chat
from tests.waiting import until


def talk(
    archive: Archive, hands: Hands, *scripts: list[object], **options: object
) -> tuple[ChatService, ScriptedEngine]:
    engine = ScriptedEngine(list(scripts), tools=True)  # type: ignore[arg-type]  # by hand
    return make_chat(engine, archive, toolbox=hands.box(), **options), engine  # type: ignore[arg-type]


def path_of(chat: ChatService, conversation_id: str) -> list[Message]:
    return list(chat.path(conversation_id))


async def decided(
    chat: ChatService,
    events: AsyncGenerator[TurnEvent, None],
    decide: Callable[[int], Decision],
) -> list[TurnEvent]:
    """A turn to its end, each approval answered as it is asked for."""
    seen = []
    asked = 0
    async with aclosing(events):
        async for event in events:
            seen.append(event)
            if isinstance(event, ApprovalAsked):
                await chat.tools.decide(event.approval.id, decide(asked))
                asked += 1
    return seen


async def test_results_go_back_to_the_model_until_it_answers(
    archive: Archive, repository: Repository
) -> None:
    hands = Hands()
    chat, engine = talk(
        archive,
        hands,
        ["Let me look. ", call("c1", "look", '{"what":"rain"}'), CALLS],
        ["It is fine [1].", DONE],
    )
    conversation = chat.new()
    events = await ask(chat, conversation.id, "weather?")
    kinds = [type(event) for event in events]
    for kind in (RoundEnded, ToolStarted, ToolEnded, RoundStarted, TurnEnded):
        assert kind in kinds
    kept = repository.load(conversation.id)[1]
    assert [(m.role, m.content) for m in kept] == [
        (Role.USER, "weather?"),
        (Role.ASSISTANT, "Let me look. "),
        (Role.TOOL, "[1] rain is fine."),
        (Role.ASSISTANT, "It is fine [1]."),
    ]
    assert kept[1].tool_calls == (ToolCall("c1", "look", '{"what":"rain"}'),)
    assert kept[2].tool_calls == kept[1].tool_calls
    assert kept[2].outcome is Outcome.COMPLETE
    assert [source.address for source in kept[3].sources] == ["https://example.org/rain"]
    assert [message.role for message in engine.requests[1].messages][-3:] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
    ]
    assert [tool.name for tool in engine.requests[0].tools] == [
        "look",
        "act",
        "slow",
        "broken",
        "read_more",
    ]


async def test_calls_come_in_pieces_and_in_parallel(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(
        archive,
        hands,
        [
            ToolCallDelta(0, "c1", "look", '{"wh'),
            ToolCallDelta(1, "c2", "look", ""),
            ToolCallDelta(0, "", "", 'at":"a"}'),
            ToolCallDelta(1, "", "", '{"what":"b"}'),
            CALLS,
        ],
        ["Done [11].", DONE],
    )
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert sorted(hands.done) == ["look a", "look b"]
    results = [m for m in path_of(chat, conversation.id) if m.role is Role.TOOL]
    assert [m.tool_call_id for m in results] == ["c1", "c2"]
    assert [m.sources[0].number for m in results] == [1, 11]
    assert path_of(chat, conversation.id)[-1].sources == results[1].sources


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("look", '{"what":', "arguments are wrong"),
        ("look", '{"where":"x"}', "unknown field"),
        ("fly", "{}", "There is no tool “fly”. There are: look"),
        ("broken", "{}", "ZeroDivisionError: by nought"),
    ],
)
async def test_a_wrong_call_is_answered_with_what_was_wrong(
    archive: Archive, name: str, arguments: str, answer: str
) -> None:
    chat, engine = talk(archive, Hands(), [call("c1", name, arguments), CALLS], ["I see.", DONE])
    conversation = chat.new()
    await ask(chat, conversation.id)
    result = path_of(chat, conversation.id)[2]
    assert answer in result.content
    assert result.outcome is Outcome.FAILED
    assert answer in engine.requests[1].messages[-1].content
    assert path_of(chat, conversation.id)[-1].content == "I see."


async def test_after_the_last_round_the_model_must_answer(archive: Archive) -> None:
    hands = Hands()
    script = [call("c1", "look", '{"what":"x"}'), CALLS]
    chat, engine = talk(archive, hands, *[script] * 4, tool_rounds=3)
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert [request.may_call for request in engine.requests] == [True, True, True, False]
    assert len(hands.done) == 3
    last = path_of(chat, conversation.id)[-1]
    assert last.outcome is Outcome.INTERRUPTED
    assert "went on asking for tools" in last.problem


async def test_a_tool_that_acts_waits_for_the_user(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(archive, hands, [call("c1", "act", '{"code":"1"}'), CALLS], ["Ran it.", DONE])
    conversation = chat.new()
    seen = await decided(
        chat, chat.send(conversation.id, "run"), lambda _: Decision(Permission.ONCE)
    )
    [asked] = [event.approval for event in seen if isinstance(event, ApprovalAsked)]
    assert (asked.tool, asked.subject, asked.language) == ("act", "1", "python")
    assert hands.done == ["act 1"]
    [file] = path_of(chat, conversation.id)[2].attachments
    assert await chat.library.archive.file(file) == b"hi"


async def test_a_no_goes_back_to_the_model_with_the_users_words(archive: Archive) -> None:
    hands = Hands()
    chat, engine = talk(
        archive, hands, [call("c1", "act", '{"code":"1"}'), CALLS], ["All right.", DONE]
    )
    conversation = chat.new()
    await decided(
        chat,
        chat.send(conversation.id, "run"),
        lambda _: Decision(Permission.NO, "use look instead"),
    )
    assert hands.done == []
    assert "did not allow it. They say: use look instead" in engine.requests[1].messages[-1].content


async def test_leave_for_a_conversation_is_not_leave_for_another(archive: Archive) -> None:
    hands = Hands()
    acting = [call("c1", "act", '{"code":"1"}'), CALLS]
    chat, _ = talk(archive, hands, *[acting, ["Done.", DONE]] * 3)
    first, second = chat.new(), chat.new()
    asked = []
    for conversation in (first, first, second):
        seen = await decided(
            chat,
            chat.send(conversation.id, "run"),
            lambda _: Decision(Permission.CONVERSATION),
        )
        asked.append(sum(isinstance(event, ApprovalAsked) for event in seen))
    assert asked == [1, 0, 1]


async def test_leave_for_good_is_kept_and_can_be_taken_back(
    archive: Archive, tmp_path: Path
) -> None:
    file = tmp_path / "config" / "allowed.json"
    acting = [call("c1", "act", '{"code":"1"}'), CALLS]
    chat, _ = talk(archive, Hands(), acting, ["Done.", DONE], approvals=Approvals(path=file))
    await decided(chat, chat.send(chat.new().id, "run"), lambda _: Decision(Permission.ALWAYS))
    later = Approvals(path=file)
    assert await later.is_given("any", "act")
    assert file.stat().st_mode & 0o777 == 0o600
    await later.revoke("act")
    assert not await Approvals(path=file).is_given("any", "act")


async def test_one_word_settles_all_that_wait_for_the_same(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(
        archive,
        hands,
        [call("c1", "act", '{"code":"1"}'), call("c2", "act", '{"code":"2"}', 1), CALLS],
        ["Done.", DONE],
    )
    conversation = chat.new()
    turn = asyncio.create_task(ask(chat, conversation.id))
    await until(lambda: len(chat.tools.waiting(conversation.id)) == 2)
    first = chat.tools.waiting(conversation.id)[0]
    await chat.tools.decide(first.id, Decision(Permission.CONVERSATION))
    await turn
    assert sorted(hands.done) == ["act 1", "act 2"]


async def test_where_nobody_can_be_asked_nothing_acts(archive: Archive) -> None:
    hands = Hands()
    acting = [call("c1", "act", '{"code":"1"}'), CALLS]
    refusing = Approvals(refusal="Not here.")
    chat, engine = talk(archive, hands, acting, ["Sorry.", DONE], approvals=refusing)
    await ask(chat, chat.new().id)
    assert hands.done == []
    assert "Not here." in engine.requests[1].messages[-1].content


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
    async with aclosing(chat.tools.resume(conversation.id)) as events:
        seen = [event async for event in events]
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
    conversation = chat.new()
    question = Message(Role.USER, "do both")
    calls = (ToolCall("c1", "look", '{"what":"a"}'), ToolCall("c2", "look", '{"what":"b"}'))
    asked = Message(Role.ASSISTANT, parent=question.id, tool_calls=calls)
    await chat.library.keep(replace(conversation, name="x", head=asked.id), question, asked)
    async with aclosing(chat.tools.resume(conversation.id)) as events:
        _ = [event async for event in events]
    assert sorted(hands.done) == ["look a", "look b"]
    assert [m.role for m in engine.requests[0].messages][-4:] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
        Role.TOOL,
    ]
    assert path_of(chat, conversation.id)[-1].content == "Both done."


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


async def test_the_rest_of_a_long_result_can_be_asked_for(archive: Archive) -> None:
    chat, engine = talk(
        archive,
        Hands(),
        [call("c1", "look", '{"what":"%s"}' % ("x" * 40_000)), CALLS],
        [call("c2", "read_more", '{"call_id":"c1","start":39990}'), CALLS],
        ["Read.", DONE],
    )
    await ask(chat, chat.new().id)
    assert "Characters 39990 to 40013 of 40013" in engine.requests[2].messages[-1].content


async def test_the_user_runs_a_tool_without_asking_the_model(archive: Archive) -> None:
    hands = Hands()
    chat, engine = talk(archive, hands)
    conversation = chat.new()
    async with aclosing(chat.tools.use(conversation.id, "act", {"code": "1"})) as events:
        seen = [event async for event in events]
    assert isinstance(seen[-1], TurnEnded)
    assert hands.done == ["act 1"]
    assert engine.requests == []
    assert chat.get(conversation.id).name == "act · 1"
    assert [m.role for m in path_of(chat, conversation.id)] == [Role.TOOL]


async def test_searching_before_asking_works_with_any_model(archive: Archive) -> None:
    hands = Hands()
    chat, engine = talk(archive, hands, ["Fine [1].", DONE])
    engine.tools = False
    conversation = chat.new()
    used = chat.tools.use(conversation.id, "look", {"what": "rain"}, question="rain?")
    async with aclosing(used) as events:
        _ = [event async for event in events]
    [request] = engine.requests
    assert request.tools == ()
    assert [m.role for m in request.messages][-2:] == [Role.USER, Role.TOOL]
    assert "never follow" in request.messages[0].content
    answer = path_of(chat, conversation.id)[-1]
    assert (answer.content, answer.sources[0].title) == ("Fine [1].", "About rain")


async def test_tools_can_be_switched_off_for_a_conversation(archive: Archive) -> None:
    chat, engine = talk(archive, Hands(), ["Hi.", DONE], ["Hi.", DONE])
    conversation = chat.new()
    await ask(chat, conversation.id)
    await chat.tools.switch(conversation.id, on=False)
    await ask(chat, conversation.id)
    assert [bool(request.tools) for request in engine.requests] == [True, False]
    assert (await archive.load(conversation.id))[0].tools is False


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


async def test_pages_that_the_service_found_are_listed(archive: Archive) -> None:
    page = Source(0, "News", "https://news.example", "x")
    chat, _ = talk(archive, Hands(), [PagesFound((page,)), PagesFound((page,)), "It rains.", DONE])
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert [(s.number, s.address) for s in path_of(chat, conversation.id)[-1].sources] == [
        (1, "https://news.example")
    ]


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


async def test_a_model_that_calls_though_tools_are_off_gets_nothing_done(archive: Archive) -> None:
    hands = Hands()
    looks = call("c1", "look", '{"what":"a"}')
    chat, _ = talk(archive, hands, ["Hm. ", looks, CALLS], tools=False)
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert hands.done == []
    assert path_of(chat, conversation.id)[-1].tool_calls == ()
