"""A question that needs two tools, closed and opened again between them, in a real terminal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bnagpt_tui.backend.models import Outcome, Role
from bnagpt_tui.backend.store import Repository
from tests.groq_server import Answer, GroqServer, ToolCallPiece
from tests.pty.terminal import Terminal

RIVER = {
    "results": [
        {"title": "River report", "url": "https://news.example/river", "content": "It rose 3 cm."}
    ]
}
CODE = "print(sum([3, 4]))"


@pytest.fixture
async def searching() -> AsyncIterator[dict[str, str]]:
    """Settings that send searches to a service on loopback."""

    async def search(_request: web.Request) -> web.Response:
        return web.json_response(RIVER)

    app = web.Application()
    app.router.add_get("/search", search)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield {"BNAGPT_WEB_SEARCH": "searxng", "BNAGPT_WEB_SEARCH_URL": address}
    await runner.cleanup()


def calls(call_id: str, name: str, **arguments: str) -> Answer:
    """An answer that asks for a tool, in two pieces."""
    text = json.dumps(arguments)
    first = ToolCallPiece(0, call_id, name, text[:7])
    return Answer("", tool_calls=(first, ToolCallPiece(0, arguments=text[7:])), finish="tool_calls")


async def test_two_tools_with_the_application_closed_between_them(
    home: Path, server: GroqServer, online: dict[str, str], searching: dict[str, str]
) -> None:
    server.script(
        calls("c1", "web_search", query="river"),
        calls("c2", "run_python", code=CODE),
        Answer("It rose 7 cm in all [1]."),
    )
    environment = {**online, **searching, "BNAGPT_SANDBOX": "monty"}
    async with Terminal(home, environment=environment) as terminal:
        await terminal.sees("Ask anything", "tools on")
        terminal.type("How much did the river rise?\r")
        await terminal.sees("tool · web_search", "1 source", "run_python wants to run", CODE)
        terminal.type("\x11")
        assert await terminal.ends() == 0
    assert len(server.requests) == 2
    async with Terminal(home, ("--open", "How much"), environment) as terminal:
        await terminal.sees("not done", "tab enter goes on")
        terminal.type("\t\r")
        await terminal.sees("run_python wants to run", CODE, "y yes · c in this conversation")
        assert terminal.text.count("tool · run_python") == 1
        terminal.type("y")
        await terminal.sees("It rose 7 cm in all [1].", "[1] River report · news.example")
        terminal.type("\x11")
        assert await terminal.ends() == 0
    sent = server.requests[-1].body["messages"]
    assert [message["role"] for message in sent[-4:]] == ["assistant", "tool", "assistant", "tool"]
    assert "7" in sent[-1]["content"]
    _check_kept(home)


def _check_kept(home: Path) -> None:
    """The whole turn is in the store, in order."""
    repository = Repository(home / "data")
    [conversation] = repository.conversations()
    kept = repository.load(conversation.id)[1]
    repository.close()
    assert [message.role for message in kept] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
        Role.ASSISTANT,
        Role.TOOL,
        Role.ASSISTANT,
    ]
    assert all(message.outcome is Outcome.COMPLETE for message in kept)
    assert kept[4].content == "7"
    assert kept[5].sources[0].address == "https://news.example/river"
