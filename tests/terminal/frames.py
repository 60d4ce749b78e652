"""Frames as Textual's compositor makes them, and terminals to see them on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import pyte
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from bnagpt_tui.terminal.picture import Picture

WIDTH: Final = 32
HEIGHT: Final = 10
EDGE: Final = 9
"""Where the second widget begins in each row."""

CONSOLE: Final = Console(color_system="truecolor", force_terminal=True)

STYLES: Final = tuple(
    Style.parse(style)
    for style in (
        "on black",
        "white on black",
        "bold white on black",
        "dim italic red on black",
        "bold dim #ff8800 on black",
        "underline blue on black",
        "reverse green on black",
        "strike #102030 on #304050",
        "color(200) on color(17)",
        "overline white on black",
        "bold underline2 red",
        "link https://example.com/a white on black",
        "none",
    )
)
WORDS: Final = (
    "word",
    "a",
    " ",
    "    ",
    "               ",
    "││",
    "────────",
    "日本語",
    "汉",
    "한국",
    "naïve",
    "é",
    "…·★✗",
    "👋",
    "👍🏽",
    "👩‍👩‍👧",
    "☀️",
    "🇧🇷",
    "e\u0301",
    "नमस्ते",
    "שלום",
)
"""What frames are made of; terminals do not agree on the last ones."""

SURE: Final = WORDS[:13]
"""Those that every terminal draws alike."""

Frame = list[list[Strip]]
"""The strips of each row, for both widgets."""


def strip_of(chance: random.Random, width: int, words: Sequence[str] = WORDS) -> Strip:
    """A strip of some words."""
    segments = [
        Segment(chance.choice(words), chance.choice(STYLES)) for _ in range(chance.randrange(1, 7))
    ]
    ground = STYLES[chance.randrange(2)]
    return Strip(segments).adjust_cell_length(width, ground)


def frame_of(chance: random.Random, words: Sequence[str] = WORDS) -> Frame:
    """A whole screen."""
    return [
        [strip_of(chance, EDGE, words), strip_of(chance, WIDTH - EDGE, words)]
        for _ in range(HEIGHT)
    ]


def whole(frame: Frame) -> LayoutUpdate:
    """The update that draws all of a frame."""
    return LayoutUpdate([list(row) for row in frame], Region(0, 0, WIDTH, HEIGHT))


def part(frame: Frame, rows: Sequence[int], first: int, last: int) -> ChopsUpdate:
    """The update that draws some columns of some rows."""
    chops = [dict(zip((0, EDGE), row, strict=True)) for row in frame]
    return ChopsUpdate(chops, [(y, first, last) for y in rows], [[EDGE, WIDTH]] * HEIGHT)


class Screen(pyte.Screen):
    """A screen that draws what follows a character of no width, too."""

    def draw(self, data: str) -> None:
        """Draw text, a character at a time."""
        for char in data:
            super().draw(char)


class Terminal:
    """A terminal that knows what stands in each of its cells."""

    def __init__(self) -> None:
        self._screen = Screen(WIDTH, HEIGHT)
        self._screen.reset_mode(pyte.modes.DECAWM)
        self._stream = pyte.Stream(self._screen)
        self.sent = 0
        """Characters that came."""

    def take(self, sequence: str) -> None:
        """Show what is sent."""
        self.sent += len(sequence)
        self._stream.feed(sequence)

    def take_whole(self, frame: Frame) -> None:
        """Show a frame as Textual sends it, each strip at its place."""
        self.take(part(frame, range(HEIGHT), 0, WIDTH).render_segments(CONSOLE))

    @property
    def cells(self) -> list[list[tuple[object, ...]]]:
        """What is seen in each cell."""
        return [[_seen(self._screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]

    @property
    def text(self) -> list[str]:
        """The rows, without blanks at their ends."""
        rows = range(HEIGHT)
        return [
            "".join(self._screen.buffer[y][x].data for x in range(WIDTH)).rstrip() for y in rows
        ]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    """What can be seen of a cell: on a blank, no weight and, unless underlined, no colour."""
    if cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse):
        return " ", cell.bg
    return tuple(cell)


def picture() -> Picture:
    """A picture of which nothing is known."""
    return Picture(Size(WIDTH, HEIGHT), ColorSystem.TRUECOLOR)
