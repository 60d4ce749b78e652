"""What draws the parts of a text, and what a part that is drawn can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .markdown import Row
from .markdown.part import Part


class DrawnPart(Protocol):
    """A part of a text as rows."""

    @property
    def rows(self) -> Sequence[Row]:
        """All of them."""
        ...

    @property
    def codes(self) -> Sequence[str]:
        """The code of every block of code."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """What their author called the languages of these."""
        ...

    def append(self, text: str) -> int:
        """Take more of the part; the first row that changed is returned."""
        ...

    def finish(self, part: Part, rest: str, *, is_last: bool) -> None:
        """Take the rest of the part, and the part as it is once it has an end."""
        ...


class Pencil(Protocol):
    """Draws the parts of one text."""

    def draw(self, part: Part, number: int, *, is_last: bool) -> DrawnPart:
        """Draw a part."""
        ...

    def learn(self, parts: Sequence[Part], first: int) -> Sequence[int]:
        """Take note of parts that have come, from the number of the first of them.

        Returns:
            The numbers of parts before that look different for it.
        """
        ...
