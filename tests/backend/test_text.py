"""Text from outside cannot command a terminal."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.backend.text import in_full, one_line, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\x00b", "a␀b"),
        ("\x9b31m", "\ufffd31m"),
        ("\x7f", "␡"),
        ("abc\u202edcba", "abcdcba"),
        ("\u2066x\u2069", "x"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("line\u2028next", "line\nnext"),
        ("\ud800", "\ufffd"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("família 👨‍👩‍👧 日本", "família 👨‍👩‍👧 日本"),
    ],
)
def test_controls_are_shown_or_stripped(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@given(st.text(alphabet=st.characters()))
def test_nothing_unsafe_is_left_and_all_can_be_encoded(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert visible(shown) == shown


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_short_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert "\t" not in line


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert one_line("one two three four", 10) == "one two t…"


@given(st.text())
def test_all_of_a_text_that_is_shown_in_full_can_be_seen(text: str) -> None:
    shown = in_full(text)
    assert all(
        character.isprintable() or character in "\n\t"
        for character in shown
        if category(character) != "Zs"
    )
    assert in_full(shown) == shown
