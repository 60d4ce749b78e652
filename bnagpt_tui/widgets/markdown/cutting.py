"""A long text cut into parts, each short enough to be drawn within a frame.

Where a cut falls depends on nothing but the text before it and a little behind it, so a text that
comes in pieces is cut where the same text at once is. Parts end between blocks; only a block that
is longer than a part may be is cut in its middle, and then the next part says how it goes on.
"""

from __future__ import annotations

import re
from time import perf_counter
from typing import Final, NamedTuple

from .fences import Fences
from .part import EMPTY_ITEM, FENCE, FILLER, LIST, PARAGRAPH, TABLE, Part

FEWEST: Final = 2_048
"""Characters that a part has at least before it may end between two blocks."""

MOST_OF_LIST: Final = 4_096
"""Characters after which a part ends where an item, a heading or another such line begins."""

MOST: Final = 8_192
"""Characters after which a part ends wherever a line ends."""

MOST_OF_TABLE: Final = 20_480
"""Characters after which it ends even in a table."""

_AHEAD: Final = 16
"""Characters after a cut that have a say in whether it is one."""

_BETWEEN: Final = re.compile(r"\n[ \t]*\n(?=[^\s])(?!(?:[-*+]|\d{1,9}[.)])(?:\s|$))", re.ASCII)
_BEGINS: Final = re.compile(r"\n(?=(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t])", re.ASCII)
_LIST_BEFORE: Final = re.compile(r"^(?:(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]+\S)", re.ASCII)
_STATEMENT: Final = re.compile(r"\n\n(?=[\w#/@])")
_INSIDE: Final = re.compile(r"\n(?:( {2,40})(?:[-*+]|\d{1,9}[.)])[ \t]|>)", re.ASCII)
_RULE: Final = re.compile(
    r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$", re.MULTILINE
)


class _Start(NamedTuple):
    """How a part begins."""

    kind: str = ""
    prefix: str = ""
    apart: bool = False


def _inside(indent: str | None) -> _Start:
    """How a part begins that begins inside a quote, or an item of a list that is set in."""
    if indent is None:
        return _Start()
    at = 3 * (len(indent) % 2)
    items = [f"-  {EMPTY_ITEM}\n"] if at else []
    while at < len(indent):
        items.append(f"{' ' * at}- {EMPTY_ITEM}\n")
        at += 2
    return _Start(LIST, "".join(items))


