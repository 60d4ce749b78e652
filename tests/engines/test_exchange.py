"""Tools over the wire: every call has its result behind it, whatever became of the turn."""

from __future__ import annotations

import json

import pytest

from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.requests import wire_messages
from bnagpt_tui.backend.events import PagesFound
from bnagpt_tui.backend.models import Message, Role, ToolCall, ToolSpec
from tests.groq_server import Answer, GroqServer

from .asking import collect

QUESTION = Message(Role.USER, "Weather?")


def asks(*ids: str, arguments: str = '{"city":"Rio"}', content: str = "") -> Message:
    calls = tuple(ToolCall(call_id, "weather", arguments) for call_id in ids)
    return Message(Role.ASSISTANT, content, tool_calls=calls)


def result(call_id: str, content: str = "sunny") -> Message:
    call = ToolCall(call_id, "weather", '{"city":"Rio"}')
    return Message(Role.TOOL, content, tool_calls=(call,), tool_call_id=call_id)


def roles(messages: list[dict[str, object]]) -> list[object]:
    return [message.get("tool_call_id", message["role"]) for message in messages]


def test_a_call_without_a_result_is_told_to_have_none() -> None:
    sent = wire_messages([QUESTION, asks("a", "b"), result("a"), Message(Role.USER, "And?")])
    assert roles(sent) == ["user", "assistant", "a", "b", "user"]
    assert "no result" in sent[3]["content"]


def test_a_call_at_the_very_end_is_told_to_have_no_result() -> None:
    assert roles(wire_messages([QUESTION, asks("a")])) == ["user", "assistant", "a"]


def test_what_the_user_ran_gets_a_call_before_it() -> None:
    sent = wire_messages([QUESTION, result("user_1")])
    assert roles(sent) == ["user", "assistant", "user_1"]
    [call] = sent[1]["tool_calls"]
    assert (call["id"], call["function"]["name"]) == ("user_1", "weather")


def test_a_result_of_the_users_between_calls_and_results_breaks_neither() -> None:
    sent = wire_messages([QUESTION, asks("a"), result("user_1"), result("a")])
    assert roles(sent) == ["user", "assistant", "a", "assistant", "user_1", "assistant", "a"]


def test_arguments_that_are_no_json_are_sent_as_some() -> None:
    [_, asked, _] = wire_messages([QUESTION, asks("a", arguments='{"city":'), result("a")])
    arguments = asked["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"unreadable": '{"city":'}


def test_a_model_without_tools_is_told_results_as_part_of_the_question() -> None:
    messages = [
        QUESTION,
        asks("a"),
        result("a"),
        Message(Role.ASSISTANT, "Sunny."),
        Message(Role.USER, "Sure?"),
        result("user_1", "rain"),
    ]
    sent = wire_messages(messages, tools=False)
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[0]["content"] == 'Weather?\n\nResult of weather {"city":"Rio"}:\nsunny'
    assert sent[2]["content"].endswith("rain")
    assert all("tool_calls" not in message for message in sent)


SEARCH = ToolSpec("browser_search", "", {}, is_services=True)
LOOK = ToolSpec("look", "Look.", {"type": "object", "properties": {}})


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("openai/gpt-oss-120b", [{"type": "browser_search"}, "look"]),
        ("qwen/qwen3.8-27b", ["look"]),
    ],
)
async def test_groqs_own_search_is_offered_where_it_is(
    server: GroqServer, engine: GroqEngine, model: str, told: list[object]
) -> None:
    request = Request((QUESTION,), model, tools=(SEARCH, LOOK), may_call=False)
    await collect(engine, request)
    body = server.requests[-1].body
    names = [tool.get("function", {}).get("name", tool) for tool in body["tools"]]
    assert names == told
    assert body["tool_choice"] == "none"


async def test_pages_that_groq_found_come_with_the_answer(
    server: GroqServer, engine: GroqEngine
) -> None:
    executed = [
        {
            "index": 0,
            "type": "browser_search",
            "arguments": "{}",
            "search_results": {
                "results": [
                    {"title": "A\x1b[2J", "url": "https://a.example", "content": "x", "score": 1},
                    {"title": "no", "url": "javascript:x"},
                    "odd",
                ]
            },
            "browser_results": [{"title": "B", "url": "https://b.example"}],
        },
        "odd",
    ]
    last = {"choices": [{"index": 0, "delta": {"executed_tools": executed}}]}
    server.script(Answer("It rains.", last_words=last))
    events = await collect(engine, Request((QUESTION,), "openai/gpt-oss-120b"))
    [found] = [event for event in events if isinstance(event, PagesFound)]
    assert [(page.title, page.address) for page in found.pages] == [
        ("A␛[2J", "https://a.example"),
        ("B", "https://b.example"),
    ]


def test_an_odd_name_is_sent_as_one_that_services_take() -> None:
    call = ToolCall("c\ud800", "web search<|x|>\ud800", "{}")
    [_, asked, _] = wire_messages([QUESTION, Message(Role.ASSISTANT, tool_calls=(call,))])
    [sent] = asked["tool_calls"]
    assert sent["function"]["name"] == "web_search__x___"
    assert sent["id"].encode() == b"c?"
