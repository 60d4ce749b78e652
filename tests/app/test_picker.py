"""One of very many is picked without holding anything up."""

from __future__ import annotations

import gc

from textual import events
from textual.app import App

from benchmarks.freezing import watched
from bnagpt_tui.screens.picker import Choice, PickerScreen
from bnagpt_tui.theme import VARIABLES
from tests.waiting import until


class _Host(App[None]):
    """Shows a picker."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables of the real application."""
        return VARIABLES


async def test_typing_in_a_list_of_very_many_holds_nothing_up_and_enter_picks_what_fits() -> None:
    choices = [Choice(str(number), f"same ({number})") for number in range(40_000)]
    choices.append(Choice("long", "wxyz" * 200_000))
    picked: list[str | None] = []
    longest: dict[str, float] = {}
    app = _Host()
    async with app.run_test() as pilot:
        await app.push_screen(PickerScreen("Pick", choices), picked.append)
        await pilot.pause()
        gc.collect()
        gc.freeze()  # what other tests left behind is not this one's to look through
        with watched(longest, "typing"):
            for key in "(31415)":
                app.post_message(events.Key(key, key))
            app.post_message(events.Key("enter", None))
            await until(lambda: picked, seconds=30)
    gc.unfreeze()
    assert picked == ["31415"]
    assert longest["typing"] < 300  # of seconds for all of them at once; tracing takes its part
