"""The test server itself: what it says is held against the client's own, strict types."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator

import pytest
from groq import APIError, AsyncGroq, AuthenticationError
from groq.types.chat import ChatCompletionChunk

from tests.groq_server import (
    RATE_HEADERS,
    Answer,
    Ending,
    GroqServer,
    ToolCallPiece,
    invalid_key,
    rate_limited,
)

from .asking import KEY, MODEL

MESSAGES = [{"role": "user", "content": "Hi there"}]


@pytest.fixture
async def client(server: GroqServer) -> AsyncIterator[AsyncGroq]:
    """The client, with the strictest view of what it receives."""
    async with AsyncGroq(
        api_key=KEY, base_url=server.url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


async def chunks(client: AsyncGroq) -> list[ChatCompletionChunk]:
    """A streamed answer as the client sees it."""
    stream = await client.chat.completions.create(
        messages=[{"role": "user", "content": "Hi there"}], model=MODEL, stream=True
    )
    return [chunk async for chunk in stream]


async def test_streams_are_what_the_client_expects(server: GroqServer, client: AsyncGroq) -> None:
    call = ToolCallPiece(0, "fc_1", "weather", "{}")
    server.script(Answer("some text", reasoning="hm", tool_calls=(call,), finish="tool_calls"))
    received = await chunks(client)
    deltas = [chunk.choices[0].delta for chunk in received]
    assert "".join(delta.content or "" for delta in deltas) == "some text"
    assert "".join(delta.reasoning or "" for delta in deltas) == "hm"
    calls = [call for delta in deltas for call in delta.tool_calls or ()]
    assert [(call.id, call.type) for call in calls] == [("fc_1", "function")]
    last = received[-1]
    assert last.choices[0].finish_reason == "tool_calls"
    assert last.usage
    assert last.x_groq
    assert last.x_groq.usage == last.usage


async def test_whole_answers_are_what_the_client_expects(
    server: GroqServer, client: AsyncGroq
) -> None:
    server.script(Answer("whole", reasoning="hm"))
    completion = await client.chat.completions.create(
        messages=[{"role": "user", "content": "Hi there"}], model=MODEL
    )
    assert completion.choices[0].message.content == "whole"
    assert completion.choices[0].message.reasoning == "hm"


async def test_lists_are_what_the_client_expects(client: AsyncGroq) -> None:
    models = (await client.models.list()).data
    assert MODEL in [model.id for model in models]
    assert all(model.owned_by for model in models)


async def test_refusals_are_what_the_client_expects(server: GroqServer, client: AsyncGroq) -> None:
    server.script(invalid_key(), rate_limited(7))
    with pytest.raises(AuthenticationError):
        await chunks(client)
    with pytest.raises(APIError) as caught:
        await chunks(client)
    assert "Please try again in" in str(caught.value)


async def test_error_events_are_what_the_client_expects(
    server: GroqServer, client: AsyncGroq
) -> None:
    server.script(Answer("a", ending=Ending.ERROR_EVENT))
    with pytest.raises(APIError, match="Failed to call a function"):
        await chunks(client)


async def test_a_paced_answer_takes_its_time(server: GroqServer, client: AsyncGroq) -> None:
    server.script(Answer("a b c d e", rate=40))
    began = asyncio.get_running_loop().time()
    await chunks(client)
    assert asyncio.get_running_loop().time() - began > 0.09


async def test_requests_are_recorded(server: GroqServer, client: AsyncGroq) -> None:
    waiting = asyncio.create_task(server.received(1))
    await chunks(client)
    received = await waiting
    assert received.body["messages"] == MESSAGES
    assert received.headers["authorization"] == f"Bearer {KEY}"


async def test_the_server_runs_as_a_program() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.groq_server", "--text", "ready made", "--key", KEY, "--rate", "1000"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().strip()
    async with AsyncGroq(api_key=KEY, base_url=url) as client:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in await chunks(client)) == (
            "ready made"
        )
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


def test_the_headers_are_those_of_the_free_plan() -> None:
    assert RATE_HEADERS["x-ratelimit-limit-tokens"] == "8000"
