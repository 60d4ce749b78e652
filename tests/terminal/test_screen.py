"""What is typed is drawn at once; the rest waits for its time."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.widgets import Input, Static

from bnagpt_tui.terminal.screen import EagerScreen

from .hosts import Host


class Form(EagerScreen):
    """A field, which has the focus, and something else."""

    AUTO_FOCUS = "Input"

    def compose(self) -> ComposeResult:
        """Both of them."""
        yield Static("text")
        yield Input()


async def test_the_focused_widget_is_drawn_without_waiting() -> None:
    async with Host(Form).run_test() as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        screen._dirty_widgets.add(screen.query_one(Input))
        await screen._on_idle(events.Idle())
        assert not screen._dirty_widgets


async def test_other_widgets_wait() -> None:
    async with Host(Form).run_test() as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        screen._dirty_widgets.add(screen.query_one(Static))
        await screen._on_idle(events.Idle())
        assert screen._dirty_widgets


async def test_a_flood_of_keys_is_not_drawn_key_by_key() -> None:
    async with Host(Form).run_test() as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        drawn = 0
        for _ in range(50):
            screen._dirty_widgets.add(screen.query_one(Input))
            await screen._on_idle(events.Idle())
            drawn += not screen._dirty_widgets
        assert drawn < 25


async def test_nothing_is_drawn_while_the_terminal_is_lent() -> None:
    async with Host(Form).run_test() as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        with pilot.app.batch_update():
            screen._dirty_widgets.add(screen.query_one(Input))
            await screen._on_idle(events.Idle())
            assert screen._dirty_widgets
