"""Textual's messages from what a terminal sends; never an exception, whatever it sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Final

from textual import events

from ._textual import ESCAPE_DELAY, Mouse, mode_report
from .keyboard import prefixed, read_key, typed
from .sequences import Kind, Splitter

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

    from .sequences import Token

_MOUSE: Final = re.compile(r"\x1b\[<(\d{1,3});-?\d{1,5};-?\d{1,5}[Mm]")
_CURSOR: Final = re.compile(r"\x1b\[(\d{1,5});(\d{1,5})R")
_RESIZE: Final = re.compile(
    r"\x1b\[48;(\d{1,5})(?::[\d:]*)?;(\d{1,5})(?::[\d:]*)?;(\d{1,6})(?::[\d:]*)?;(\d{1,6})(?::[\d:]*)?t"
)
_MODE: Final = re.compile(r"\x1b\[\?(\d{1,5});(\d)\$y")
_FOCUS: Final = {"\x1b[I": events.AppFocus, "\x1b[O": events.AppBlur}

_ON_KEYPAD: Final = dict(zip("jklmnopqrstuvwxyX", "*+,-./0123456789=", strict=True))
"""What the keys of a keypad type, by the letters that are sent for them in its other mode."""

_KEYPAD: Final = re.compile(r"(?:\x1bO[j-yX])+")

_MOST_BUTTONS: Final = 128
"""From this on a report is of buttons that lead back and forth in browsers."""


class Decoder:
    """Makes messages of what is read from the terminal.

    Args:
        time: Gives the time in seconds.
        escape_delay: Seconds after which an escape that nothing follows is the Escape key.
    """

    def __init__(
        self, *, time: Callable[[], float] = monotonic, escape_delay: float = ESCAPE_DELAY
    ) -> None:
        self._time = time
        self._splitter = Splitter(escape_delay)
        self._mouse = Mouse()

    @property
    def patience(self) -> float | None:
        """Seconds of silence after which `tick` may have something to say; `None` for never."""
        return self._splitter.patience

    def feed(self, text: str) -> Iterator[Message]:
        """What a piece of input says, together with what came before."""
        if self.patience is None and _KEYPAD.fullmatch(text):
            # A keypad sends these alone; behind other input it is Escape, and words that begin so.
            text = "".join(_ON_KEYPAD[key] for key in text[2::3])
        for token in self._splitter.feed(text, self._time()):
            yield from self._read(token)

    def tick(self) -> Iterator[Message]:
        """What the silence since then says."""
        for token in self._splitter.tick(self._time()):
            yield from self._read(token)

    def _read(self, token: Token) -> Iterable[Message]:
        kind, text = token
        if kind is Kind.TEXT:
            return filter(None, map(typed, text))
        if kind is Kind.SEQUENCE:
            return self._read_sequence(text)
        if kind is Kind.PASTE:
            return (events.Paste(text.replace("\x00", "")),)
        return (prefixed(text) if kind is Kind.PREFIXED else events.Key("escape", "\x1b"),)

    def _read_sequence(self, sequence: str) -> Iterable[Message]:
        """A key, the mouse, or a report; of reports that nobody waits for, nothing."""
        if sequence in _FOCUS:
            return (_FOCUS[sequence](),)
        for pattern, read in (
            (_MOUSE, self._read_mouse),
            (_CURSOR, self._read_cursor),
            (_MODE, self._read_mode),
            (_RESIZE, self._read_size),
        ):
            if found := pattern.fullmatch(sequence):
                return read(found)
        keys = read_key(sequence)
        if not keys and sequence.startswith("\x1bO"):
            # Escape, and then what looked like the letter of a key.
            return (prefixed("O"), *filter(None, map(typed, sequence[2:])))
        return keys

    def _read_mouse(self, report: re.Match[str]) -> Iterable[Message]:
        event = self._mouse.read(report[0]) if int(report[1]) < _MOST_BUTTONS else None
        return (event,) if event else ()

    def _read_cursor(self, report: re.Match[str]) -> Iterable[Message]:
        line, column = (max(int(number) - 1, 0) for number in report.groups())
        return (events.CursorPosition(column, line),)

    def _read_mode(self, report: re.Match[str]) -> Iterable[Message]:
        message = mode_report(report[1], int(report[2]))
        return (message,) if message else ()

    def _read_size(self, report: re.Match[str]) -> Iterable[Message]:
        """The terminal's size; in pixels, too, if it knows."""
        height, width, high, wide = map(int, report.groups())
        if not (height and width):
            return ()
        pixels = (wide, high) if wide and high else None
        if pixels:
            self._mouse.count_pixels((width, height), pixels)
        return (events.Resize.from_dimensions((width, height), pixels),)
