"""Tools that cannot be had are told of, and everything else goes on."""

from __future__ import annotations

from bnagpt_tui.backend.events import TurnEnded
from bnagpt_tui.backend.models import Outcome
from bnagpt_tui.backend.store import Archive
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.base import Tool
from tests.backend.talking import ask
from tests.fakes import DONE, Hands, ScriptedEngine, make_chat


class Bad:
    """A lender of which nothing works."""

    async def tools(self) -> tuple[Tool, ...]:
        raise ConnectionResetError("gone")

    def drain_reports(self) -> list[str]:
        return ["It was there."]

    async def aclose(self) -> None:
        raise RuntimeError("it will not end")


class Closed:
    """Something to be ended, and whether it was."""

    is_closed = False

    async def aclose(self) -> None:
        self.is_closed = True


async def test_tools_that_cannot_be_made_leave_questions_to_be_answered(archive: Archive) -> None:
    def make() -> Kit:
        raise ImportError("half a library")

    engine = ScriptedEngine([["Fine.", DONE]], tools=True)
    chat = make_chat(engine, archive, toolbox=Toolbox(make))
    ended = (await ask(chat, chat.new().id))[-1]
    assert isinstance(ended, TurnEnded)
    assert ended.answer.outcome is Outcome.COMPLETE
    assert engine.requests[0].tools == ()
    assert await chat.reports() == ["There are no tools: ImportError: half a library"]
    assert await chat.reports() == []
    await chat.close()


async def test_a_lender_that_fails_takes_no_other_tool_away(archive: Archive) -> None:
    last = Closed()
    toolbox = Toolbox(lambda: Kit(Hands().tools(), (Bad(),), (last,)))
    engine = ScriptedEngine([["Fine.", DONE]], tools=True)
    chat = make_chat(engine, archive, toolbox=toolbox)
    await ask(chat, chat.new().id)
    assert "look" in {tool.name for tool in engine.requests[0].tools}
    assert await chat.reports() == [
        "Some tools are missing: ConnectionResetError: gone",
        "It was there.",
    ]
    await chat.close()
    assert last.is_closed
