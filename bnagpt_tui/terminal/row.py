"""A row of the terminal: what stands in each column, or that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from .cells import Cells
from .pens import Pen

UNKNOWN: Final = "\0"
"""What stands in a column of which nothing is known; no text is like it."""

_BRIDGE: Final = 4
"""Columns that are sent again rather than skipped: to skip takes as many bytes."""


class Run(NamedTuple):
    """Columns beside each other that are to be sent."""

    start: int
    end: int


class Row:
    """Cells from the left edge to the right.

    Args:
        text: The character of each column.
        pens: The pen of each column.
        doubts: The columns of strips whose text may be as wide as the terminal likes.
    """

    __slots__ = ("doubts", "pens", "text")

    def __init__(self, text: list[str], pens: list[Pen], doubts: tuple[Run, ...] = ()) -> None:
        self.text = text
        self.pens = pens
        self.doubts = doubts

    @classmethod
    def unknown(cls, width: int, pen: Pen) -> Row:
        """A row of which nothing is known."""
        return cls([UNKNOWN] * width, [pen] * width)

    @property
    def is_known(self) -> bool:
        """Whether it is known what stands in every column."""
        return UNKNOWN not in self.text

    def copy(self) -> Row:
        """Another row that is the same."""
        return Row(self.text[:], self.pens[:], self.doubts)

    def is_like(self, other: Row) -> bool:
        """Whether it looks the same."""
        return self.text == other.text and self.pens == other.pens

    def put(self, x: int, cells: Cells) -> None:
        """Put cells into the row, the first of them into column `x`."""
        width = min(len(cells.text), len(self.text) - x)
        if width <= 0:
            return
        after = x + width
        self._split(x)
        self._split(after)
        self.text[x:after] = cells.text[:width]
        self.pens[x:after] = cells.pens[:width]
        doubts = [doubt for doubt in self.doubts if doubt.end <= x or doubt.start >= after]
        if cells.doubtful:
            doubts.append(Run(x, after))
        self.doubts = tuple(doubts)

    def _split(self, x: int) -> None:
        """Turn a wide character into blanks that stands on both sides of a column's left edge."""
        if x >= len(self.text) or self.text[x]:
            return
        start = end = x
        while start and not self.text[start]:
            start -= 1
        while end < len(self.text) and not self.text[end]:
            end += 1
        for place in range(start, end):
            self.text[place] = " "
            self.pens[place] = self.pens[place].blank

    def changes(self, wanted: Row) -> list[Run]:
        """The columns to send for this row to become like another one.

        From the beginning of a strip of doubtful text on, everything is sent to the right edge,
        since nobody knows where the terminal puts it.
        """
        cells = zip(self.text, wanted.text, self.pens, wanted.pens, strict=True)
        columns = [x for x, (a, b, p, q) in enumerate(cells) if a != b or p is not q]
        runs = list(_joined(columns))
        touched = [
            doubt.start
            for doubt in (*self.doubts, *wanted.doubts)
            if any(run.start < doubt.end and doubt.start < run.end for run in runs)
        ]
        if touched:
            begin = min(touched)
            start = min([begin, *(run.start for run in runs if run.end > begin)])
            runs = [*(run for run in runs if run.end <= begin), Run(start, len(self.text))]
        return [wanted.widened(run) for run in runs]

    def widened(self, run: Run) -> Run:
        """The columns with both halves of the wide characters at either end."""
        start, end = run
        while start and not self.text[start]:
            start -= 1
        while end < len(self.text) and not self.text[end]:
            end += 1
        return Run(start, end)


def _joined(columns: list[int]) -> Iterator[Run]:
    """Runs of the columns, with small gaps bridged."""
    if not columns:
        return
    start = last = columns[0]
    for column in columns:
        if column - last > _BRIDGE:
            yield Run(start, last + 1)
            start = column
        last = column
    yield Run(start, last + 1)
