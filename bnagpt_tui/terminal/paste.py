"""Pasted text as text: an escape character inside a paste is no key and ends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

START: Final = "\x1b[200~"
END: Final = "\x1b[201~"
ESCAPE_PICTURE: Final = "\u241b"
"""What stands for an escape character in pasted text."""


def _unfinished(text: str, marker: str, shortest: int) -> int:
    """How many characters at the end of the text may be the beginning of a marker."""
    for length in range(min(len(marker) - 1, len(text)), shortest - 1, -1):
        if text.endswith(marker[:length]):
            return length
    return 0


class PasteGuard:
    """Takes what a terminal sends, piece by piece, and disarms what is inside of pastes.

    Textual's parser takes an unknown escape sequence inside a bracketed paste for keys, so that
    a coloured log that is pasted types, and its line ends send.
    """

    def __init__(self) -> None:
        self._inside = False
        self._held = ""

    def pass_through(self, data: str) -> str:
        """The same input, with pictures for the escape characters of pasted text."""
        text, self._held = self._held + data, ""
        passed: list[str] = []
        while text:
            marker = END if self._inside else START
            body, found, rest = text.partition(marker)
            if not found:
                held = _unfinished(body, marker, 1 if self._inside else 3)
                self._held = body[len(body) - held :]
                body = body[: len(body) - held]
            passed.append(body.replace("\x1b", ESCAPE_PICTURE) if self._inside else body)
            passed.append(found)
            self._inside ^= bool(found)
            text = rest
        return "".join(passed)


class GuardedParser(XTermParser):
    """Textual's parser of what a terminal sends, behind a guard for pastes."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._guard = PasteGuard()

    def feed(self, data: str) -> Iterable[Message]:
        """Parse more input; an empty text is its end."""
        return super().feed(self._guard.pass_through(data)) if data else super().feed(data)


def guard_pastes() -> None:
    """Let Textual's driver parse through the guard: it names its parser and takes no other."""
    linux_driver.XTermParser = GuardedParser  # type: ignore[attr-defined]  # the only way in
