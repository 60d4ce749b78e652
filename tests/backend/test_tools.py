"""The turn asks, the model calls tools, the results go back, until it answers."""

from __future__ import annotations

import json

import pytest

from bnagpt_tui.backend.events import (
    PagesFound,
    RoundEnded,
    RoundStarted,
    ToolCallDelta,
    ToolEnded,
    ToolStarted,
    TurnEnded,
)
from bnagpt_tui.backend.models import Outcome, Role, Source
from bnagpt_tui.backend.store import Archive, Repository
from tests.backend.hands import path_of, talk
from tests.backend.talking import ask
from tests.fakes import CALLS, DONE, Hands, call


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
    [asked] = kept[1].tool_calls
    assert (asked.name, asked.arguments) == ("look", '{"what":"rain"}')
    assert kept[2].tool_calls == kept[1].tool_calls
    assert kept[2].tool_call_id == asked.id
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
        "stuck",
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
    asked = path_of(chat, conversation.id)[1].tool_calls
    assert [m.tool_call_id for m in results] == [item.id for item in asked]
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


async def test_the_rest_of_a_long_result_can_be_asked_for(archive: Archive) -> None:
    chat, engine = talk(
        archive,
        Hands(),
        [call("c1", "look", '{"what":"%s"}' % ("x" * 40_000)), CALLS],
        ["Long.", DONE],
    )
    conversation = chat.new()
    await ask(chat, conversation.id)
    call_id = path_of(chat, conversation.id)[2].tool_call_id
    assert f'read_more with call_id="{call_id}"' in engine.requests[1].messages[-1].content
    arguments = json.dumps({"call_id": call_id, "start": 39990})
    engine.scripts += [[call("c2", "read_more", arguments), CALLS], ["Read.", DONE]]
    await ask(chat, conversation.id)
    assert "Characters 39990 to 40013 of 40013" in engine.requests[3].messages[-1].content


async def test_tools_can_be_switched_off_for_a_conversation(archive: Archive) -> None:
    chat, engine = talk(archive, Hands(), ["Hi.", DONE], ["Hi.", DONE])
    conversation = chat.new()
    await ask(chat, conversation.id)
    await chat.tools.switch(conversation.id, on=False)
    await ask(chat, conversation.id)
    assert [bool(request.tools) for request in engine.requests] == [True, False]
    assert (await archive.load(conversation.id))[0].tools is False


async def test_pages_that_the_service_found_are_listed(archive: Archive) -> None:
    page = Source(0, "News", "https://news.example", "x")
    chat, _ = talk(archive, Hands(), [PagesFound((page,)), PagesFound((page,)), "It rains.", DONE])
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert [(s.number, s.address) for s in path_of(chat, conversation.id)[-1].sources] == [
        (1, "https://news.example")
    ]


async def test_a_model_that_calls_though_tools_are_off_gets_nothing_done(archive: Archive) -> None:
    hands = Hands()
    looks = call("c1", "look", '{"what":"a"}')
    chat, _ = talk(archive, hands, ["Hm. ", looks, CALLS], tools=False)
    conversation = chat.new()
    await ask(chat, conversation.id)
    assert hands.done == []
    assert path_of(chat, conversation.id)[-1].tool_calls == ()
