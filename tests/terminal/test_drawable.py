"""Nothing that a widget draws commands the terminal, by our drawing or by Textual's."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import InlineUpdate
from textual.strip import Strip

from bnagpt_tui.terminal.drawable import LONGEST_LINK, drawable, drawable_strip, drawable_update
from tests.hostile import obeyed

from .frames import CONSOLE, HEIGHT, STYLES, WIDTH, Terminal, part, picture, whole

HOSTILE = (
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x90q\x9c",
    "\x00\x08\x0e",
    "\n\r\t",
    "\u202eevil\u202c",
    "\u2028\u2029\u200f",
    "\ud800",
    "\ufeff\ufffe",
    "\U000e0041\U000e0042",
    "e" + "\u0301" * 3000,
    "👩" + "\u200d👩" * 1500,
    "a\u200d\x1bb",
    "[/bold][@click=app.quit]x",
    "日本",
    "plain",
)
LINKS = ("https://a/\x1b]0;owned\x07", "x\x9cy\n\u202e\ud800", "https://ä/?q=日", "y" * 5000)


def hostile_strip(chance: random.Random, width: int) -> Strip:
    """A strip that holds whatever a careless widget may have been given."""
    segments = []
    for _ in range(chance.randrange(1, 5)):
        style = chance.choice(STYLES)
        if chance.random() < 0.3:
            style += Style(link=chance.choice(LINKS))
        control = [(ControlType.BELL,)] if chance.random() < 0.1 else None
        segments.append(Segment(chance.choice(HOSTILE), style, control))
    return Strip(segments).adjust_cell_length(width, STYLES[0])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_keeps_its_columns_and_loses_what_is_obeyed(text: str) -> None:
    shown = drawable(text)
    assert not obeyed(shown)
    assert len(shown) <= 40
    if "\u200d" not in text:
        assert cell_len(shown) == cell_len(text)


@pytest.mark.parametrize("draw", ["ours", "Textual's"])
def test_whatever_is_drawn_only_the_sequences_of_drawing_are_sent(draw: str) -> None:
    chance = random.Random(7)
    ours = picture()
    for _ in range(60):
        frame = [
            [hostile_strip(chance, 9), hostile_strip(chance, WIDTH - 9)] for _ in range(HEIGHT)
        ]
        for update in (whole(frame), part(frame, range(HEIGHT), 0, WIDTH)):
            if draw == "ours":
                sent = ours.draw(update)
            else:
                safe = drawable_update(update)
                assert safe is not None
                sent = safe.render_segments(CONSOLE)
            assert not obeyed(sent)
            assert len(sent) < 40_000
            sent.encode()
            Terminal().take(sent)


def test_inline_updates_are_made_drawable_too() -> None:
    safe = drawable_update(InlineUpdate([Strip([Segment("a\x1b[2Jb")])]))
    assert safe is not None
    assert "a[2Jb" in safe.render_segments(CONSOLE)


def test_what_is_no_update_is_not_drawn() -> None:
    assert drawable_update("\x1b[2J") is None


def test_a_strip_without_anything_to_refuse_is_the_same_strip() -> None:
    strip = Strip(
        [Segment("naïve 日本 👋 ", STYLES[1]), Segment("x", Style(link="https://a.b/c?d=e#f"))]
    )
    assert drawable_strip(strip) is strip


def test_an_address_beyond_all_measure_is_no_link() -> None:
    strip = drawable_strip(Strip([Segment("x", Style(link="y" * (LONGEST_LINK + 1)))]))
    assert all(segment.style is not None and not segment.style.link for segment in strip)


def test_flags_are_drawn_whole() -> None:
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert drawable(scotland) == scotland
