"""What is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from groq.types.chat.completion_create_params import CompletionCreateParams
from pydantic import TypeAdapter

from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.models import Message, Outcome, Role, ToolCall
from tests.groq_server import GroqServer, Received

from .asking import KEY, MODEL, collect, question

CONVERSATION = (
    Message(Role.SYSTEM, "Be brief."),
    Message(Role.USER, "Olá 👋"),
    Message(Role.ASSISTANT, "Hello", reasoning="A greeting.", model="m"),
    Message(Role.USER, "And then?"),
    Message(Role.ASSISTANT, "Half of an", outcome=Outcome.INTERRUPTED),
    Message(Role.USER, "What is the weather?"),
    Message(
        Role.ASSISTANT,
        tool_calls=(ToolCall("fc_1", "weather", '{"city": "Canberra"}'),),
        outcome=Outcome.COMPLETE,
    ),
    Message(Role.TOOL, "sunny", tool_call_id="fc_1"),
    Message(Role.ASSISTANT, "", outcome=Outcome.FAILED, problem="No network."),
    Message(Role.USER, "Again?"),
)


def keys_of(value: Any) -> Any:
    """The keys of a body, at every depth."""
    if isinstance(value, Mapping):
        return {name: keys_of(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [keys_of(inner) for inner in value]
    return None


def check(received: Received) -> None:
    """Hold a body against the client's own parameter types, unknown keys included."""
    validated = TypeAdapter(CompletionCreateParams).validate_python(dict(received.body))
    plain = json.loads(json.dumps(validated, default=list))
    assert keys_of(plain) == keys_of(received.body)


async def sent(server: GroqServer, engine: GroqEngine, request: Request) -> Received:
    """What the server received of a request."""
    await collect(engine, request)
    return server.requests[-1]


async def test_every_request_is_one_that_groq_takes(server: GroqServer, engine: GroqEngine) -> None:
    check(await sent(server, engine, Request(CONVERSATION, MODEL, 2048)))
    check(await sent(server, engine, question()))


async def test_the_conversation_is_sent_as_it_was_said(
    server: GroqServer, engine: GroqEngine
) -> None:
    received = await sent(server, engine, Request(CONVERSATION, MODEL, 2048))
    assert received.body == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Olá 👋"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "And then?"},
            {"role": "assistant", "content": "Half of an"},
            {"role": "user", "content": "What is the weather?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {
                        "id": "fc_1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city": "Canberra"}'},
                    }
                ],
            },
            {"role": "tool", "content": "sunny", "tool_call_id": "fc_1"},
            {"role": "user", "content": "Again?"},
        ],
        "model": MODEL,
        "stream": True,
        "max_completion_tokens": 2048,
    }


async def test_the_key_is_sent_as_a_bearer(server: GroqServer, engine: GroqEngine) -> None:
    received = await sent(server, engine, question())
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.path == "/openai/v1/chat/completions"


async def test_half_characters_are_replaced(server: GroqServer, engine: GroqEngine) -> None:
    received = await sent(server, engine, question("cut \ud83d off"))
    assert received.body["messages"][0]["content"] == "cut ? off"


async def test_other_servers_are_asked_in_the_common_way(server: GroqServer) -> None:
    engine = GroqEngine(api_key="", base_url=f"{server.url}/v1", default_model="m")
    received = await sent(server, engine, question(most=100))
    assert received.path == "/v1/chat/completions"
    assert received.body["max_tokens"] == 100
    assert received.body["stream_options"] == {"include_usage": True}
    assert "max_completion_tokens" not in received.body
    await engine.models()
    assert server.lists[0].path == "/v1/models"
    await engine.aclose()


async def test_more_can_be_put_into_the_body(server: GroqServer) -> None:
    engine = GroqEngine(
        api_key=KEY, base_url=server.url, extra_body={"temperature": 0.2, "repeat_penalty": 1.1}
    )
    received = await sent(server, engine, question())
    assert (received.body["temperature"], received.body["repeat_penalty"]) == (0.2, 1.1)
    await engine.aclose()


@pytest.mark.parametrize("most", [None, 500])
async def test_equal_requests_have_equal_bodies(
    server: GroqServer, engine: GroqEngine, most: int | None
) -> None:
    request = Request(CONVERSATION, MODEL, most)
    bodies = [json.dumps((await sent(server, engine, request)).body) for _ in range(2)]
    longer = Request((*CONVERSATION, Message(Role.USER, "More")), MODEL, most)
    bodies.append(json.dumps((await sent(server, engine, longer)).body))
    assert bodies[0] == bodies[1]
    start = bodies[0].index("Again?") + len("Again?")
    assert bodies[2][:start] == bodies[0][:start]
