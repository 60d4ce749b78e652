"""An application whose model uses tools."""

from __future__ import annotations

import json

from bnagpt_tui.widgets.approval_bar import ApprovalBar
from tests.app.session import Session
from tests.fakes import CALLS, ScriptedEngine, Step, call
from tests.waiting import until


def acts(code: str) -> list[Step]:
    """An answer that asks for the tool `act`."""
    return [call("c1", "act", json.dumps({"code": code})), CALLS]


ACTS = acts("print(1)\nprint(2)")
LONG = acts("\n".join(f"print({number})" for number in range(60)))
LOOKS: list[Step] = [call("c1", "look", '{"what":"rain"}'), CALLS]


def engine(*scripts: list[Step]) -> ScriptedEngine:
    return ScriptedEngine([*scripts], tools=True)


async def send(session: Session, text: str) -> None:
    session.screen.prompt.focus()
    session.screen.prompt.put(text)
    await session.press("enter")


async def armed(session: Session) -> ApprovalBar:
    await until(lambda: session.screen.approval_bar and session.screen.approval_bar.armed)
    bar = session.screen.approval_bar
    assert bar is not None
    return bar
