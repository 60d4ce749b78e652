"""Leaving out what does not show changes nothing that is seen."""

from __future__ import annotations

import random
from collections.abc import Callable

import pyte
import pytest
from textual._compositor import ChopsUpdate, Compositor
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region, Size
from textual.pilot import Pilot
from textual.widgets import Static

from bnagpt_tui.terminal.compositor import FrugalCompositor
from bnagpt_tui.terminal.screen import EagerScreen

from .frames import CONSOLE
from .hosts import Host

SIZE = (40, 16)


class Layers(EagerScreen):
    """Widgets beside, inside and over each other, some of them cut off."""

    CSS = """
    Screen { layers: below above; }
    #left { width: 10; border: round red; }
    #inner { height: 30; width: 60; }
    #over { layer: above; offset: 6 3; width: 20; height: 5; background: blue; }
    """

    def compose(self) -> ComposeResult:
        """All of them."""
        with Horizontal():
            yield Static("left " * 40, id="left")
            with Vertical():
                yield Static("right " * 30)
                yield Static("inner " * 300, id="inner")
        yield Static("over everything " * 5, id="over")


def drawn(compositor: Compositor, draw: Callable[[], ChopsUpdate | None]) -> list[str]:
    """The terminal after an update over nothing."""
    screen = pyte.Screen(*SIZE)
    stream = pyte.Stream(screen)
    update = draw()
    if update is not None:
        stream.feed(update.render_segments(CONSOLE).replace("\n", ""))
    return list(screen.display)


async def some(pilot: Pilot[None], chance: random.Random) -> set[Region]:
    """Some regions of the screen."""
    await pilot.pause()
    width, height = SIZE
    regions = set()
    for _ in range(chance.randrange(1, 4)):
        x, y = chance.randrange(width), chance.randrange(height)
        region = Region(x, y, chance.randrange(1, 20), chance.randrange(1, 8))
        regions.add(region.intersection(Region(0, 0, width, height)))
    return regions


@pytest.mark.parametrize("seed", range(3))
async def test_an_update_shows_what_textuals_own_would(seed: int) -> None:
    chance = random.Random(seed)
    async with Host(Layers).run_test(size=SIZE) as pilot:
        compositor = pilot.app.screen._compositor
        assert isinstance(compositor, FrugalCompositor)
        for _ in range(20):
            regions = await some(pilot, chance)
            compositor._dirty_regions = regions.copy()
            usual = drawn(compositor, lambda: Compositor.render_partial_update(compositor))
            compositor._dirty_regions = regions.copy()
            assert drawn(compositor, compositor.render_partial_update) == usual


async def test_what_nothing_changed_on_is_not_asked() -> None:
    async with Host(Layers).run_test(size=SIZE) as pilot:
        await pilot.pause()
        compositor = pilot.app.screen._compositor
        left = pilot.app.screen.query_one("#left")
        region = left.region
        compositor._dirty_regions = {Region(region.right, 12, 4, 1)}
        update = compositor.render_partial_update()
        assert update is not None
        assert update.chops[12][0] is None


async def test_without_a_change_there_is_no_update() -> None:
    async with Host(Layers).run_test(size=SIZE) as pilot:
        await pilot.pause()
        compositor = pilot.app.screen._compositor
        compositor._dirty_regions = set()
        assert compositor.render_partial_update() is None
        assert compositor.size == Size(*SIZE)
