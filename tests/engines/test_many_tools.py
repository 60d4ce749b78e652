"""No service is sent more tools than it takes; which, and that some are left out, is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.errors import RequestRefusedError
from bnagpt_tui.backend.events import Noted
from bnagpt_tui.backend.models import Message, Role, ToolCall, ToolSpec
from bnagpt_tui.backend.offering import left_out, offered
from tests.groq_server.picky import PickyServer, error

from .asking import collect, text_of

MODEL = "qwen3-8b"


def spec(name: str) -> ToolSpec:
    return ToolSpec(name, "", {"type": "object", "properties": {}})


def tools(**counts: int) -> tuple[ToolSpec, ...]:
    """Two of our own, then so many of each server."""
    lent = (f"{name}__t{number}" for name, count in counts.items() for number in range(count))
    return tuple(map(spec, ("web_search", "run_python", *lent)))


def names(told: tuple[ToolSpec, ...]) -> list[str]:
    return [tool.name for tool in told]


def test_few_tools_are_told_all_as_they_are() -> None:
    some = tools(a=50, b=76)
    assert offered(some, (), 128) == some


def test_every_server_gets_its_share() -> None:
    told = names(offered(tools(a=300, b=10, c=200), (), 128))
    assert len(told) == 128
    assert told[:2] == ["web_search", "run_python"]
    counts = [sum(name.startswith(f"{server}__") for name in told) for server in "abc"]
    assert counts == [58, 10, 58]


def test_what_the_conversation_used_stays() -> None:
    call = ToolCall("1", "a__t299", "{}")
    gone = ToolCall("2", "z__gone", "{}")
    messages = [Message(Role.ASSISTANT, tool_calls=(call, gone))]
    told = names(offered(tools(a=300), messages, 4))
    assert told == ["web_search", "run_python", "a__t0", "a__t299"]


def test_what_is_left_out_is_named() -> None:
    some = tools(a=200)
    told = offered(some, (), 128)
    sentence = left_out(some, told)
    assert "128 of 202 tools" in sentence
    assert "a__t126, a__t127" in sentence
    assert "62 more" in sentence
    assert left_out(some, some) == ""


@pytest.mark.parametrize(
    ("message", "most"),
    [
        (
            "Invalid 'tools': array too long. Expected an array with maximum length 128, but got "
            "an array with length 202 instead.",
            128,
        ),
        ("'tools' : maximum number of items is 64", 64),
        ("Too many tools: 202 (max 64)", 64),
        ("tools: at most 20 tools are allowed", 20),
        ("You can provide up to 50 functions, got 202", 50),
        ("too many tools", 64),
    ],
)
async def test_a_server_that_takes_fewer_is_sent_fewer(message: str, most: int) -> None:
    def rule(body: Mapping[str, Any]) -> web.Response | None:
        count = len(body.get("tools", ()))
        return error(400, message, param="tools") if count > most else None

    async with PickyServer("/v1", [rule]) as server:
        engine = GroqEngine(api_key="k", base_url=f"{server.root}/v1", default_model=MODEL)
        request = Request((Message(Role.USER, "Hi"),), MODEL, None, tools(a=200))
        events = await collect(engine, request)
        assert text_of(events) == "You said: Hi"
        counts = [len(body["tools"]) for body in server.bodies]
        assert counts[0] == 128
        assert counts[-1] == most
        if most < 128:
            [noted] = [event for event in events if isinstance(event, Noted)]
            assert f"{most} of 202 tools" in noted.sentence
            assert engine.describe(MODEL).most_tools == most
        await engine.aclose()


@pytest.mark.parametrize(
    "message",
    [
        "Invalid schema for function 'a__t1': In context=(), object schema missing properties.",
        "Failed to parse tool call arguments as JSON: unexpected end of input",
        "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
        "tool call validation failed: parameters for tool a__t1 did not match schema",
    ],
)
async def test_a_refusal_of_one_tool_or_call_does_not_take_all_away(message: str) -> None:
    async with PickyServer("/v1", [lambda _body: error(400, message)]) as server:
        engine = GroqEngine(api_key="k", base_url=f"{server.root}/v1", default_model=MODEL)
        request = Request((Message(Role.USER, "Hi"),), MODEL, None, tools(a=3))
        with pytest.raises(RequestRefusedError) as caught:
            await collect(engine, request)
        assert "Change the question" not in str(caught.value)
        assert engine.describe(MODEL).tools
        await engine.aclose()
