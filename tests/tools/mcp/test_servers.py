"""Real servers lend tools, misbehave, and end."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ToolArgumentsError, ToolError
from bnagpt_tui.backend.tools.base import Tool, ToolContext, ToolResult
from bnagpt_tui.backend.tools.mcp import ServerOptions, Servers, server_options
from tests.waiting import until

PROGRAM = str(Path(__file__).with_name("server.py"))
STDIO = ServerOptions("test", sys.executable, (PROGRAM,))
MakeServers = Callable[..., Servers]


@pytest.fixture
async def make_servers() -> AsyncIterator[MakeServers]:
    made: list[Servers] = []

    def make(*options: ServerOptions) -> Servers:
        made.append(Servers(options))
        return made[-1]

    yield make
    for servers in made:
        await servers.aclose()


async def lent(servers: Servers) -> dict[str, Tool]:
    return {tool.name: tool for tool in await servers.tools()}


async def call(tool: Tool, arguments: str = "{}") -> ToolResult:
    return await tool.run(ToolContext("c"), arguments)


async def test_a_programs_tools_are_lent_and_called(
    make_servers: MakeServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_canary")
    servers = make_servers(STDIO)
    tools = await lent(servers)
    assert not tools["test__add"].acts
    assert tools["test__write"].acts
    assert tools["test__add"].spec.description == "test: Add two numbers."
    assert tools["test__add"].spec.parameters["required"] == ["a", "b"]
    assert (await call(tools["test__add"], '{"a":1,"b":2}')).content == "3"
    failed = await call(tools["test__fail"])
    assert failed.failed
    assert (await call(tools["test__add"], '{"a":"x"}')).failed
    with pytest.raises(ToolArgumentsError, match="not a JSON object"):
        await call(tools["test__add"], "[1]")
    assert "gsk_canary" not in (await call(tools["test__environment"])).content
    [picture] = (await call(tools["test__picture"])).files
    assert (picture.name, picture.kind, picture.content) == ("image-1.png", "image/png", b"\x89PNG")
    huge = (await call(tools["test__huge"])).content
    assert huge.endswith("[The rest was not taken.]")
    assert servers.drain_reports() == []


async def test_a_stopped_call_leaves_the_server_usable(make_servers: MakeServers) -> None:
    tools = await lent(make_servers(STDIO))
    told: list[str] = []
    context = ToolContext("c", report=told.append)
    running = asyncio.ensure_future(tools["test__slow"].run(context, "{}"))
    await until(lambda: bool(told))
    assert told == ["1 of 3 first\n"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await call(tools["test__add"], '{"a":2,"b":2}')).content == "4"


async def test_a_server_that_dies_is_told_and_started_again_once(
    make_servers: MakeServers,
) -> None:
    servers = make_servers(STDIO)
    tools = await lent(servers)
    with pytest.raises(ToolError, match=r"ended during the call.* It was started again\."):
        await call(tools["test__die"])
    assert servers.drain_reports() == ["The MCP server “test” ended and was started again."]
    assert (await call(tools["test__add"], '{"a":1,"b":1}')).content == "2"
    with pytest.raises(ToolError, match="not started a second time"):
        await call(tools["test__die"])
    assert "its tools are gone" in servers.drain_reports()[0]
    assert await servers.tools() == ()


async def test_servers_that_do_not_start_are_told_and_the_others_work(
    make_servers: MakeServers,
) -> None:
    says = ("-c", "import sys; print('no license for S3CRET', file=sys.stderr); sys.exit(1)")
    servers = make_servers(
        STDIO,
        ServerOptions("gone", "/no/such/program"),
        ServerOptions("mute", sys.executable, ("-c", "pass")),
        ServerOptions("says", sys.executable, says, {"KEY": "S3CRET"}),
        ServerOptions("babble", sys.executable, ("-c", "print('hello\\n' * 100)")),
    )
    tools = await lent(servers)
    assert all(name.startswith("test__") for name in tools)
    reports = "\n".join(servers.drain_reports())
    assert "“gone” did not start: there is no such program" in reports
    assert "“mute” did not start" in reports
    assert "no license for …" in reports
    assert "S3CRET" not in reports
    assert "“babble” did not start" in reports


async def test_a_service_lends_tools_over_http(make_servers: MakeServers) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, "http", str(port), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: _answers(port), seconds=20)
        address = f"http://127.0.0.1:{port}/mcp"
        servers = make_servers(ServerOptions("web", address=address, headers={"X-Key": "k"}))
        tools = await lent(servers)
        assert (await call(tools["web__add"], '{"a":40,"b":2}')).content == "42"
    finally:
        process.kill()
        await process.wait()
    with pytest.raises(ToolError):
        await call(tools["web__add"], '{"a":1,"b":1}')


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


async def test_a_service_that_is_not_there_is_told(make_servers: MakeServers) -> None:
    servers = make_servers(ServerOptions("web", address="http://127.0.0.1:9/mcp"))
    assert await servers.tools() == ()
    assert "“web” did not start" in servers.drain_reports()[0]


@pytest.mark.parametrize(
    ("name", "table", "sentence"),
    [
        ("a b", {"command": "x"}, "letters"),
        ("a", {}, "either a command or a url"),
        ("a", {"command": "x", "url": "http://x"}, "either a command or a url"),
        ("a", {"command": "x", "arg": []}, "there is no “arg”"),
        ("a", {"command": 3}, "text in quotes"),
        ("a", {"command": "x", "args": "y"}, "list of texts"),
        ("a", {"command": "x", "env": {"A": 1}}, "table of texts"),
        ("a", {"url": "ftp://x"}, "https://"),
        ("a", {"command": "x", "seconds": 0}, "above 0"),
    ],
)
def test_a_table_that_makes_no_sense_is_told(
    name: str, table: dict[str, object], sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence):
        server_options(name, table)


def test_a_table_is_read() -> None:
    options = server_options(
        "files", {"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}, "seconds": 5}
    )
    assert options == ServerOptions("files", "npx", ("-y", "x"), {"A": "b"}, seconds=5.0)
    assert "b" not in repr(options).replace("'-y'", "")
    assert server_options("w", {"url": "https://x"}).address == "https://x"