class Cutter:
    """Cuts a text that grows.

    Attributes:
        parts: The parts that are finished.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._text = ""
        self._at = 0
        self._start = _Start()
        self._fences = Fences()
        self._box = ""
        self._is_in_fence = False

    @property
    def last(self) -> Part:
        """The part that is not finished."""
        return Part(self._text, self._at, len(self._text), *self._start)

    def append(self, text: str) -> None:
        """Take more of the text, without carriage returns; `work` cuts it."""
        self._fences.shift(self._at)
        self._text, self._at = self._text[self._at :] + text, 0

    def work(self, until: float) -> bool:
        """Cut what is known of the text.

        Args:
            until: When to stop, on the performance counter.

        Returns:
            Whether everything is cut that can be.
        """
        while self._cut():
            if perf_counter() >= until:
                return False
        return True

    def _cut(self) -> bool:
        """End the open part, if it is known where."""
        known = len(self._text) - self._at
        if known < FEWEST + _AHEAD:
            return False
        if (place := self._between(self._at + MOST_OF_LIST)) is not None:
            return place > 0 and self._end(place, _Start(apart=True))
        return known >= MOST_OF_LIST + _AHEAD and self._cut_list(known)

    def _between(self, limit: int) -> int | None:
        """The first place after which a part may end between blocks.

        Returns:
            0 when that cannot be said yet; `None` when there is none before the limit.
        """
        at = self._at + FEWEST
        limit = min(limit, len(self._text))
        while (found := _BETWEEN.search(self._text, at, limit)) is not None:
            place = found.end()
            if place + _AHEAD > len(self._text):
                return 0
            self._fences.scan(self._text, place)
            if not self._fences.is_inside(place):
                return place
            at = place - 1
        return None

    def _cut_list(self, known: int) -> bool:
        """End a part where some block begins, though no blank line may be before it."""
        if not (self._is_in_fence or self._box):
            limit = self._at + MOST_OF_LIST
            self._fences.scan(self._text, self._text.rfind("\n", self._at, limit) + 1)
            if self._fences.is_open:
                self._is_in_fence = True
            elif place := self._begins(limit):
                return self._end(place, _Start(apart=self._is_apart(place)))
            elif found := _INSIDE.search(self._text, self._at + FEWEST, limit):
                return self._end(found.start() + 1, _inside(found[1]))
        if self._is_in_fence:
            return self._cut_fence()
        if self._box:
            return self._cut_table(self._box)
        return known >= MOST + _AHEAD and self._cut_long()

    def _begins(self, limit: int) -> int:
        """The first place where an item, a heading or what follows code begins; 0 for none."""
        places = [self._fences.closed_after(self._at + FEWEST)]
        for found in _BEGINS.finditer(self._text, self._at + FEWEST, limit):
            if not self._fences.is_inside(found.end()):
                places.append(found.end())
                break
        return min((place for place in places if 0 < place < limit), default=0)

    def _is_apart(self, place: int) -> bool:
        """Whether a blank row stands before a block, which it does but between items of a list."""
        line = self._text.rfind("\n", self._at, place - 1) + 1
        before = self._text[line : min(place, line + 12)]
        return self._text[place] == "#" or _LIST_BEFORE.match(before) is None

    def _cut_fence(self) -> bool:
        """End a part that has come to a block of code: behind it, or in it where it is long."""
        if self._fences.opened_at > self._at + FEWEST // 2:
            return self._end(self._fences.opened_at, _Start(apart=True))
        text, limit = self._text, self._at + MOST
        self._fences.scan(text, text.rfind("\n", self._at, min(len(text), limit)) + 1, first=True)
        if (closed := self._fences.closed_at) > self._at + FEWEST:
            return self._end(closed, _Start(apart=True))
        if len(text) < limit + _AHEAD:
            return False
        start = _Start(FENCE, self._fences.prefix)
        statements = _STATEMENT.finditer(text, self._at + MOST // 2, limit)
        place = max((found.end() for found in statements), default=0)
        place = place or text.rfind("\n", self._at + FEWEST, limit) + 1
        return self._end(place, start) if place else self._cut_line(limit, start)

    def _cut_long(self) -> bool:
        """End a part in the middle of a block."""
        if (place := self._between(self._at + MOST)) is not None:
            return place > 0 and self._end(place, _Start(apart=True))
        text, limit = self._text, self._at + MOST
        self._fences.scan(text, text.rfind("\n", self._at, limit) + 1)
        if self._fences.is_open:
            self._is_in_fence = True
            return self._cut_fence()
        if place := self._begins(limit):
            return self._end(place, _Start(apart=self._is_apart(place)))
        place = text.rfind("\n", self._at + FEWEST, limit) + 1
        if place and (header := self._table_header(place)):
            self._box = header
            return self._cut_table(header)
        if place:
            return self._end(place, _Start(PARAGRAPH, f"{FILLER}\n"))
        return self._cut_line(limit, _Start(PARAGRAPH, FILLER))

    def _table_header(self, place: int) -> str:
        """The first two lines of the table that is cut at a place; empty when it is no table."""
        begin = self._text.rfind("\n\n", self._at, place)
        begin = self._at if begin < 0 else begin + 2
        if begin == self._at and self._start.kind == TABLE:
            return self._start.prefix
        if self._text.find("|", begin, place) < 0:
            return ""
        rule = _RULE.search(self._text, begin, place)
        if rule is None or "|" not in rule.group() or rule.start() == begin:
            return ""
        head = self._text.rfind("\n", begin, rule.start() - 1) + 1 or begin
        line = self._text[head : rule.end() + 1]
        return line if "|" in line.partition("\n")[0] and len(line) < FEWEST else ""

    def _cut_table(self, header: str) -> bool:
        """End a part that has come to a table: behind it, or in it where it is long."""
        limit = self._at + MOST_OF_TABLE
        if (place := self._between(limit)) is not None:
            return place > 0 and self._end(place, _Start(apart=True))
        if len(self._text) < limit + _AHEAD:
            return False
        place = self._text.rfind("\n", self._at, limit) + 1
        return self._end(place, _Start(TABLE, header))

    def _cut_line(self, limit: int, start: _Start) -> bool:
        """End a part in the middle of a line, after a space if there is one."""
        place = self._text.rfind(" ", self._at + FEWEST, limit) + 1 or limit
        joint = " " if self._text[place - 1] == " " else ""
        return self._end(place, start, joint)

    def _end(self, place: int, start: _Start, joint: str = "\n") -> bool:
        """End the open part, and have the next one begin."""
        cut_code = start.kind == FENCE
        all_code = cut_code and self._start.kind == FENCE and not self._fences.has_closed
        part = Part(self._text, self._at, place, *self._start, joint, cut_code, all_code)
        self.parts.append(part)
        self._at = place
        self._start = start
        self._box, self._is_in_fence = "", False
        self._fences.restart(place, in_line=joint != "\n")
        return True
