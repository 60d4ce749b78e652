"""Code in a box, with its language in the top edge; drawn line by line while it grows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from .highlight import MOST_CODE, highlight
from .palette import Palette
from .rows import Row, Run, row_of, wrap

FEWEST_COLUMNS: Final = 12
"""In fewer columns than this, code stands without a box."""

_CONTEXT: Final = 20
"""Lines before a new one that are looked at to colour it while code is still growing."""


def language_of(info: str) -> str:
    """The language that stands after a fence."""
    return (info.split() or [""])[0]


def title_of(info: str, width: int) -> tuple[str, str]:
    """What of the words after a fence stands in the upper edge, and what has no room there."""
    whole = " ".join(info.split())
    if cell_len(whole) <= width - 8:
        return whole, ""
    language = language_of(info)
    return (language, whole) if cell_len(language) <= width - 8 else ("", whole)


def top_rows(info: str, width: int, palette: Palette, number: int) -> list[Row]:
    """The upper edge of a box, and under it what of the words after the fence has no room in it."""
    title, rest = title_of(info, width)
    rows = [top_edge(title, width, palette, number)]
    return [*rows, *boxed([[(rest, palette.code_language)]], width, palette)] if rest else rows


def top_edge(language: str, width: int, palette: Palette, number: int) -> Row:
    """The upper edge of a box.

    Args:
        language: What is written into the edge.
        width: Columns of the box.
        palette: The styles.
        number: The code block's number in its message.
    """
    if width < FEWEST_COLUMNS:
        return Row(code=number)
    shown = set_cell_size(language, min(cell_len(language), width - 8))
    title = f" {shown} " if shown else ""
    runs = [
        ("┌", palette.code_frame),
        (title, palette.code_language),
        ("─" * (width - 2 - cell_len(title)) + "┐", palette.code_frame),
    ]
    row = row_of(runs)
    return row._replace(left=len(title) + width - cell_len(title), code=number)


def bottom_edge(width: int, palette: Palette) -> Row:
    """The lower edge of a box."""
    if width < FEWEST_COLUMNS:
        return Row()
    text = f"└{'─' * (width - 2)}┘"
    return Row((Segment(text, palette.code_frame),), width, len(text))


def boxed(lines: Iterable[Sequence[Run]], width: int, palette: Palette) -> list[Row]:
    """The rows between the edges; what does not fit goes on in a row marked with `↪`."""
    if width < FEWEST_COLUMNS:
        return [row for line in lines for row in wrap(line, max(2, width))]
    first = Segment("│ ", palette.code_frame)
    other = Segment("│↪", palette.code_frame)
    end = Segment(" │", palette.code_frame)
    rows: list[Row] = []
    for line in lines:
        for number, row in enumerate(wrap(line, width - 4)):
            padding = width - 4 - row.cells
            pad = (Segment(" " * padding, palette.code),) if padding > 0 else ()
            segments = (other if number else first, *row.segments, *pad, end)
            rows.append(Row(segments, width, 2, padding + 2, row.joint))
    return rows


def code_rows(code: str, info: str, width: int, palette: Palette, number: int) -> list[Row]:
    """A whole block of code."""
    return [
        *top_rows(info, width, palette, number),
        *boxed(highlight(code, language_of(info), palette), width, palette),
        bottom_edge(width, palette),
    ]


class GrowingCode:
    """A block of code whose end has not come yet.

    New lines are coloured by themselves, with a few lines before them as context: what spans
    more than that has its right colours once the block is drawn as a whole.
    """

    def __init__(self, info: str, width: int, palette: Palette, number: int) -> None:
        self._language = language_of(info)
        self._width = width
        self._palette = palette
        self._lines: list[str] = []
        self._size = 0
        self.rows: list[Row] = top_rows(info, width, palette, number)
        """The rows of the lines that are complete, under the top edge."""

    def feed(self, lines: Sequence[str]) -> None:
        """Take lines that are complete."""
        if not lines:
            return
        context = self._lines[-_CONTEXT:]
        self._lines.extend(lines)
        self._size += sum(map(len, lines)) + len(lines)
        language = self._language if self._size <= MOST_CODE else ""
        coloured = highlight("\n".join([*context, *lines]), language, self._palette)
        self.rows.extend(boxed(coloured[len(context) :], self._width, self._palette))

    def tail(self, partial: str) -> list[Row]:
        """The line that is still being written, if it has begun, and the lower edge."""
        line = boxed([[(partial, self._palette.code)]], self._width, self._palette)
        return [
            *(line if partial or not self._lines else []),
            bottom_edge(self._width, self._palette),
        ]
