"""Rows on top of each other: fixed ones, and texts of which only parts are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from .markdown import Row
from .message_text import LongText

PART_LINES: Final = 1 << 22
"""How far apart the parts of a message are in a selection's lines."""

_SECTION_LINES: Final = 1 << 18


class Place(NamedTuple):
    """A place in the text of a message, whatever its width."""

    section: int
    """Which of its sections."""
    part: int
    """Which part of that."""
    size: int
    """Characters of the part before it."""


class FixedRows:
    """Rows that are there as they are.

    Args:
        rows: All of them.
    """

    count: Final = 1
    is_cut: Final = True

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self.height = len(rows)
        """How many there are."""

    def row(self, index: int) -> Row:
        """One of the rows."""
        return self._rows[index]

    def realize(self, row: int, _rows: int) -> int:
        """All rows are where they are."""
        return row

    def find(self, _row: int) -> int:
        """All rows are one part."""
        return 0

    def offset(self, number: int) -> int:
        """Rows before the part, or behind it."""
        return self.height if number else 0


Section: TypeAlias = FixedRows | LongText
"""Some of the rows of a message."""


class Stack:
    """The rows of a message.

    Args:
        sections: What it is made of, from the top down.
    """

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = list(sections)
        """What it is made of."""

    @property
    def height(self) -> int:
        """How many rows there are; guessed in part where a text is very long."""
        return sum(section.height for section in self.sections)

    @property
    def is_long(self) -> bool:
        """Whether there is a text of several parts."""
        return any(section.count > 1 for section in self.sections)

    def begin(self, wanted: Section) -> int:
        """The row at which a section begins."""
        return next(begin for begin, section in self.placed() if section is wanted)

    def placed(self) -> Iterator[tuple[int, Section]]:
        """The sections, each with the row at which it begins."""
        begin = 0
        for section in self.sections:
            yield begin, section
            begin += section.height

    def row(self, index: int) -> Row:
        """One of the rows."""
        for section in self.sections:
            if index < section.height:
                return section.row(index)
            index -= section.height
        raise IndexError(index)

    def realize(self, row: int, rows: int) -> int:
        """Make sure what is at some rows.

        Args:
            row: The place from which on to look.
            rows: How many rows from there on; those before it when negative.

        Returns:
            Where the place is, now that heights may have turned out to be others.
        """
        return self._realize_after(row, rows) if rows >= 0 else self._realize_before(row, -rows)

    def _realize_after(self, row: int, rows: int) -> int:
        begin = 0
        for section in self.sections:
            if begin + section.height > row and begin < row + rows:
                at = max(0, row - begin)
                section.realize(at, row + rows - begin - at)
            begin += section.height
        return row

    def _realize_before(self, row: int, rows: int) -> int:
        below = 0
        for begin, section in reversed(list(self.placed())):
            height = section.height
            if begin >= row or rows <= 0:
                continue
            at = min(height, row - begin)
            section.realize(at, -rows)
            moved = section.height - height
            rows -= at + moved
            below += moved
        return row + below

    def line(self, index: int) -> int:
        """The line of a row in selections.

        It stays the same when heights that were guessed turn out to be others.
        """
        before = begin = 0
        for number, section in enumerate(self.sections):
            if index < begin + section.height:
                part = section.find(index - begin)
                if not before + part:
                    return index
                within = index - begin - section.offset(part)
                return (before + part) * PART_LINES + number * _SECTION_LINES + within
            begin += section.height
            before += section.count - 1
        return index

    def place_of(self, row: int) -> Place:
        """The place in the text that a row begins with."""
        last = 0, 0, 0
        for number, (begin, section) in enumerate(self.placed()):
            if row < begin + section.height:
                part = section.find(row - begin)
                top = begin + section.offset(part)
                rows = map(self.row, range(top, row))
                return Place(number, part, sum(len(row.text) + len(row.joint) for row in rows))
            last = number, 0, 0
        return Place(*last)

    def row_of(self, place: Place) -> int:
        """The row that shows a place in the text."""
        for number, (begin, section) in enumerate(self.placed()):
            if number == place.section:
                part = min(place.part, section.count - 1)
                top = begin + section.offset(part)
                section.realize(section.offset(part), 1)
                below = section.height if section.count == 1 else section.offset(part + 1)
                return self._row_behind(top, begin + below, place.size)
        return 0

    def _row_behind(self, first: int, end: int, size: int) -> int:
        """The first of some rows that has so much text of them before it."""
        for number in range(first, end):
            row = self.row(number)
            size -= len(row.text) + len(row.joint)
            if size < 0:
                return number
        return first

    def lines_before(self, wanted: Section) -> int:
        """How many parts stand before a section, beside the first of each."""
        place = self.sections.index(wanted)
        return sum(section.count - 1 for section in self.sections[:place])
