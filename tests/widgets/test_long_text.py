"""A text of any length costs what is looked at, and looks the same however it came."""

from __future__ import annotations

import random
from time import perf_counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bnagpt_tui.widgets.markdown import Row, row_of, wrap
from bnagpt_tui.widgets.markdown.cutting import MOST, MOST_OF_TABLE, Cutter
from bnagpt_tui.widgets.markdown.part import Part
from bnagpt_tui.widgets.markdown.plain_cutting import PlainCutter
from bnagpt_tui.widgets.message_excerpt import CodePlace, whole_code
from bnagpt_tui.widgets.message_pencils import MarkdownPencil, PlainPencil
from bnagpt_tui.widgets.message_text import MOST_DRAWN, LongText

from .host import COLOURS, drawn, rendered

FOREVER = 1e18
WAITING = row_of([("…", COLOURS.dim)])

UNITS = (
    "Some *words* in a paragraph that goes on for a while, see [one].\n\n",
    "# A heading\n",
    "- [ ] a task\n",
    "1. a step\n\n",
    "- top\n  - nested\n    - deeper\n",
    "  - nested\n",
    "> a quote\n",
    "> a quote\n>\n> - with a list\n\n",
    "```python\nx = 1\n\ny = 2\n```\n",
    "```\na\n```\n\n",
    "|a|b|\n|-|-|\n" + "|1|2|\n" * 30 + "\n",
    "|1|2|\n",
    "word ",
    "漢字",
    "x",
    "\n",
    "<div>\n",
    "[one]: https://a.example\n",
    "```markdown\n# t\n\n```sh\nx\n```\n\n```\n\n",
    "```python\n",
    "x = 1\n",
    "~~~\n",
)
TEXTS = st.lists(st.tuples(st.sampled_from(UNITS), st.integers(1, 700)), max_size=7).map(
    lambda pieces: "".join(
        unit * (count if len(unit) < 40 else count // 8) for unit, count in pieces
    )
)


class CountingPencil(MarkdownPencil):
    """Draws Markdown, and counts the characters that it was given to draw."""

    drawn = 0

    def draw(self, part: Part, number: int, *, is_last: bool):  # type: ignore[no-untyped-def]
        """Begin a part."""
        if not part.source.isspace():
            self.drawn += part.end - part.start
        return super().draw(part, number, is_last=is_last)


def long_text(width: int = 60) -> tuple[LongText, CountingPencil]:
    """An empty Markdown text."""
    pencil = CountingPencil(width, COLOURS)
    return LongText(pencil, Cutter(), width, WAITING), pencil


def looked_through(text: LongText) -> LongText:
    """The text, once all of it was looked through."""
    while not text.is_cut:
        text.work()
    return text


def whole(source: str, width: int = 60) -> LongText:
    """A finished Markdown text that came at once."""
    text, _ = long_text(width)
    text.append(source)
    text.finish()
    return looked_through(text)


def all_rows(text: LongText) -> list[Row]:
    """All rows, each part drawn."""
    text.realize(0, 1 << 40)
    return [text.row(index) for index in range(text.height)]


def cut(source: str, sizes: list[int]) -> list[tuple[object, ...]]:
    """The parts of a text that comes in pieces of some sizes, over and over."""
    cutter, at, number = Cutter(), 0, 0
    while at < len(source):
        size = sizes[number % len(sizes)]
        cutter.append(source[at : at + size])
        cutter.work(FOREVER)
        at, number = at + size, number + 1
    return [(part.source, *part[3:]) for part in (*cutter.parts, cutter.last)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, st.lists(st.sampled_from((1, 7, 64, 999, 5_000)), min_size=1, max_size=4))
def test_a_text_in_pieces_is_cut_where_the_same_text_at_once_is(
    source: str, sizes: list[int]
) -> None:
    parts = cut(source, [max(1, len(source))])
    if 1 in sizes and len(source) > 20_000:
        sizes = [size + 13 for size in sizes]
    assert cut(source, sizes) == parts
    assert "".join(str(part[0]) for part in parts) == source
    assert max((len(str(part[0])) for part in parts), default=0) <= MOST_OF_TABLE + 32


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(TEXTS, st.randoms(use_true_random=False))
def test_a_long_text_in_pieces_looks_like_the_same_text_at_once(
    source: str, chance: random.Random
) -> None:
    source = source[:14_000]
    text, _ = long_text()
    at = 0
    while at < len(source):
        size = chance.choice((40, 300, 3_000))
        text.append(source[at : at + size])
        if chance.random() < 0.3:
            text.realize(text.realize(looked_through(text).height, -20), 20)
        at += size
    text.finish()
    assert all_rows(looked_through(text)) == all_rows(whole(source))


@pytest.mark.parametrize("unit", UNITS[:5] + UNITS[6:11] + UNITS[17:18])
def test_a_text_that_is_cut_looks_like_one_that_is_not(unit: str) -> None:
    source = "Before.\n\n" + unit * (30_000 // len(unit)) + "\n\nAfter."
    if unit.startswith("1. "):
        source = "".join(f"{number}. a step\n\n" for number in range(1, 2_000))
    assert drawn(all_rows(whole(source))) == drawn(rendered(source, 60).rows)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit[:12])
def test_only_what_is_looked_at_is_drawn(unit: str) -> None:
    text, pencil = long_text()
    text.append(unit * (2_000_000 // len(unit)))
    text.finish()
    looked_through(text)
    text.realize(text.realize(text.height, -40), 40)
    text.realize(0, 40)
    assert pencil.drawn < 12 * MOST_OF_TABLE
    assert text.drawn_rows < 60_000


def test_a_text_is_looked_through_a_little_at_a_time() -> None:
    text, _ = long_text()
    text.append("```\na\n```\n" * 500_000)
    begin, slices = perf_counter(), 0
    while not text.is_cut and slices < 5:
        text.work(0.005)
        slices += 1
    assert slices == 5
    assert perf_counter() - begin < 5
    assert drawn([text.row(0)]) == ["…"]


def test_few_parts_stay_drawn() -> None:
    text = whole("Some words.\n\n" * 40_000)
    for row in range(0, text.height, 300):
        text.realize(row, 30)
    assert text.drawn_rows < (MOST_DRAWN + 1) * MOST


def test_what_grows_by_little_costs_little() -> None:
    text, pencil = long_text()
    for _ in range(3_000):
        text.append("Some more words.\n\n")
        text.realize(text.realize(text.height, -30), 30)
    assert pencil.drawn < 3_000 * 17 * 2


def test_a_link_is_defined_in_another_part() -> None:
    text, _ = long_text()
    text.append("See [one].\n\n" + "Some words.\n\n" * 1_000)
    text.realize(0, 10)
    assert not _address(text.row(0))
    text.append("[one]: https://a.example\n\n")
    text.finish()
    text.realize(0, 10)
    assert _address(text.row(0)) == "https://a.example"


def _address(row: Row) -> str:
    styles = [part.style for part in row.segments if part.style is not None]
    return str(next((style.meta["address"] for style in styles if style.meta), ""))


def test_code_in_many_parts_is_one_box_and_is_copied_whole() -> None:
    code = "".join(f"line({number})\n" for number in range(5_000)).removesuffix("\n")
    text = whole(f"Look:\n\n```python\n{code}\n```\n\nDone.")
    shown = drawn(all_rows(text))
    assert sum(row.startswith("┌") for row in shown) == 1
    assert sum(row.startswith("└") for row in shown) == 1
    assert sum(row.startswith("│ line(") for row in shown) == 5_000
    assert whole_code(text, CodePlace(0, 0)) == (code, "python")
    assert whole_code(text, CodePlace(3, 0)) == (code, "python")


def test_a_table_in_many_parts_has_one_head() -> None:
    rows = "".join(f"|{number}|{'word ' * 30}|\n" for number in range(400))
    shown = drawn(all_rows(whole(f"|n|text|\n|-|-|\n{rows}")))
    assert sum(row.startswith("n ") for row in shown) == 1
    assert all(any(row.startswith(f"{number} ") for row in shown) for number in range(400))


def test_a_list_that_is_set_in_goes_on_set_in() -> None:
    shown = drawn(all_rows(whole("- top\n" + "  - inner\n    - deeper\n" * 1_500)))
    assert set(shown) == {"• top", "  ◦ inner", "    ▪ deeper"}
    assert shown.count("  ◦ inner") == 1_500


def test_a_line_that_is_cut_is_copied_as_one() -> None:
    source = "word " * 5_000
    copied = "".join(row.text + row.joint for row in all_rows(whole(source)))
    assert copied.split() == source.split()
    assert "\n" not in copied.rstrip("\n")


def test_a_plain_text_has_all_its_lines() -> None:
    source = "\n".join(f"line {number}" for number in range(20_000))
    pencil = PlainPencil(lambda text: wrap([(text, COLOURS.text)], 60))
    text = LongText(pencil, PlainCutter(), 60, WAITING)
    text.append(source)
    text.finish()
    assert "\n".join(drawn(all_rows(looked_through(text)))) == source


def test_a_place_stays_when_heights_above_it_turn_out_to_be_others() -> None:
    text = whole("".join(f"Paragraph {number} of *some* words.\n\n" for number in range(20_000)))
    row = text.height // 2
    text.realize(row, 40)
    before = drawn([text.row(row)])
    for _ in range(50):
        row = text.realize(row, -30)
    assert drawn([text.row(row)]) == before
