"""Servers at an address: a real one, and some that do what they must not."""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext
from bnagpt_tui.backend.tools.mcp import ServerOptions
from tests.waiting import until

from .conftest import SAMPLE, Start, named, use

Handle = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse | None]]


@asynccontextmanager
async def real(port: int) -> AsyncIterator[None]:
    """A real server at a port of this machine."""
    process = await asyncio.create_subprocess_exec(sys.executable, SAMPLE, str(port))

    def answers() -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(answers, seconds=20)
        yield
    finally:
        process.kill()
        await process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_a_real_one_is_asked_stopped_and_greeted_again_when_it_forgot(
    start: Start, tmp_path: Path
) -> None:
    port = free_port()
    servers = start(ServerOptions("s", address=f"http://127.0.0.1:{port}/mcp"))
    async with real(port):
        add = await named(servers, "s__add")
        assert (await use(add, '{"a": 2, "b": 3}')).content == "5"
        said: list[str] = []
        context = ToolContext("c", report=said.append)
        wait = await named(servers, "s__wait")
        call = asyncio.create_task(use(wait, f'{{"directory": "{tmp_path}"}}', context))
        await until(lambda: said)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await until((tmp_path / "cancelled").exists)
        assert (await use(add, '{"a": 2, "b": 4}')).content == "6"
    with pytest.raises(ToolError, match="cannot be reached"):
        await use(add, '{"a": 2, "b": 5}')
    async with real(port):
        with pytest.raises(ToolError, match=r"It was started again\."):
            await use(add, '{"a": 2, "b": 6}')
        assert (await use(add, '{"a": 2, "b": 7}')).content == "9"
    assert servers.drain_reports() == [
        "The MCP server “s” ended and was started again: it forgot the connection."
    ]


@asynccontextmanager
async def service(on_call: Handle, *, on_greeting: Handle | None = None) -> AsyncIterator[str]:
    """The address of one that answers as the handlers say, and else as it should."""

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405)
        message = await request.json()
        method = message["method"]
        handler = {"initialize": on_greeting, "tools/call": on_call}.get(method)
        if handler and (response := await handler(request, message)):
            return response
        if "id" not in message:
            return web.Response(status=202)
        results: dict[str, dict[str, Any]] = {
            "initialize": {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "r", "version": "1"},
            },
            "tools/list": {"tools": [{"name": "act", "inputSchema": {"type": "object"}}]},
        }
        if method not in results:
            return web.Response(status=404)
        return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": results[method]})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/mcp"
    await runner.cleanup()


async def _large(request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        for _ in range(300):
            await response.write(b" " * 100_000)
    except ConnectionError:
        pass
    return response


async def _large_event(request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    try:
        for _ in range(300):
            await response.write(b"data: " + b"x" * 100_000 + b"\n")
    except ConnectionError:
        pass
    return response


async def _cut(request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    headers = {"Content-Type": "application/json", "Content-Length": "1000"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(b"{")
    assert request.transport
    request.transport.close()
    return response


async def _bomb(_request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return web.Response(body=gzip.compress(b" " * 50_000_000, 1), headers=headers)


async def _page(_request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    return web.Response(text="<p>hello", content_type="text/html")


async def _no_json(_request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    return web.Response(text="{", content_type="application/json")


async def _gone(_request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    return web.Response(status=502, text="bad gateway")


async def _elsewhere(_request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "http://127.0.0.2:9/steal"})


@pytest.mark.parametrize(
    ("handle", "sentence"),
    [
        (_large, "more than 8 MB"),
        (_large_event, "did not do it"),
        (_cut, "did not do it"),
        (_bomb, "compressed"),
        (_page, "Unexpected content type"),
        (_no_json, "Failed to parse JSON"),
        (_gone, "HTTP 502"),
        (_elsewhere, "not followed"),
    ],
)
async def test_what_is_no_answer_is_told_and_the_next_call_works(
    start: Start, handle: Handle, sentence: str
) -> None:
    calls = 0

    async def once(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        if calls == 1:
            response = await handle(request, message)
            assert response
            return response
        result = {"content": [{"type": "text", "text": request.headers["X-Key"]}]}
        return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": result})

    async with service(once) as address:
        servers = start(ServerOptions("r", address=address, headers={"X-Key": "geheim-1234"}))
        act = await named(servers, "r__act")
        with pytest.raises(ToolError, match=sentence):
            await use(act)
        assert (await use(act)).content == "geheim-1234"
        assert servers.drain_reports() == []
        await servers.aclose()


async def test_a_refused_key_and_a_missing_service_are_told_without_secrets(start: Start) -> None:
    async def refuse(request: web.Request, _message: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({"error": request.headers["Authorization"]}, status=401)

    headers = {"Authorization": "Bearer geheim-1234"}
    async with service(refuse, on_greeting=refuse) as address:
        servers = start(
            ServerOptions("r", address=f"{address}?key=geheim-5678", headers=headers),
            ServerOptions("gone", address=f"http://127.0.0.1:{free_port()}/geheim-90"),
        )
        assert await servers.tools() == ()
        reports = servers.drain_reports()
        await servers.aclose()
    assert len(reports) == 2
    assert "did not start: it refuses the key or the headers (HTTP 401)." in "".join(reports)
    assert "“gone” did not start: it cannot be reached (" in "".join(reports)
    assert "geheim" not in "".join(reports)


async def test_one_that_never_answers_is_left_out_and_ends_fast(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnagpt_tui.backend.tools.mcp import connection  # noqa: PLC0415  # loads mcp

    monkeypatch.setattr(connection, "START_SECONDS", 0.5)

    async def wait(_request: web.Request, _message: dict[str, Any]) -> None:
        await asyncio.sleep(3600)

    async with service(wait, on_greeting=wait) as address:
        servers = start(ServerOptions("r", address=address))
        assert await servers.tools() == ()
        assert servers.drain_reports() == [
            "The MCP server “r” did not start: it did not answer within 0.5 seconds."
        ]
        await servers.aclose()
