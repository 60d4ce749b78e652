"""No size of the terminal is too small, whatever is open."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from tests.app.session import OpenApp
from tests.fakes import DONE
from tests.waiting import until

ANSWER = "**a** `c`\n\n```py\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 漢字 |\n\n- x\n  - y\n"

STATES: dict[str, list[str]] = {
    "prompt": [],
    "command": ["slash"],
    "messages": ["tab"],
    "list": ["ctrl+l"],
    "name": ["ctrl+s"],
    "palette": ["ctrl+p"],
    "switch": ["ctrl+o"],
    "search": ["ctrl+f"],
    "help": ["f1"],
    "model": ["f2"],
}


@pytest.mark.parametrize("keys", STATES.values(), ids=STATES)
async def test_any_size_and_back(open_app: OpenApp, keys: list[str]) -> None:
    async with open_app([[ANSWER, DONE]]) as session:
        await session.ask("question 漢字")
        await session.pilot.press(*keys)
        await session.pilot.pause()
        for size in ((1, 1), (300, 1), (1, 50), (5, 5), (21, 7)):
            await session.pilot.resize_terminal(*size)
            await session.pilot.press("down", "up", "pagedown", "a", "漢")
            await session.pilot.pause()
        await session.pilot.resize_terminal(120, 40)
        await session.pilot.press("escape")
        await session.sees("question 漢字")


async def test_it_can_begin_in_a_single_cell(open_app: OpenApp) -> None:
    async with open_app(size=(1, 1)) as session:
        await session.pilot.press("h", "i")
        await session.pilot.resize_terminal(100, 30)
        await session.sees("hi")


async def test_a_screen_that_missed_the_last_change_of_size_gets_it(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.pilot.resize_terminal(100, 30)
        session.screen._refresh_layout(Size(40, 6))
        assert session.screen.outer_size != session.app.size
        await until(lambda: session.screen.outer_size == session.app.size == Size(100, 30))
