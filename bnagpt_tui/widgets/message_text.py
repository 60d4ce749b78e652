"""A text of any length as rows: only the parts that are looked at are ever drawn.

A text is cut into parts. How tall a part is, is guessed until it is drawn, and few of them stay
drawn. So what a text costs does not depend on its length, but for looking through it once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from time import perf_counter
from typing import Final

from .markdown import EMPTY, Row
from .markdown.cutting import Cutter
from .markdown.part import Part
from .markdown.plain_cutting import PlainCutter
from .message_drawn import DrawnPart, Pencil
from .message_heights import Heights

MOST_DRAWN: Final = 12
"""Parts that stay drawn beside the last one; those that were asked for last."""

SLICE: Final = 0.02
"""Seconds that a text is looked through for at a time."""


class LongText:
    """A text that may grow, in parts.

    Args:
        pencil: Draws a part.
        cutter: Cuts the text.
        width: Columns of a row, to guess heights by.
        waiting: What stands in place of the text while it is looked through.
    """

    def __init__(
        self, pencil: Pencil, cutter: Cutter | PlainCutter, width: int, waiting: Row
    ) -> None:
        self._pencil = pencil
        self.cutter = cutter
        """Cuts the text; what it found out may be taken over."""
        self._width = width
        self._waiting = waiting
        self._held = ""
        self._heights = Heights(1)
        self._true: set[int] = set()
        self._drawn: OrderedDict[int, DrawnPart] = OrderedDict()
        self._last: DrawnPart | None = None
        self._fed = 0
        self._count = 0
        self._was_cut = False
        self.is_whole = False
        """Whether nothing more is expected."""
        self.is_cut = True
        """Whether the text is looked through; else `work` goes on with it."""

    @property
    def count(self) -> int:
        """How many parts there are."""
        return self._count + 1

    @property
    def height(self) -> int:
        """Rows of all parts, most of them guessed where there are several."""
        if not self._count:
            self._measure(0)
        return self._heights.total

    @property
    def drawn_rows(self) -> int:
        """Rows that are kept."""
        parts = [*self._drawn.values(), *([self._last] if self._last else [])]
        return sum(len(part.rows) for part in parts)

    def offset(self, number: int) -> int:
        """Rows before a part."""
        return self._heights.offset(number)

    def find(self, row: int) -> int:
        """The part that a row belongs to."""
        return self._heights.find(row) if self._count else 0

    def source(self, number: int) -> str:
        """A part as it was written."""
        return self._part(number).source

    def is_in_code(self, number: int) -> bool:
        """Whether a part begins with code that began in the one before."""
        return number > 0 and self._part(number - 1).is_cut_code

    def is_all_code(self, number: int) -> bool:
        """Whether a part is the middle of a block of code."""
        return self._part(number).is_all_code

    def joint(self, number: int) -> str:
        """What stands between a part and the next when both are copied."""
        return self._part(number).joint

    def part_height(self, number: int) -> int:
        """Rows of a part."""
        return self._heights[number]

    def row(self, index: int) -> Row:
        """One of the rows; `realize` has made its place certain."""
        if not self._count:
            return self._draw(0).rows[index] if self.is_cut else self._waiting
        number = self._heights.find(index)
        if number == self._count and not self.is_cut:
            return self._waiting
        rows = self._draw(number).rows
        within = index - self._heights.offset(number)
        return rows[within] if within < len(rows) else EMPTY

    def drawn(self, number: int) -> DrawnPart:
        """A part as it is drawn."""
        return self._draw(number)

    def realize(self, row: int, rows: int) -> int:
        """Make sure what is at some rows.

        Args:
            row: The place from which on to look.
            rows: How many rows from there on; those before it when negative.

        Returns:
            Where the place is, now that heights may have turned out to be others.
        """
        if rows < 0:
            return self._realize_before(row, row + rows)
        number = self.find(row)
        while number < self.count:
            self._measure(number)
            if self.offset(number + 1) >= row + rows:
                break
            number += 1
        return row

    def _realize_before(self, row: int, wanted: int) -> int:
        number = self.find(row - 1) if row > 0 else -1
        while number >= 0:
            before = self._heights[number]
            self._measure(number)
            change = self._heights[number] - before
            row, wanted = row + change, wanted + change
            if self.offset(number) <= wanted:
                break
            number -= 1
        return max(0, row)

    def append(self, text: str) -> int:
        """Take more of the text.

        Returns:
            The first row that changed.
        """
        self.is_whole = False
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.cutter.append(text)
        return self.work()

    def finish(self) -> int:
        """Take what is there for the whole text.

        Returns:
            The first row that changed.
        """
        held, self._held = self._held, ""
        first = self.append("\n") if held else self._heights.total
        self.is_whole = True
        if not self.is_cut:
            return first
        return min(first, self._finish_last())

    def _finish_last(self) -> int:
        last = self.cutter.last
        first = self._relearn([last], self._count)
        if self._last is not None:
            self._last.finish(last, last.source[self._fed :], is_last=True)
            self._fed = last.end - last.start
            self._know(self._count, len(self._last.rows))
        return min(first, self.offset(self._count))

    def work(self, seconds: float = SLICE) -> int:
        """Look through what has come, for some seconds.

        Returns:
            The first row that changed.
        """
        before = self._count
        self.is_cut = self.cutter.work(perf_counter() + seconds)
        self._was_cut = self._was_cut or self.is_cut
        if not self._was_cut:
            self._know(0, 1)
            return 0
        first = self.offset(before if len(self.cutter.parts) > before else before + 1)
        if len(self.cutter.parts) > before:
            self._close(before)
            first = min(first, self._relearn(self.cutter.parts[before:], before))
        first = min(first, self._grow())
        if self.is_cut and self.is_whole:
            first = min(first, self._finish_last())
        return first

    def _close(self, before: int) -> None:
        """Take note that parts have an end, the first of which may be drawn."""
        parts = self.cutter.parts
        self._count = len(parts)
        self._heights.resize(self._count + 1)
        last, self._last = self._last, None
        self._true.discard(before)
        ahead = self._fed > parts[before].end - parts[before].start
        if ahead or self._count - before > 1:  # what was drawn is more than the part, or gone by
            last = None
        if last is not None:
            part = parts[before]
            last.finish(part, part.source[self._fed :], is_last=False)
            self._drawn[before] = last
            self._know(before, len(last.rows))
        for number in range(before + (last is not None), self._count):
            self._heights[number] = self._guess(parts[number])
        self._fed = 0

    def _relearn(self, parts: Sequence[Part], first: int) -> int:
        """Let parts go that look different for what has come."""
        changed = self._heights.total
        for number in self._pencil.learn(parts, first):
            self._true.discard(number)
            self._drawn.pop(number, None)
            if number == self._count:
                self._last = None
            changed = min(changed, self.offset(number))
        return changed

    def _grow(self) -> int:
        """Bring the last part up to date."""
        number = self._count
        if not self.is_cut:
            self._last = None
            self._know(number, 1)
            return self.offset(number)
        last = self.cutter.last
        if self._last is None:
            self._true.discard(number)
            self._heights[number] = self._guess(last)
            return self.offset(number)
        first = self._last.append(last.source[self._fed :])
        self._fed = last.end - last.start
        self._know(number, len(self._last.rows))
        return self.offset(number) + first

    def _guess(self, part: Part) -> int:
        size = part.end - part.start
        lines = part.text.count("\n", part.start, part.end)
        return max(1, size // max(1, self._width), lines)

    def _know(self, number: int, rows: int) -> None:
        self._true.add(number)
        self._heights[number] = rows

    def _part(self, number: int) -> Part:
        return self.cutter.parts[number] if number < self._count else self.cutter.last

    def _measure(self, number: int) -> None:
        """Make sure of a part's height."""
        if number not in self._true and (self.is_cut or number < self._count):
            self._draw(number)

    def _draw(self, number: int) -> DrawnPart:
        if number == self._count:
            return self._draw_last()
        drawn = self._drawn.get(number)
        if drawn is None:
            part = self._part(number)
            drawn = self._pencil.draw(part, number, is_last=False)
            drawn.finish(part, part.source, is_last=False)
            self._drawn[number] = drawn
            self._know(number, len(drawn.rows))
            if len(self._drawn) > MOST_DRAWN:
                self._drawn.popitem(last=False)
        else:
            self._drawn.move_to_end(number)
        return drawn

    def _draw_last(self) -> DrawnPart:
        if self._last is None:
            part = self.cutter.last
            self._last = self._pencil.draw(part, self._count, is_last=True)
            self._fed = part.end - part.start
            if self.is_whole:
                self._last.finish(part, part.source, is_last=True)
            else:
                self._last.append(part.source)
            self._know(self._count, len(self._last.rows))
        return self._last
