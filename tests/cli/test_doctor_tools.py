"""What the doctor says of tools."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from bnagpt_tui.backend.settings import Settings
from bnagpt_tui.cli.findings import Mark
from bnagpt_tui.cli.hands import tools
from tests.tools.sandbox.conftest import has_bwrap


def settings(tmp_path: Path, **chosen: object) -> Settings:
    directories = {"data_dir": tmp_path / "data", "config_dir": tmp_path / "config"}
    return Settings(**{**directories, "sandbox": "off", **chosen})  # type: ignore[arg-type]


async def test_tools_that_are_off_are_not_looked_at(tmp_path: Path) -> None:
    [finding] = await tools(settings(tmp_path, tools=False))
    assert (finding.subject, finding.mark) == ("tools", Mark.WARNING)


@pytest.mark.parametrize(
    ("chosen", "mark", "text"),
    [
        ({"web_search": "ddgs"}, Mark.GOOD, "ddgs"),
        ({"web_search": "groq"}, Mark.GOOD, "groq"),
        ({"web_search": "tavily"}, Mark.BAD, "web_search_key"),
        ({"web_search": "searxng"}, Mark.BAD, "web_search_url"),
        ({"web_search": "tavily", "web_search_key": "k"}, Mark.GOOD, "tavily"),
    ],
)
async def test_what_searching_lacks_is_named(
    tmp_path: Path, chosen: dict[str, str], mark: Mark, text: str
) -> None:
    searching, running = await tools(settings(tmp_path, **chosen))
    assert (searching.mark, text in searching.text) == (mark, True)
    assert "never runs" in running.text


async def test_what_runs_code_is_told(tmp_path: Path) -> None:
    _, running = await tools(settings(tmp_path, sandbox="monty"))
    assert (running.mark, "pydantic-monty" in running.text) == (Mark.GOOD, True)


async def test_where_nothing_runs_code_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    _, running = await tools(settings(tmp_path, sandbox="bwrap"))
    assert (running.mark, "install bubblewrap" in running.text) == (Mark.WARNING, True)


@pytest.mark.skipif(not has_bwrap(), reason="bwrap is not there, or may not work here")
async def test_what_does_not_hold_of_the_sandbox_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "sparc64")
    _, running, *weaknesses = await tools(settings(tmp_path, sandbox="bwrap"))
    assert running.mark is Mark.GOOD
    assert {finding.mark for finding in weaknesses} == {Mark.WARNING}
    assert "not filtered" in weaknesses[0].text


async def test_servers_that_lend_tools_are_named(tmp_path: Path) -> None:
    *_, lending = await tools(settings(tmp_path, mcp_servers={"notes": {"command": "x"}}))
    assert (lending.subject, lending.text) == ("MCP servers", "notes")
