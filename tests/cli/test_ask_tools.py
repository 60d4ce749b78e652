"""`bnagpt ask` with a model that uses tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.groq_server import (
    Answer,
    GroqServer,
    ToolCallPiece,
)

if TYPE_CHECKING:
    from .conftest import CommandLine


async def test_tools_are_used_and_what_is_cited_is_listed(
    command_line: CommandLine, server: GroqServer
) -> None:
    arguments = '{"call_id":"c1","start":0}'
    call = ToolCallPiece(0, "c1", "read_more", arguments)
    server.script(Answer("", tool_calls=(call,), finish="tool_calls"), Answer("Nothing more."))
    ran = await command_line.ask("q")
    assert (ran.status, ran.out) == (0, "Nothing more.\n")
    assert "read_more" in ran.err
    assert server.requests[1].body["messages"][-1]["role"] == "tool"


async def test_a_tool_that_acts_is_refused_without_leave(
    command_line: CommandLine, server: GroqServer
) -> None:
    call = ToolCallPiece(0, "c1", "run_python", '{"code":"6*7"}')
    calls = Answer("", tool_calls=(call,), finish="tool_calls")
    server.script(calls, Answer("Sorry."), calls, Answer("It is 42."))
    ran = await command_line.ask("q")
    assert "not allowed with --allow" in ran.err
    assert "did not allow" in server.requests[1].body["messages"][-1]["content"]
    ran = await command_line.ask("q", "--allow", "run_python")
    assert "42" in server.requests[3].body["messages"][-1]["content"]
    assert ran.out == "It is 42.\n"


async def test_an_address_that_nobody_named_is_refused_with_what_allows_it(
    command_line: CommandLine, server: GroqServer
) -> None:
    call = ToolCallPiece(0, "c1", "read_page", '{"address":"http://127.0.0.1:9/?q=secret"}')
    calls = Answer("", tool_calls=(call,), finish="tool_calls")
    server.script(calls, Answer("Sorry."), calls, Answer("Well."), calls, Answer("Well."))
    ran = await command_line.ask("q")
    assert "--allow read_page allows it" in ran.err
    assert "did not allow" in server.requests[1].body["messages"][-1]["content"]
    for words in (("q", "--allow", "read_page"), ("read http://127.0.0.1:9/?q=secret",)):
        ran = await command_line.ask(*words)
        assert "127.0.0.1 is not on the open Internet" in ran.err


async def test_a_tool_that_there_is_not_cannot_be_allowed(
    command_line: CommandLine, server: GroqServer
) -> None:
    ran = await command_line.ask("q", "--allow", "run_pyton")
    assert ran.status == 2
    assert "no tool “run_pyton”. Did you mean “run_python”?" in ran.err
    assert server.requests == []


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_name_to_save_under_is_not_empty(command_line: CommandLine, name: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        await command_line.ask("q", "--save", name)
