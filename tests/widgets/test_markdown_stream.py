"""However Markdown arrives, it ends up looking the same."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnagpt_tui.widgets.markdown import MarkdownView

from .host import COLOURS, drawn, rendered

FRAGMENTS = (
    "- item\n", "- item\n\n", "  - nested\n", "  continued\n\n", "1. first\n", "2) second\n",
    "10. tenth\n", "- [ ] task\n", "* * *\n", "> quote\n", ">\n", "> - in quote\n", "```\n",
    "```python\n", "~~~\n", "    indented\n", "\ttabbed\n", "# heading\n", "===\n", "---\n",
    "|a|b|\n", "|-|:-:|\n", "|1|2|\n", "[label]: /address\n", "[label]\n", "[text][label]\n",
    "[other]: /there 'title\n", "more'\n", "<div>\n", "</div>\n", "<!-- comment\n", "-->\n",
    "*emphasis* ", "**strong** ", "~~struck~~ ", "`code` ",
    "\n", "\n\n", "words and words ",
    "text\n", "漢字かな交じり文。", "🎉👨‍👩‍👧",
    "مرحبا بالعالم", "  \n", "\\\n", "$a_1*b$ ", "\\(x*y*z\\) ",
    "1.\n", "-\n", "\r\n", "\r", "![image](u)", "https://example.org/x ", "&amp;", "<br>",
    "\x1b[0m", " ", "def f():\n    return 'x'\n", '"""\n',
)  # fmt: skip
"""Pieces of which real answers, and worse ones, are made."""

MARKS = "ab \n\t-*_`~#>|[]():=1.<&$\\+"
"""Characters that mean something."""

TEXTS = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join),
    st.text(alphabet=MARKS, max_size=80),
)
WIDTHS = st.sampled_from((13, 20, 40, 90))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, WIDTHS, st.randoms(use_true_random=False))
def test_a_text_in_pieces_looks_like_the_same_text_at_once(
    text: str, width: int, chance: random.Random
) -> None:
    view = MarkdownView(width, COLOURS)
    at = 0
    while at < len(text):
        size = chance.choice((1, 1, 2, 3, 8, 30))
        view.append(text[at : at + size])
        at += size
    view.finish()
    whole = rendered(text, width)
    assert view.rows == whole.rows
    assert view.codes == whole.codes


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(1, 40), WIDTHS), min_size=1, max_size=6))
def test_a_resize_in_mid_stream_changes_nothing_of_the_end(
    text: str, steps: list[tuple[int, int]]
) -> None:
    at, view, width = 0, MarkdownView(40, COLOURS), 40
    for size, width in steps:
        view = MarkdownView(width, COLOURS)
        view.append(text[:at])
        view.append(text[at : at + size])
        at += size
    view.append(text[at:])
    view.finish()
    assert view.rows == rendered(text, width).rows


@settings(max_examples=80, deadline=None)
@given(TEXTS, WIDTHS)
def test_only_the_rows_from_the_first_changed_one_are_others(text: str, width: int) -> None:
    view = MarkdownView(width, COLOURS)
    for at in range(0, len(text), 3):
        before = list(view.rows)
        first = view.append(text[at : at + 3])
        assert view.rows[:first] == before[:first]
        assert first <= len(view.rows)


@settings(max_examples=80, deadline=None)
@given(TEXTS, WIDTHS)
def test_no_row_is_wider_than_it_may_be_unless_a_block_is_nested_too_deep(
    text: str, width: int
) -> None:
    view = rendered(text, width)
    assert all(row.cells <= width + 8 for row in view.rows)


def grown(*pieces: str, width: int = 40) -> MarkdownView:
    """A text that comes in pieces and is not finished."""
    view = MarkdownView(width, COLOURS)
    for piece in pieces:
        view.append(piece)
    return view


def test_code_is_shown_while_its_fence_is_open() -> None:
    view = grown("Look:\n\n```python\na = 1\n", "b = 2\n", "c =")
    assert drawn(view.rows)[2:] == [
        "┌ python ──────────────────────────────┐",
        "│ a = 1                                │",
        "│ b = 2                                │",
        "│ c =                                  │",
        "└──────────────────────────────────────┘",
    ]
    assert view.codes == ["a = 1\nb = 2\nc ="]


def test_what_only_looked_like_the_closing_fence_is_code() -> None:
    view = grown("```\na\n", "b\n```", "x\n")
    assert view.codes == ["a\nb\n```x"]


def test_text_after_a_closed_fence_is_no_code() -> None:
    view = grown("```\na\nb\n", "```\nafter")
    assert view.codes == ["a\nb"]
    assert drawn(view.rows)[-1] == "after"


def test_a_definition_that_comes_last_makes_links_of_what_was_drawn() -> None:
    text = "See [this] and more.\n\nAnother paragraph.\n\nA third.\nOf two lines.\n\n"
    view = grown(text, "[this]: https://example.org")
    link = view.rows[0].segments[1]
    assert link.text == "this"
    assert link.style is not None
    assert link.style.meta == {"address": "https://example.org"}


def test_the_numbers_of_a_list_go_on_where_it_was_cut() -> None:
    view = grown(*(f"1. item\n\n   more of {number}\n" for number in range(1, 5)))
    firsts = [row for row in drawn(view.rows) if row[:1].isdigit()]
    assert firsts == ["1. item", "2. item", "3. item", "4. item"]


def test_a_line_ending_may_be_cut_in_two() -> None:
    assert drawn(grown("one\r", "\ntwo").rows) == ["one", "two"]


def test_a_carriage_return_at_the_very_end_is_not_lost() -> None:
    view = grown("one\r")
    view.finish()
    assert drawn(view.rows) == ["one"]


def test_a_huge_block_is_drawn_anew_only_as_it_grows_by_a_good_part() -> None:
    view = grown("x" * 30_000)
    assert view.append("y") == len(view.rows)
    view.append("y" * 4_000)
    view.finish()
    assert view.rows == rendered("x" * 30_000 + "y" * 4_001).rows
