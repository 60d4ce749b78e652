"""From one pen to the next in few bytes."""

from __future__ import annotations

import itertools
import re

import pytest
from rich.color import ColorSystem
from rich.style import Style

from bnagpt_tui.terminal.pens import Pen, Pens

from .frames import STYLES

PAIRS = list(itertools.product(STYLES, STYLES))
ENDS = {"22": {"1", "2"}, "23": {"3"}, "24": {"4"}, "27": {"7"}, "28": {"8"}, "29": {"9"}}


def obeyed(pen: Pen, sequence: str) -> tuple[set[str], str, str]:
    """What a terminal makes of a sequence: attributes and colours."""
    attributes, colours = set(pen.attributes), {"3": pen.foreground, "4": pen.background}
    for codes in re.findall(r"\x1b\[([\d;]*)m", sequence):
        for code in re.findall(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+", codes):
            if code == "0":
                attributes, colours = set(), {"3": "", "4": ""}
            elif code in ENDS:
                attributes -= ENDS[code]
            elif code in {"39", "49"}:
                colours[code[0]] = ""
            elif code[0] in "34" and len(code) > 1:
                colours[code[0]] = code
            else:
                attributes.add(code)
    return attributes, colours["3"], colours["4"]


def parts(pen: Pen) -> tuple[set[str], str, str]:
    """Attributes and colours."""
    return set(pen.attributes), pen.foreground, pen.background


@pytest.fixture
def pens() -> Pens:
    """The pens of a terminal that has all colours."""
    return Pens(ColorSystem.TRUECOLOR)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_pen_becomes_every_other(pens: Pens, one: Style, other: Style) -> None:
    current, wanted = pens.of(one), pens.of(other)
    sequence, end = pens.turn(current, wanted)
    assert end is wanted
    assert obeyed(current, sequence) == parts(wanted)
    assert ("\x1b]8;" in sequence) == (current.link != wanted.link)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_blank_is_drawn_with_whatever_looks_the_same(
    pens: Pens, one: Style, other: Style
) -> None:
    current, wanted = pens.of(one), pens.of(other).blank
    sequence, end = pens.turn(current, wanted)
    assert obeyed(current, sequence) == parts(end)
    assert end.blank is wanted.blank


def test_only_what_differs_is_said(pens: Pens) -> None:
    plain, bold = pens.of(Style.parse("red on black")), pens.of(Style.parse("bold red on black"))
    assert pens.turn(plain, bold)[0] == "\x1b[1m"
    assert pens.turn(bold, plain)[0] == "\x1b[22m"


def test_equal_styles_share_a_pen(pens: Pens) -> None:
    assert pens.of(Style.parse("bold red")) is pens.of(Style(color="red", bold=True))
    assert pens.of(None) is pens.plain


def test_bright_colours_are_colours(pens: Pens) -> None:
    pens = Pens(ColorSystem.STANDARD)
    pen = pens.of(Style.parse("bright_red on bright_blue"))
    assert parts(pen) == (set(), "91", "104")


def test_pens_without_number_are_forgotten(pens: Pens) -> None:
    for number in range(10_000):
        pens.of(Style(link=f"https://example.com/{number}"))
    assert len(pens._pens) < 10_000
    assert pens.of(None) is pens.plain
