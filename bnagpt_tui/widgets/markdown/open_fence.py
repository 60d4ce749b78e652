"""Code at the open end of a text."""

from __future__ import annotations

import re

from .code import GrowingCode, language_of
from .fences import LINE, Nesting
from .palette import Palette
from .rows import Row


class OpenFence:
    """Code at the open end whose closing fence has not come."""

    def __init__(self, start: re.Match[str], width: int, palette: Palette, number: int) -> None:
        info = start[2] or start[4] or ""
        self.language = language_of(info).lower()
        self._nesting = Nesting()
        self._nesting.take("", start[1] or start[3], info)
        self._taken = start.end()
        self._start = start.end()
        self._growing = GrowingCode(info, width, palette, number)

    def code_in(self, tail: str) -> str:
        """The code so far."""
        return tail[self._start :].removesuffix("\n")

    def grow(self, tail: str) -> tuple[int, list[Row]] | None:
        """Take what is new of the open end.

        Returns:
            The first row that changed, and all from there on; `None` when the code is closed.
        """
        *lines, partial = tail[self._taken :].split("\n")
        if any(map(self._is_closed_by, lines)) or self._would_be_closed_by(partial):
            return None
        first = len(self._growing.rows)
        self._taken = len(tail) - len(partial)
        self._growing.feed(lines)
        return first, [*self._growing.rows[first:], *self._growing.tail(partial)]

    def _is_closed_by(self, line: str) -> bool:
        """Take a line, and say whether it ends the code."""
        if (found := LINE.fullmatch(line)) is not None:
            self._nesting.take(*found.groups())
        return not self._nesting.open

    def _would_be_closed_by(self, line: str) -> bool:
        """Whether a line that may still grow would end the code."""
        before = list(self._nesting.open)
        closed = self._is_closed_by(line)
        self._nesting.open = before
        return closed
