"""A long text that is no Markdown, cut into parts where lines end."""

from __future__ import annotations

from time import perf_counter

from .cutting import FEWEST, MOST
from .part import Part


class PlainCutter:
    """Cuts a text that is no Markdown, where lines end.

    Attributes:
        parts: The parts that are finished.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._text = ""
        self._at = 0

    @property
    def last(self) -> Part:
        """The part that is not finished."""
        return Part(self._text, self._at, len(self._text))

    def append(self, text: str) -> None:
        """Take more of the text, without carriage returns; `work` cuts it."""
        self._text, self._at = self._text[self._at :] + text, 0

    def work(self, until: float) -> bool:
        """Cut what is known of the text.

        Args:
            until: When to stop, on the performance counter.

        Returns:
            Whether everything is cut that can be.
        """
        while len(self._text) - self._at >= MOST:
            limit = self._at + MOST
            line = self._text.rfind("\n", self._at + FEWEST // 2, limit) + 1
            place = line or self._text.rfind(" ", self._at + FEWEST, limit) + 1 or limit
            joint = self._text[place - 1] if line or self._text[place - 1] == " " else ""
            self.parts.append(Part(self._text, self._at, place, joint=joint))
            self._at = place
            if perf_counter() >= until:
                return False
        return True
