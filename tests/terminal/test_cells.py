"""Which columns text takes, and what happens where terminals do not agree on it."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.segment import ControlType, Segment
from textual.strip import Strip

from bnagpt_tui.terminal.cells import Cutter
from bnagpt_tui.terminal.pens import Pens
from bnagpt_tui.terminal.row import Row, Run

from .frames import STYLES, WORDS

PENS = Pens(ColorSystem.TRUECOLOR)


@pytest.mark.parametrize("word", WORDS)
def test_a_strip_has_a_cell_for_each_column(word: str) -> None:
    strip = Strip([Segment("a", STYLES[1]), Segment(word, STYLES[2])])
    cells = Cutter(PENS).cut(strip)
    assert len(cells.text) == len(cells.pens) == strip.cell_length
    assert "".join(cells.text) == f"a{word}"


def test_what_takes_no_column_belongs_to_the_character_before_it() -> None:
    strip = Strip([Segment("日e"), Segment("\u0301"), Segment(""), Segment("x")])
    assert Cutter(PENS).cut(strip).text == ["日", "", "e\u0301", "x"]


def test_what_has_no_character_before_it_is_left_out() -> None:
    assert Cutter(PENS).cut(Strip([Segment("\u0301"), Segment("x")])).text == ["x"]


def test_controls_are_no_text() -> None:
    strip = Strip([Segment("\x07", None, [(ControlType.BELL,)]), Segment("x")])
    assert Cutter(PENS).cut(strip).text == ["x"]


def test_the_same_strip_is_cut_once() -> None:
    cutter, strip = Cutter(PENS), Strip([Segment("text")])
    assert cutter.cut(strip) is cutter.cut(strip)


def test_strips_without_number_are_forgotten() -> None:
    cutter = Cutter(PENS)
    for number in range(3000):
        cutter.cut(Strip([Segment(str(number))]))
    assert len(cutter._known) < 3000


def row(text: str) -> Row:
    """A row of some text."""
    made = Row.unknown(len(Cutter(PENS).cut(Strip([Segment(text)])).text), PENS.plain)
    made.put(0, Cutter(PENS).cut(Strip([Segment(text)])))
    return made


def test_small_gaps_are_sent_and_large_ones_are_not() -> None:
    assert row("abcdefghijkl").changes(row("XbcXefghijkX")) == [Run(0, 4), Run(11, 12)]


def test_both_halves_of_a_wide_character_are_sent() -> None:
    assert row("a日b").changes(row("a本b")) == [Run(1, 3)]


def test_from_doubtful_text_on_the_row_is_sent_to_its_end() -> None:
    assert row("ab👋c    end").changes(row("ab👋d    end")) == [Run(0, 12)]


def test_doubtful_text_that_stays_is_left_alone() -> None:
    one, other = row("ab👋   |words"), row("ab👋   |words")
    one.put(8, Cutter(PENS).cut(Strip([Segment("text!")])))
    other.put(8, Cutter(PENS).cut(Strip([Segment("texts")])))
    one.doubts = other.doubts = (Run(0, 7),)
    assert one.changes(other) == [Run(12, 13)]


def test_half_of_a_wide_character_becomes_a_blank() -> None:
    made = row("日本")
    made.put(1, Cutter(PENS).cut(Strip([Segment("x")])))
    assert made.text == [" ", "x", "本", ""]


def test_nothing_is_put_beyond_the_end() -> None:
    made = row("abc")
    made.put(2, Cutter(PENS).cut(Strip([Segment("xyz")])))
    made.put(3, Cutter(PENS).cut(Strip([Segment("xyz")])))
    assert made.text == ["a", "b", "x"]
