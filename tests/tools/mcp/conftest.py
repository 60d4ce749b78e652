"""Servers for the tests, ended with them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from bnagpt_tui.backend.tools.base import Tool, ToolContext, ToolResult
from bnagpt_tui.backend.tools.mcp import ServerOptions, Servers

HERE = Path(__file__).parent
SAMPLE = str(HERE / "sample.py")
ROGUE = str(HERE / "rogue.py")

Start: TypeAlias = Callable[..., Servers]


def rogue(thing: str, **more: object) -> ServerOptions:
    """A server that does one wrong thing."""
    return ServerOptions("r", sys.executable, (ROGUE, thing), **more)  # type: ignore[arg-type]


async def named(servers: Servers, name: str) -> Tool:
    return next(tool for tool in await servers.tools() if tool.name == name)


async def use(tool: Tool, arguments: str = "{}", context: ToolContext | None = None) -> ToolResult:
    return await tool.run(context or ToolContext("c"), arguments)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Makes servers that are ended after the test."""
    made: list[Servers] = []

    def make(*options: ServerOptions) -> Servers:
        made.append(Servers(options))
        return made[-1]

    yield make
    await asyncio.gather(*(servers.aclose() for servers in made))
