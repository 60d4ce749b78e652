"""Reasoning that a model writes into its answer, as in `<think>…</think>`, taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, TypeAlias

from ...events import ReasoningDelta, TextDelta, TextWasReasoning
from .marks import LONE, MARKS, NOISE, ends_reasoning, held_back, lone_held_back

Told: TypeAlias = TextDelta | ReasoningDelta | TextWasReasoning
"""What content turns out to be."""

_MOST_DOUBTS: Final = 20
"""Marks in an answer that are looked at; whoever writes more of them writes about them."""

_BETWEEN: Final = "\n\n"
"""What parts the reasoning of one block from that of the next."""


class _Place(Enum):
    """Where in the content the reader stands."""

    BEGINNING = auto()
    """Where reasoning or an answer may begin."""
    REASONING = auto()
    ANSWER = auto()


class ThinkSplitter:
    """Tells reasoning from answer in a content that may hold both.

    A mark counts at the very start and directly behind another block of reasoning: later ones
    belong to the answer, which may well be about them. An end of reasoning whose beginning was
    in the model's template makes reasoning of all that came before it.
    """

    def __init__(self) -> None:
        self._waiting = ""
        self._place = _Place.BEGINNING
        self._close = ""
        self._trimming = False
        self._thought = False
        self._parting = ""
        self._looks_for_end = True
        self._doubts = 0
        self._shown: list[str] = []

    @property
    def settled(self) -> bool:
        """Whether what follows is answer up to the next `<`, so that `feed` need not be asked."""
        return self._place is _Place.ANSWER and not self._trimming and not self._waiting

    def passed(self, text: str) -> None:
        """Note a piece of the answer that was shown without asking."""
        if self._looks_for_end:
            self._shown.append(text)

    def reasoning_came(self) -> None:
        """Say that the service keeps reasoning apart by itself: an end in the answer is no end."""
        self._looks_for_end = False

    def feed(self, text: str) -> Iterator[Told]:
        """Yield what the text adds, as soon as it is clear what it is."""
        self._waiting += text
        yield from self._read(ended=False)

    def end(self) -> Iterator[Told]:
        """Yield what was held back in case it had become a mark."""
        yield from self._read(ended=True)
        text, self._waiting = self._waiting, ""
        if not text or (self._trimming and not text.strip()):
            return
        if self._place is _Place.REASONING:
            yield ReasoningDelta(self._parting + text)
        else:
            yield TextDelta(text)

    def _read(self, *, ended: bool) -> Iterator[Told]:
        """Yield what the waiting text is, as far as that is known."""
        while self._waiting:
            if self._place is _Place.BEGINNING and not self._begin(ended=ended):
                return
            before = self._place
            yield from self._think() if before is _Place.REASONING else self._answer(ended=ended)
            if self._place is before:
                return

    def _begin(self, *, ended: bool) -> bool:
        """Decide, once enough is known, what the content goes on with."""
        while start := self._waiting.lstrip():
            small = start[:40].lower()
            if found := next((mark for mark in MARKS if small.startswith(mark[0])), None):
                self._place, self._close = _Place.REASONING, found[1]
                self._waiting = start[len(found[0]) :]
                self._parting = _BETWEEN if self._thought else ""
                self._trimming, self._looks_for_end = True, False
                return True
            if noise := next((noise for noise in NOISE if small.startswith(noise)), ""):
                self._waiting, self._trimming = start[len(noise) :], True
                self._looks_for_end = False
                continue
            openings = (*(mark[0] for mark in MARKS), *NOISE)
            if not ended and any(mark.startswith(small) for mark in openings):
                return False
            self._place = _Place.ANSWER
            return True
        return False

    def _trimmed(self) -> str:
        """What waits, without the empty lines that come after a mark."""
        return self._waiting.lstrip() if self._trimming else self._waiting

    def _think(self) -> Iterator[ReasoningDelta]:
        """Yield reasoning up to its end, or up to what may be its end's beginning."""
        text = self._trimmed()
        place = text.lower().find(self._close)
        if place >= 0:
            thought, self._waiting = text[:place], text[place + len(self._close) :]
            self._place = _Place.BEGINNING
        else:
            cut = len(text) - held_back(text, self._close)
            thought, self._waiting = text[:cut], text[cut:]
        if thought:
            self._trimming = place >= 0
            yield ReasoningDelta(self._parting + thought)
            self._thought, self._parting = True, ""
        self._trimming = self._trimming or place >= 0

    def _answer(self, *, ended: bool) -> Iterator[Told]:
        """Yield answer, without the empty lines that part it from the reasoning."""
        text, self._waiting = self._trimmed(), ""
        if not text:
            return
        self._trimming = False
        begin = 0
        while self._looks_for_end and (mark := LONE.search(text, begin)):
            if mark.end() == len(text) and not ended:
                self._waiting, text = text[mark.start() :], text[: mark.start()]
                break
            if ends_reasoning("".join(self._shown) + text[: mark.start()], text[mark.end() :]):
                yield from self._end_reasoning(text[: mark.start()], text[mark.end() :])
                return
            begin = mark.end()
            self._doubts += 1
            self._looks_for_end = self._doubts < _MOST_DOUBTS
        if self._looks_for_end and not self._waiting and not ended:
            cut = len(text) - lone_held_back(text)
            text, self._waiting = text[:cut], text[cut:]
        if text:
            self.passed(text)
            yield TextDelta(text)

    def _end_reasoning(self, thought: str, rest: str) -> Iterator[Told]:
        """Say that all before a mark was reasoning; what follows it may be an answer."""
        if self._shown:
            yield TextWasReasoning()
        if thought:
            yield ReasoningDelta(thought)
        self._shown = []
        self._waiting, self._place = rest, _Place.BEGINNING
        self._thought = self._trimming = True
        self._looks_for_end = False
