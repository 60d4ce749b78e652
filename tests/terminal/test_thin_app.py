"""When frames are sent, held back, wrapped, and when the application turns lite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

import pyte
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.app import ComposeResult
from textual.widgets import Static

from bnagpt_tui.terminal.display import ASK
from bnagpt_tui.terminal.driver import CountingDriver
from bnagpt_tui.terminal.link import MOST_UNSEEN, SLOW_ANSWER, Link
from bnagpt_tui.terminal.outlet import Outlet
from bnagpt_tui.terminal.screen import EagerScreen
from tests.waiting import until

from .hosts import Host

SIZE = (60, 12)


class Lines(EagerScreen):
    """Some text."""

    def compose(self) -> ComposeResult:
        """A line and a lot of them."""
        yield Static("the first line", id="first")
        yield Static("\n".join(f"{number} " * 20 for number in range(20)))


class Line(Outlet):
    """A line to the terminal that is as full as a test says."""

    def __init__(self) -> None:
        super().__init__(1)
        self.full = False

    @property
    def is_full(self) -> bool:
        """What the test says."""
        return self.full


class RecordingDriver(CountingDriver):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.line = self.outlet = Line()
        self.starts = 1
        self.frames: list[str] = []

    def write(self, data: str) -> None:
        """Keep it."""
        self.frames.append(data)

    def _get_terminal_size(self) -> tuple[int, int]:
        return SIZE

    @property
    def text(self) -> str:
        """What a terminal shows after all of it."""
        screen = pyte.Screen(*SIZE)
        pyte.Stream(screen).feed("".join(self.frames))
        return "\n".join(screen.display)


@asynccontextmanager
async def drawing(
    lite: str = "off", link: Link | None = None
) -> AsyncIterator[tuple[Host, RecordingDriver]]:
    """An application that writes to a driver of the test's."""
    app = Host(Lines, lite=lite)
    if link is not None:
        app._link = link
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        driver, usual = RecordingDriver(), app._driver
        app._driver = driver
        try:
            app.screen.refresh(layout=True)
            await until(lambda: driver.frames)
            yield app, driver
        finally:
            app._driver = usual


def changing(app: Host) -> Callable[[str], None]:
    """Changes the first line."""
    return app.screen.query_one("#first", Static).update


async def test_the_first_frame_is_whole_and_the_next_ones_are_not() -> None:
    async with drawing() as (app, driver):
        assert "the first line" in driver.text
        changing(app)("the first word")
        await until(lambda: "the first word" in driver.text)
        assert "word" in driver.frames[-1]
        assert "first" not in driver.frames[-1]


async def test_a_full_line_gets_the_latest_state_once_it_is_free() -> None:
    async with drawing() as (app, driver):
        driver.line.full = True
        sent = len(driver.frames)
        for number in range(3):
            changing(app)(f"state {number}")
            await until(lambda: not app.screen._dirty_widgets)
        assert len(driver.frames) == sent
        driver.line.full = False
        await until(lambda: "state 2" in driver.text)
        assert "state 1" not in "".join(driver.frames)


async def test_a_frame_that_was_held_back_is_in_the_next_one() -> None:
    async with drawing() as (app, driver):
        driver.line.full = True
        changing(app)("held back")
        await until(lambda: app._held)
        with app.batch_update():
            driver.line.full = False
        app.screen.refresh()
        await until(lambda: "held back" in driver.text)


async def test_nothing_is_tried_again_while_the_terminal_is_lent() -> None:
    async with drawing() as (app, driver):
        driver.line.full = True
        changing(app)("later")
        await until(lambda: app._held)
        with app.batch_update():
            driver.line.full = False
            app._retry()
            assert "later" not in driver.text
        await until(lambda: "later" in driver.text)


async def test_a_terminal_that_was_lent_is_drawn_whole() -> None:
    async with drawing() as (app, driver):
        driver.starts += 1
        changing(app)("back again")
        await until(lambda: "back again" in driver.text)
        assert "19 19" not in driver.frames[-1]
        assert "8 8 8" in driver.frames[-1]


async def test_only_large_frames_are_wrapped() -> None:
    async with drawing() as (app, driver):
        app._sync_available = True
        changing(app)("a word")
        await until(lambda: "a word" in driver.text)
        assert SYNC_START not in driver.frames[-1]
        app.on_app_focus()
        changing(app)("everything")
        await until(lambda: "everything" in driver.text)
        assert driver.frames[-1].startswith(SYNC_START)
        assert driver.frames[-1].endswith(SYNC_END)


async def test_a_late_answer_makes_the_application_lite() -> None:
    async with drawing("auto") as (app, driver):
        assert driver.frames[0].endswith(ASK)
        changing(app)("more")
        await until(lambda: "more" in driver.text)
        assert "".join(driver.frames).count(ASK) == 1
        answer = events.CursorPosition(0, 0)
        answer.time += SLOW_ANSWER + 0.1
        app.on_cursor_position(answer)
        assert app.lite
        assert app.animation_level == "none"


async def test_a_line_that_stays_full_makes_the_application_lite() -> None:
    seconds = count(100.0, 0.5)
    async with drawing("auto", Link(time=lambda: next(seconds))) as (app, driver):
        driver.line.full = True
        changing(app)("stuck")
        await until(lambda: app.lite)


async def test_a_thin_line_gets_the_next_large_frame_when_the_one_before_is_shown() -> None:
    async with drawing("on") as (app, driver):
        assert app.lite
        assert app.animation_level == "none"
        assert driver.frames[0].endswith(ASK)
        app.on_cursor_position(events.CursorPosition(0, 0))
        app.on_app_focus()
        changing(app)("x" * 50)
        await until(lambda: "xxx" in driver.text)
        assert app._link
        app._link.ask(MOST_UNSEEN)
        sent = len(driver.frames)
        for number in range(3):
            changing(app)(f"state {number}")
            await until(lambda: not app.screen._dirty_widgets)
        assert len(driver.frames) == sent
        app.on_cursor_position(events.CursorPosition(0, 0))
        app.on_cursor_position(events.CursorPosition(0, 0))
        await until(lambda: "state 2" in driver.text)
        assert "state 1" not in "".join(driver.frames)


async def test_a_terminal_that_never_answers_is_not_waited_for() -> None:
    async with drawing("on") as (app, driver):
        assert app._link
        app._link.ask(10 * MOST_UNSEEN)
        changing(app)("more")
        await until(lambda: "more" in driver.text)
