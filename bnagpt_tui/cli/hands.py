"""What `bnagpt doctor` says of tools: who searches, what runs code, which servers lend more."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .findings import Finding, Mark

if TYPE_CHECKING:
    from ..backend.settings import Settings


async def tools(settings: Settings) -> list[Finding]:
    """What tools can do here, and what has to be installed for more."""
    if not settings.tools:
        return [Finding("tools", Mark.WARNING, "switched off (tools = false)")]
    return [_searching(settings), *await _running(settings), *_lending(settings)]


def _searching(settings: Settings) -> Finding:
    service = settings.web_search
    if service == "ddgs" and importlib.util.find_spec("ddgs") is None:
        return Finding("web search", Mark.WARNING, "needs pip install 'bnagpt-tui[web]'")
    if service in {"tavily", "brave"} and not settings.web_search_key:
        return Finding("web search", Mark.BAD, f"{service} wants a key: set web_search_key")
    if service == "searxng" and not settings.web_search_url:
        return Finding("web search", Mark.BAD, "searxng has no address: set web_search_url")
    return Finding("web search", Mark.GOOD, service)


async def _running(settings: Settings) -> list[Finding]:
    """What runs code, and what does not hold here that holds elsewhere."""
    if settings.sandbox == "off":
        return [Finding("code", Mark.WARNING, "never runs (sandbox = off)")]
    from ..backend.assemble import build_sandbox  # noqa: PLC0415  # the doctor's alone

    sandbox = build_sandbox(settings)
    try:
        sentence, works = await sandbox.describe()
        weaknesses = sandbox.weaknesses()
    finally:
        await sandbox.aclose()
    found = [Finding("code", Mark.GOOD if works else Mark.WARNING, sentence)]
    return [*found, *(Finding("code", Mark.WARNING, each) for each in weaknesses)]


def _lending(settings: Settings) -> Iterator[Finding]:
    if not settings.mcp_servers:
        return
    if importlib.util.find_spec("mcp") is None:
        yield Finding("MCP servers", Mark.BAD, "need pip install 'bnagpt-tui[mcp]'")
    else:
        yield Finding("MCP servers", Mark.GOOD, ", ".join(settings.mcp_servers))
