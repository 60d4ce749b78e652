"""Where fenced code begins and ends, told without a parser."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LINE: Final = re.compile(r"^([ \t]*)(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
"""A line that may begin or end a block of code."""

_MARKDOWN: Final = frozenset({"markdown", "md", "mdx", "mdown", "rmd", "qmd"})
_DEEPEST_INDENT: Final = 3


class _Fence(NamedTuple):
    """A fence that is open."""

    marker: str
    info: str

    def is_closed_by(self, marker: str, info: str) -> bool:
        """Whether a line ends the code that this one began."""
        return marker[0] == self.marker[0] and len(marker) >= len(self.marker) and not info.strip()


def is_markdown(info: str) -> bool:
    """Whether what is fenced is itself Markdown, so that fences may stand inside it."""
    return (info.split() or [""])[0].lower() in _MARKDOWN


class Nesting:
    """The fences that are open, the outermost first; only in Markdown do they nest."""

    def __init__(self) -> None:
        self.open: list[_Fence] = []

    def take(self, indent: str, marker: str, info: str) -> None:
        """Take a line that looks like a fence."""
        if not self.open:
            if len(indent) <= _DEEPEST_INDENT and not (marker[0] == "`" and "`" in info):
                self.open.append(_Fence(marker, info))
        elif self.open[-1].is_closed_by(marker, info):
            if len(self.open) > 1 or len(indent) <= _DEEPEST_INDENT:
                self.open.pop()
        elif self._may_hold_fences and info.strip() and "`" not in info:
            self.open.append(_Fence(marker, info))

    @property
    def _may_hold_fences(self) -> bool:
        return is_markdown(self.open[-1].info)


class Fences:
    """Follows the fences of a part of a text."""

    def __init__(self) -> None:
        self._nesting = Nesting()
        self._scanned = 0
        self._spans: list[tuple[int, int]] = []
        self._opened = 0
        self._in_line = -1

    @property
    def is_open(self) -> bool:
        """Whether what was scanned ends inside code."""
        return bool(self._nesting.open)

    @property
    def closed_at(self) -> int:
        """Where the last block of code ended; 0 for none, or when another is open."""
        return 0 if self.is_open or not self._spans else self._spans[-1][1]

    @property
    def opened_at(self) -> int:
        """Where the code began that is open; 0 for none."""
        return self._opened if self.is_open else 0

    @property
    def has_closed(self) -> bool:
        """Whether code ended in the part."""
        return bool(self._spans)

    @property
    def prefix(self) -> str:
        """The lines after which a text is read as the inside of what is open."""
        outer, *inner = self._nesting.open
        language = (outer.info.split() or [""])[0]
        first = f"{outer.marker}{language}\n"
        return first + "".join(f"{fence.marker}x\n" for fence in inner)

    def is_inside(self, place: int) -> bool:
        """Whether a place that was scanned is inside code."""
        if self.is_open and self._opened < place <= self._scanned:
            return True
        return any(start < place < end for start, end in self._spans)

    def closed_after(self, place: int) -> int:
        """Where the first block of code ends that ends behind a place; 0 for none."""
        return next((end for _, end in self._spans if end > place), 0)

    def scan(self, text: str, end: int, *, first: bool = False) -> None:
        """Look at the lines up to a place where a line begins.

        Args:
            text: The text.
            end: The place.
            first: Whether to stop where the code ends that is open.
        """
        if end <= self._scanned:
            return
        begin, self._scanned = self._scanned, end
        if text.find("```", begin, end) < 0 and text.find("~~~", begin, end) < 0:
            return
        for line in LINE.finditer(text, begin, end - 1):
            if line.start() == self._in_line:
                continue
            was_open = self.is_open
            self._nesting.take(*line.groups())
            if self.is_open and not was_open:
                self._opened = line.start()
            elif was_open and not self.is_open:
                self._spans.append((self._opened, line.end() + 1))
                if first:
                    self._scanned = line.end() + 1
                    return

    def restart(self, place: int, *, in_line: bool) -> None:
        """Begin another part.

        Args:
            place: Where it begins.
            in_line: Whether that is in the middle of a line.
        """
        self._spans = [span for span in self._spans if span[1] > place]
        if self.is_open:
            self._opened = max(self._opened, place)
        self._scanned = max(self._scanned, place)
        self._in_line = place if in_line else -1

    def shift(self, count: int) -> None:
        """Count places anew after some characters were taken away at the start."""
        self._scanned = max(0, self._scanned - count)
        self._opened -= count
        self._in_line -= count
        self._spans = [(start - count, end - count) for start, end in self._spans]
