"""Servers that run on this machine already."""

from __future__ import annotations

import asyncio
import socket

from bnagpt_tui.backend.engines.servers import FoundServer, find_servers
from tests.groq_server import MODELS, Answer, Ending, GroqServer, Page, Refusal


async def test_servers_are_found_in_the_order_of_preference() -> None:
    async with GroqServer() as first, GroqServer(models=MODELS[1:2]) as second:
        found = await find_servers([("One", f"{first.url}/v1"), ("Two", f"{second.url}/v1")])
    assert found == (
        FoundServer(
            "One",
            f"{first.url}/v1",
            (
                "openai/gpt-oss-120b",
                "openai/gpt-oss-20b",
                "qwen/qwen3.8-27b",
                "llama-3.3-70b-versatile",
            ),
        ),
        FoundServer("Two", f"{second.url}/v1", ("openai/gpt-oss-120b",)),
    )
    assert first.lists[0].path == "/v1/models"
    assert "authorization" not in first.lists[0].headers


async def test_what_is_no_server_of_models_is_passed_over() -> None:
    async with GroqServer() as server:
        replies = (
            Page(200, "<html>It works!</html>"),
            Refusal(401, {"error": "key"}),
            Refusal(200, {"data": None}),
            Refusal(200, {"data": [{"id": "nomic-embed-text"}]}),
            Refusal(200, {"data": "x" * 2_000_000}),
            Page(200, "[" * 100_000, "application/json"),
        )
        server.script_models(*replies)
        for _ in replies:
            assert await find_servers([("X", f"{server.url}/v1")]) == ()


async def test_nobody_is_found_where_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        assert await find_servers([("X", place)]) == ()


async def test_a_silent_port_does_not_hold_up_the_search() -> None:
    async with GroqServer() as silent, GroqServer() as other:
        silent.script_models(Answer("never", ending=Ending.NEVER))
        places = [("Silent", f"{silent.url}/v1"), ("Other", f"{other.url}/v1")]
        async with asyncio.timeout(5):
            found = await find_servers(places, seconds=0.3)
    assert [server.title for server in found] == ["Other"]
