"""Text is cut into rows where a reader expects it, and copied as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from bnagpt_tui.widgets.markdown import Row, prefixed, wrap

from .host import drawn

PLAIN = Style()


def copied(rows: list[Row]) -> str:
    """Rows as they are copied, the last one's line ending left out."""
    return "".join(row.text + row.joint for row in rows)[:-1]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [""]),
        ("short", ["short"]),
        ("two words here", ["two words", "here"]),
        ("exactly 10 and", ["exactly 10", "and"]),
        ("abcdefghijklmnop", ["abcdefghij", "klmnop"]),
        ("word abcdefghijklmnop", ["word", "abcdefghij", "klmnop"]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("  indented", ["  indented"]),
        ("a\tb", ["a   b"]),
        ("漢字かな交じり文", ["漢字かな交", "じり文"]),
        ("漢字かなは。よ", ["漢字かな", "は。よ"]),
        ("ação coração", ["ação", "coração"]),
        ("🎉🎉🎉🎉🎉🎉", ["🎉🎉🎉🎉🎉", "🎉"]),
        ("trailing   ", ["trailing"]),
    ],
)
def test_lines_end_between_words_where_they_can(text: str, rows: list[str]) -> None:
    assert drawn(wrap([(text, PLAIN)], 10)) == rows


def test_code_is_cut_at_the_last_column() -> None:
    assert drawn(wrap([("a b c d e f", PLAIN)], 4, words=False)) == ["a b", "c d", "e f"]


@given(st.text(alphabet="ab é漢。🎉 \n", max_size=60), st.integers(2, 12), st.booleans())
def test_what_is_wrapped_is_copied_whole(text: str, width: int, words: bool) -> None:
    rows = wrap([(text, PLAIN)], width, words=words)
    assert copied(rows).split() == text.split()
    assert [line.rstrip() for line in copied(rows).split("\n")] == [
        line.rstrip() for line in text.split("\n")
    ]


@given(st.text(alphabet="ab é漢。🎉 \n", max_size=60), st.integers(4, 12), st.booleans())
def test_no_row_is_too_wide_and_each_knows_its_width(text: str, width: int, words: bool) -> None:
    for row in wrap([(text, PLAIN)], width, words=words):
        assert row.cells == sum(cell_len(segment.text) for segment in row.segments)
        assert row.cells <= width


def test_styles_follow_their_text_over_the_cut() -> None:
    bold = Style(bold=True)
    rows = wrap([("plain ", PLAIN), ("bold and more", bold), (" end", PLAIN)], 10)
    assert [[(part.text, part.style) for part in row.segments] for row in rows] == [
        [("plain ", PLAIN), ("bold", bold)],
        [("and more", bold)],
        [("end", PLAIN)],
    ]


def test_a_prefix_is_copied_only_where_a_line_begins() -> None:
    rows = prefixed(
        wrap([("some words\nnext", PLAIN)], 6), ("- ", PLAIN), ("  ", PLAIN), copied=True
    )
    assert drawn(rows) == ["- some", "  words", "  next"]
    assert copied(rows) == "- some words\n  next"


def test_decoration_is_never_copied() -> None:
    rows = prefixed(wrap([("quoted", PLAIN)], 20), ("▎ ", PLAIN), ("▎ ", PLAIN), copied=False)
    assert drawn(rows) == ["▎ quoted"]
    assert copied(rows) == "quoted"
