"""What of a long log is in view.

The truth is which row of which message stands at the top; the offset in rows follows from it.
So a height that turns out to be another than was guessed moves the scrollbar, never the text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .message_heights import Heights


class Slice(NamedTuple):
    """The part of a message that is in view."""

    message: int
    """Which message."""
    row: int
    """Its first row in view."""
    y: int
    """Where that row is, counted from the top of the view."""
    rows: int
    """How many of its rows are in view."""


class Window:
    """A view on messages of which only those near it are ever measured.

    Args:
        measure: Gives the height of a message, which for a very long one is guessed in part.
        realize: Makes sure of what is at so many rows of a message from a row on, or of what is
            before it when negative, and gives where that row is then. Without it all heights
            are true.
    """

    def __init__(
        self,
        measure: Callable[[int], int],
        realize: Callable[[int, int, int], int] = lambda _index, row, _rows: row,
    ) -> None:
        self._measure = measure
        self._realize = realize
        self.heights = Heights()
        """Known and guessed heights."""
        self.rows = 0
        """Rows in view."""
        self.index = 0
        """The message at the top."""
        self.row = 0
        """Its row at the top."""

    @property
    def top(self) -> int:
        """Rows above the view."""
        return self.heights.offset(self.index) + self.row

    @property
    def below(self) -> int:
        """Rows below the view."""
        return self.heights.total - self.top - self.rows

    def measured(self, index: int) -> int:
        """The true height of a message, which is known from then on."""
        height = self._measure(index)
        self.heights[index] = height
        return height

    def to_start(self) -> None:
        """Put the first row at the top."""
        self.index = self.row = 0

    def to_end(self) -> None:
        """Put the last row at the bottom."""
        self._keep(self.rows)

    def turn(self, kept: int) -> None:
        """Put the last rows at the top once they do not fit in below; the rest stays free.

        Args:
            kept: How many of them stay in view.
        """
        shown = -self.row
        for index in range(self.index, len(self.heights)):
            self._see_from(index, max(0, -shown), self.rows - max(0, shown) + 1)
            shown += self.measured(index)
            if shown > self.rows:
                break
        if shown > self.rows:
            self._keep(kept)
        elif shown <= 0:
            self.to_end()

    def _keep(self, rows: int) -> None:
        """Put the last of all rows at the top, as many as are given."""
        free = rows
        for index in range(len(self.heights) - 1, -1, -1):
            height = self._realize(index, self.measured(index), -free)
            self.measured(index)
            if height >= free:
                self.index, self.row = index, height - free
                return
            free -= height
        self.to_start()

    def _see_from(self, index: int, row: int, rows: int) -> None:
        """Make sure of some rows of a message from a row on."""
        self.measured(index)
        self._realize(index, row, max(1, rows))

    def to_message(self, index: int, row: int = 0) -> None:
        """Put a row of a message at the top, as far as the end allows."""
        self.index, self.row = index, row
        self.settle()

    def move(self, rows: int) -> None:
        """Move the view down by some rows, or up when negative."""
        if rows < 0:
            self.row = self._realize(self.index, self.row, rows)
        else:
            self._see_from(self.index, self.row, rows + self.rows)
        self.row += rows
        while self.row < 0 and self.index > 0:
            self.index -= 1
            self.row += self._realize(self.index, self.measured(self.index), self.row)
        while self.row >= self.measured(self.index) and self.index < len(self.heights) - 1:
            self.row -= self.heights[self.index]
            self.index += 1
        self.settle()

    def jump(self, offset: int) -> None:
        """Put the message at an offset to the top, going by what heights are guessed to be."""
        self.index = self.heights.find(offset)
        within = offset - self.heights.offset(self.index)
        guessed = max(1, self.heights[self.index])
        self.row = within * self.measured(self.index) // guessed
        self.settle()

    def settle(self) -> None:
        """Measure what is in view, and leave no room below the last row."""
        self.row = max(0, self.row)
        if not len(self.heights):
            self.to_start()
            return
        shown = -self.row
        for index in range(self.index, len(self.heights)):
            self._see_from(index, max(0, -shown), self.rows - max(0, shown))
            shown += self.measured(index)
            if shown >= self.rows:
                return
        self.to_end()

    def slices(self) -> list[Slice]:
        """The messages in view, from the top down; call after `settle`."""
        found: list[Slice] = []
        y, row = 0, self.row
        for index in range(self.index, len(self.heights)):
            count = min(self.heights[index] - row, self.rows - y)
            if count > 0:
                found.append(Slice(index, row, y, count))
                y += count
            if y >= self.rows:
                break
            row = 0
        return found


def changed_rows(
    old: list[Slice], new: list[Slice], changed: dict[int, int], height: int
) -> list[tuple[int, int]]:
    """The rows of the view that are to be drawn again, as ranges.

    Args:
        old: What was in view.
        new: What is in view.
        changed: The first changed row of each message that changed.
        height: Rows of the view.
    """
    ranges: list[tuple[int, int]] = []
    y = 0
    for before, after in zip(old, new, strict=False):
        if before[:3] != after[:3]:
            break
        same = min(before.rows, after.rows)
        first = max(0, changed.get(after.message, after.row + same) - after.row)
        if first < same:
            ranges.append((after.y + first, after.y + same))
        y = after.y + same
        if before.rows != after.rows:
            break
    else:
        if len(old) == len(new):
            return ranges
    return [*ranges, (y, height)] if y < height else ranges
