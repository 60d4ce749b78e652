"""Every call has its result behind it, whatever became of the turn."""

from __future__ import annotations

import json

from bnagpt_tui.backend.engines.groq.requests import wire_messages
from bnagpt_tui.backend.models import Message, Role, ToolCall

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
