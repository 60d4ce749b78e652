"""Blocks of code in the current message: copied, and run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual import events

from .message_cursor import MessageCursor
from .message_paint import hint
from .message_requests import LogRequest

COPY: Final = "copy"
"""A block is picked to be copied."""

RUN: Final = "run"
"""A block is picked to be run."""


class MessageCodes(MessageCursor):
    """Picks a block of code by a letter where there are several."""

    @dataclass
    class CopyRequested(LogRequest):
        """Text is to be copied."""

        text: str
        """The text."""
        what: str
        """What it is, for the user: `message`, `code` or `selection`."""

    @dataclass
    class RunRequested(LogRequest):
        """A block of code is to be run."""

        code: str
        """The code."""
        language: str
        """What its author called its language; empty when unknown."""

    def action_copy_code(self) -> None:
        """Ask to copy a block of code; several are told apart by letters first."""
        self._pick(COPY)

    def action_run_code(self) -> None:
        """Ask to run a block of code; several are told apart by letters first."""
        self._pick(RUN)

    def take_code(self, code: str, language: str, purpose: str) -> None:
        """Do with a block of code what it was picked for.

        Args:
            code: The code.
            language: What its author called its language; empty when unknown.
            purpose: `COPY` or `RUN`.
        """
        raise NotImplementedError

    def count_codes(self) -> int:
        """How many blocks of code of the current message the keys can act on."""
        index = self._current_index
        if index is None or not self._views.width:
            return 0
        return len(self._views.view(index).codes)

    def _pick(self, purpose: str) -> None:
        count = self.count_codes()
        if count == 1:
            self._take(0, purpose)
        elif count:
            self._picking = purpose
            self._move_bar()

    def _take(self, number: int, purpose: str) -> None:
        index = self._current_index
        if index is not None:
            self.take_code(*self._views.view(index).code(number), purpose)

    def on_key(self, event: events.Key) -> None:
        """Take the letter that picks a block of code."""
        if not self._picking:
            return
        event.stop()
        event.prevent_default()
        purpose, self._picking = self._picking, ""
        self._move_bar()
        for number in range(self.count_codes()):
            if event.key == hint(number):
                self._take(number, purpose)
                return
