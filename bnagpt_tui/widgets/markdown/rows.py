"""Rows: what a line of the screen shows, and what of it is text to copy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

Run: TypeAlias = tuple[str, Style]
"""A piece of text in one style."""

TAB: Final = 4
"""Columns between tab stops."""

_CJK: Final = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
)
_CLOSING: Final = "、。，．！？」』】）〉》：；…"


@cache
def _piece() -> re.Pattern[str]:
    """What a text is broken into; compiled when the first text is wrapped."""
    return re.compile(f"[ \t]+|[{_CJK}][{_CLOSING}]*|[^ \t{_CJK}]+")


class Row(NamedTuple):
    """One line of a rendered text."""

    segments: tuple[Segment, ...] = ()
    """What is drawn, from the left edge of its block."""
    cells: int = 0
    """Columns that the segments take."""
    left: int = 0
    """How many characters at the start are decoration and never copied."""
    right: int = 0
    """How many characters at the end are decoration or padding."""
    joint: str = "\n"
    """What stands between this row and the next when both are copied."""
    code: int = -1
    """On the top edge of a code block: the block's number in its message."""

    @property
    def text(self) -> str:
        """The row as it is copied."""
        drawn = "".join(segment.text for segment in self.segments)
        return drawn[self.left : len(drawn) - self.right]


EMPTY: Final = Row()
"""A row with nothing on it."""


def row_of(runs: Iterable[Run], *, left: int = 0, right: int = 0, joint: str = "\n") -> Row:
    """A row that shows the runs one after the other."""
    segments = tuple(Segment(text, style) for text, style in runs if text)
    cells = sum(cell_len(segment.text) for segment in segments)
    return Row(segments, cells, left, right, joint)


def prefixed(rows: Sequence[Row], first: Run, rest: Run, *, copied: bool) -> list[Row]:
    """The rows, each with something in front of it.

    Args:
        rows: The rows of a block.
        first: What stands before the first row.
        rest: What stands before the others; as many columns as `first`.
        copied: Whether what is put in front is text to copy where a line of text begins.
    """
    cells = cell_len(first[0])
    ahead = Segment(*first), Segment(*rest)
    result: list[Row] = []
    begins = True
    for number, row in enumerate(rows):
        front = ahead[number > 0]
        hidden = 0 if copied and begins and not row.left else row.left + len(front.text)
        result.append(
            row._replace(segments=(front, *row.segments), cells=row.cells + cells, left=hidden)
        )
        begins = row.joint == "\n"
    return result


def lines_of(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """The runs, cut where a line ends; tabs become spaces."""
    line: list[Run] = []
    for text, style in runs:
        first, *others = text.split("\n")
        line.append((first, style))
        for other in others:
            yield [_without_tabs(run) for run in line]
            line = [(other, style)]
    yield [_without_tabs(run) for run in line]


def _without_tabs(run: Run) -> Run:
    return (run[0].expandtabs(TAB), run[1]) if "\t" in run[0] else run


def wrap(runs: Iterable[Run], width: int, *, words: bool = True) -> list[Row]:
    """The runs as rows of at most `width` columns.

    Args:
        runs: The text; a newline in it always ends a row.
        width: Columns, at least 2.
        words: Whether rows end between words where they can; else at the last column.
    """
    rows: list[Row] = []
    for line in lines_of(runs):
        text = "".join(piece for piece, _ in line)
        if text.isascii() and len(text) <= width:
            segments = tuple(Segment(piece, style) for piece, style in line if piece)
            rows.append(Row(segments, len(text)))
        elif words:
            rows.extend(_sliced(line, word_cuts(text, width)))
        else:
            rows.extend(_sliced(line, column_cuts(text, width)))
    return rows


Cut: TypeAlias = tuple[int, int, int]
"""Where a row starts, where what it shows ends, and where the next row starts."""


def column_cuts(text: str, width: int) -> list[Cut]:
    """Where to end rows that are filled to the last column."""
    if text.isascii():
        starts = range(0, max(1, len(text)), width)
        return [(at, min(at + width, len(text)), min(at + width, len(text))) for at in starts]
    cuts: list[Cut] = []
    at = 0
    for piece in chop_cells(text, width):
        cuts.append((at, at + len(piece), at + len(piece)))
        at += len(piece)
    return cuts or [(0, 0, 0)]


def word_cuts(text: str, width: int) -> list[Cut]:
    """Where to end rows between words; a word longer than a row is cut at the last column."""
    cuts: list[Cut] = []
    start = end = cells = 0
    ascii_only = text.isascii()
    for match in _piece().finditer(text):
        piece = match.group()
        size = len(piece) if ascii_only else cell_len(piece)
        if cells + size > width and piece[0] not in " \t":
            if end > start:
                cuts.append((start, end, match.start()))
                start, cells = match.start(), 0
            if cells + size > width:
                *full, (begin, stop, _) = column_cuts(text[start : match.end()], width)
                cuts.extend((start + a, start + b, start + c) for a, b, c in full)
                piece = text[start + begin : start + stop]
                start, size, cells = start + begin, cell_len(piece), 0
        cells += size
        if piece[0] not in " \t":
            end = match.end()
    cuts.append((start, max(start, end), len(text)))
    return cuts


def _sliced(line: Sequence[Run], cuts: Sequence[Cut]) -> Iterator[Row]:
    """One row for each cut of a line."""
    text = "".join(piece for piece, _ in line)
    index = offset = 0
    for number, (start, end, following) in enumerate(cuts):
        segments: list[Segment] = []
        while index < len(line):
            piece, style = line[index]
            if shown := piece[max(0, start - offset) : max(0, end - offset)]:
                segments.append(Segment(shown, style))
            if offset + len(piece) > following:
                break
            offset += len(piece)
            index += 1
        last = number == len(cuts) - 1
        cells = sum(cell_len(segment.text) for segment in segments)
        yield Row(tuple(segments), cells, joint="\n" if last else text[end:following])
