"""Reasoning that a model writes into its answer, between `<think>` and `</think>`, taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...events import ReasoningDelta, TextDelta

OPEN: Final = "<think>"
"""What a model writes before it thinks aloud."""

CLOSE: Final = "</think>"
"""What it writes when it has thought."""


def _held_back(text: str, mark: str) -> int:
    """How many characters at the text's end may be the beginning of the mark."""
    longest = min(len(text), len(mark) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(mark[:n])), 0)


class ThinkSplitter:
    """Tells reasoning from answer in a content that starts with `<think>`.

    Only a mark at the very start counts: later ones belong to the answer, which may well be about
    them.
    """

    def __init__(self) -> None:
        self._waiting = ""
        self._thinking = False
        self._answering = False
        self._trimming = False

    @property
    def settled(self) -> bool:
        """Whether all that follows is answer, so that `feed` need not be asked."""
        return self._answering and not self._trimming

    def feed(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what the text adds, as soon as it is clear what it is."""
        self._waiting += text
        if not self._thinking and not self._answering:
            self._begin()
        if self._thinking:
            yield from self._think()
        if self._answering:
            yield from self._answer()

    def end(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what was held back in case it had become a mark."""
        if self._waiting:
            yield (ReasoningDelta if self._thinking else TextDelta)(self._waiting)
        self._waiting = ""

    def _begin(self) -> None:
        """Decide, once enough is known, whether the content starts with reasoning."""
        start = self._waiting.lstrip()
        if start.startswith(OPEN):
            self._thinking = True
            self._waiting = start.removeprefix(OPEN)
            self._trimming = True
        elif not OPEN.startswith(start):
            self._answering = True

    def _trimmed(self) -> str:
        """What waits, without the empty lines that come after a mark."""
        return self._waiting.lstrip() if self._trimming else self._waiting

    def _think(self) -> Iterator[ReasoningDelta]:
        """Yield reasoning up to its end, or up to what may be its end's beginning."""
        thought, mark, answer = self._trimmed().partition(CLOSE)
        if mark:
            self._thinking, self._waiting = False, answer
            self._answering = self._trimming = True
        else:
            cut = len(thought) - _held_back(thought, CLOSE)
            thought, self._waiting = thought[:cut], thought[cut:]
        if thought:
            self._trimming = mark != ""
            yield ReasoningDelta(thought)

    def _answer(self) -> Iterator[TextDelta]:
        """Yield answer, without the empty lines that part it from the reasoning."""
        text, self._waiting = self._trimmed(), ""
        if text:
            self._trimming = False
            yield TextDelta(text)
