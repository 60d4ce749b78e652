"""A real server that is a program."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ToolArgumentsError, ToolError
from bnagpt_tui.backend.tools.base import ProducedFile, Tool, ToolContext
from bnagpt_tui.backend.tools.mcp import ServerOptions
from tests.waiting import until

from .conftest import SAMPLE, Start, named, use


def sample(**environment: str) -> ServerOptions:
    return ServerOptions("s", sys.executable, (SAMPLE,), environment)


async def test_its_tools_are_listed_and_called_and_it_gets_no_key_of_this_program(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret")
    monkeypatch.setenv("BNAGPT_WEB_SEARCH_KEY", "search_secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws_secret")
    servers = start(sample(TOKEN="its own", BNAGPT_MODEL="m", GROQ_API_KEY="gsk_secret"))
    tools = {tool.name: tool for tool in await servers.tools()}
    _check_list(tools)
    await _check_calls(tools)
    await _check_files(tools)
    lines = (await use(tools["s__environment"])).content.splitlines()
    assert "TOKEN=its own" in lines
    assert any(line.startswith("PATH=") for line in lines)
    assert not [line for line in lines if "secret" in line or "BNAGPT" in line or "GROQ" in line]
    assert servers.drain_reports() == []


def _check_list(tools: dict[str, Tool]) -> None:
    assert {"s__add", "s__note", "s__picture"} <= tools.keys()
    assert [tools[name].acts for name in ("s__add", "s__note")] == [False, True]
    assert tools["s__add"].spec.description == "s: Add two numbers."
    assert tools["s__add"].spec.parameters["required"] == ["a", "b"]
    assert tools["s__add"].seconds == 60.0


async def _check_calls(tools: dict[str, Tool]) -> None:
    assert (await use(tools["s__add"], '{"a": 2, "b": 3}')).content == "5"
    failed = await use(tools["s__fail"])
    assert failed.failed
    assert "the disk is full" in failed.content
    for arguments in ('{"a": "no number"}', '{"a": "\\ud800"}'):
        assert (await use(tools["s__add"], arguments)).failed
    for arguments in ("[1]", "{", "[" * 100_000):
        with pytest.raises(ToolArgumentsError, match="was not run"):
            await use(tools["s__add"], arguments)
    point = await use(tools["s__point"])
    assert '"x":1' in point.content.replace(" ", "").replace("\n", "")


async def _check_files(tools: dict[str, Tool]) -> None:
    picture = await use(tools["s__picture"])
    assert picture.files == (ProducedFile("image-1.png", "image/png", b"\x89PNG not really"),)
    assert picture.content == "[image-1.png: image/png, 15 bytes]"
    papers = await use(tools["s__papers"])
    assert papers.content.startswith("of the text\n")
    assert papers.files == (ProducedFile("pa_per.pdf", "application/pdf", b"%PDF"),)


async def test_a_stopped_call_is_stopped_at_the_server_and_at_the_end_nothing_is_left_running(
    start: Start, tmp_path: Path
) -> None:
    others = _children()
    servers = start(sample())
    said: list[str] = []
    wait, add = await named(servers, "s__wait"), await named(servers, "s__add")
    context = ToolContext("c", report=said.append)
    call = asyncio.create_task(use(wait, f'{{"directory": "{tmp_path}"}}', context))
    await until(lambda: (tmp_path / "begun").exists() and said)
    assert said == ["1 of 2 half␛[2J way\n"]
    assert (await use(add, '{"a": 1, "b": 1}')).content == "2"
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until((tmp_path / "cancelled").exists)
    assert (await use(add, '{"a": 1, "b": 2}')).content == "3"
    assert _children() - others
    await servers.aclose()
    assert not _children() - others
    assert await servers.tools() == ()
    await servers.aclose()


async def test_one_that_dies_is_started_again_once_and_the_call_is_not_repeated(
    start: Start,
) -> None:
    servers = start(sample())
    die, add = await named(servers, "s__die"), await named(servers, "s__add")
    with pytest.raises(ToolError, match=r"ended during the call.*It was started again\."):
        await use(die)
    assert (await use(add, '{"a": 2, "b": 2}')).content == "4"
    assert servers.drain_reports() == ["The MCP server “s” ended and was started again."]
    with pytest.raises(ToolError, match="not started a second time"):
        await use(die)
    with pytest.raises(ToolError, match="gone until the next start"):
        await use(add, '{"a": 2, "b": 2}')
    assert servers.drain_reports() == [
        "The MCP server “s” ended again; its tools are gone until the next start."
    ]
    assert await servers.tools() == ()


def _children() -> set[int]:
    """The processes that this one started."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == os.getpid():
                found.add(int(entry.name))
    return found
