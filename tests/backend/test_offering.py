"""More tools than a service takes: the best are told, and the user which are not."""

from __future__ import annotations

from bnagpt_tui.backend.events import Noted
from bnagpt_tui.backend.store import Archive
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.base import Tool, ToolContext, ToolResult, tool_from
from tests.backend.talking import ask
from tests.fakes import ScriptedEngine, make_chat


def tool(name: str) -> Tool:
    async def work(_context: ToolContext) -> ToolResult:
        """Work."""
        return ToolResult("done")

    work.__name__ = name
    return tool_from(work)


class Lends:
    """A lender of many tools."""

    async def tools(self) -> tuple[Tool, ...]:
        return tuple(tool(f"{name}__t{number}") for name in "ab" for number in range(100))

    def drain_reports(self) -> list[str]:
        return []

    async def aclose(self) -> None:
        """End nothing."""


async def test_a_request_has_128_tools_at_most_and_the_rest_is_named_once(
    archive: Archive,
) -> None:
    engine = ScriptedEngine(tools=True)
    chat = make_chat(engine, archive, toolbox=Toolbox(lambda: Kit((tool("own"),), (Lends(),))))
    conversation = chat.new()
    events = [*await ask(chat, conversation.id), *await ask(chat, conversation.id)]
    told = [spec.name for spec in engine.requests[-1].tools]
    assert len(told) == 128
    assert told[0] == "own"
    assert {name[0] for name in told[1:]} == {"a", "b"}
    [note] = [event.sentence for event in events if isinstance(event, Noted)]
    assert "128 of 201 tools" in note
    assert "a__t64" in note
    await chat.close()


async def test_tools_that_all_fit_are_told_as_they_are(archive: Archive) -> None:
    engine = ScriptedEngine(tools=True)
    chat = make_chat(engine, archive, toolbox=Toolbox(lambda: Kit((tool("b"), tool("a")))))
    events = await ask(chat, chat.new().id)
    assert [spec.name for spec in engine.requests[-1].tools] == ["b", "a"]
    assert not [event for event in events if isinstance(event, Noted)]
    await chat.close()
