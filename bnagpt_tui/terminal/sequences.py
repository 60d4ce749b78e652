r"""What a terminal sends, cut into text, keys, reports and pastes.

After ECMA-48: a control sequence is `ESC [`, parameters, a final byte; a control string is one of
`ESC ] P _ ^ X`, text, and BEL or `ESC \`. Keys begin like both, so that time has to tell whether
the user pressed Escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

PASTE_START: Final = "\x1b[200~"
PASTE_END: Final = "\x1b[201~"

ESCAPE_PICTURE: Final = "\u241b"
"""What stands for an escape character in pasted text."""

PAUSE: Final = 0.15
"""Seconds of silence in a sequence from which on the rest of it has to look like its rest."""

GIVE_UP: Final = 1.0
"""Seconds of silence after which the rest of a sequence is waited for no longer."""

PASTE_PAUSE: Final = 2.0
"""Seconds of silence in a paste after which what came of it is given out."""

LONGEST: Final = 256
"""Characters of the longest control sequence that is understood; longer ones are skipped."""

_BULK: Final = 256
"""Characters that nobody types at once."""

_CSI: Final = re.compile(r"\x1b\[(?:\[[A-E]|M[^\x1b]{3}|\d+\$(?!y)|(?![M\[])[ -?]*[@-~])")
_CSI_BEGUN: Final = re.compile(r"\x1b\[(?:M[^\x1b]{0,2}|\[|[ -?]*)\Z")
_PARAMETERS: Final = "".join(map(chr, range(0x20, 0x40)))
_SS3: Final = re.compile(r"\x1bO[0-9;]*[@-~]")
_SS3_BEGUN: Final = re.compile(r"\x1bO[0-9;]*\Z")
_STRING: Final = re.compile(r"\x1b(?:\][0-9lL]|P[0-9>=!$+|]|_G)")
"""How the strings begin that terminals send: colours, versions, settings, pictures."""
_WHOLE_STRING: Final = re.compile(r"\x1b[\]P_^X][^\x00-\x1f\x7f\x9c]*(?:\x07|\x9c|\x1b\\)")
_STRING_STOP: Final = re.compile(r"[\x00-\x1f\x7f\x9c]")
_STRING_REST: Final = re.compile(r"(?=[^/:;=]*[/:;=])[0-9A-Fa-frgb/:;=+]+")
_REPORT_FINALS: Final = frozenset("cnuytSRx")
_OTHER_FINALS: Final = frozenset("u~ABCDEFHPQRSZntcxymMIO")
_INTRODUCERS: Final = frozenset("[O]P_^X")


class Kind(Enum):
    """What a terminal can send."""

    TEXT = auto()
    """Characters, each of them a key."""
    ESCAPE = auto()
    """The Escape key."""
    PREFIXED = auto()
    """A character with an escape before it: Alt and the key, or Escape and then the key."""
    SEQUENCE = auto()
    """A whole control sequence: a key, the mouse, a report."""
    PASTE = auto()
    """Pasted text, or a part of it."""


class Token(NamedTuple):
    """One thing that came from the terminal."""

    kind: Kind
    text: str


class _Mode(Enum):
    GROUND = auto()
    STRING = auto()
    SKIPPING = auto()
    PASTE = auto()


_ESCAPE: Final = Token(Kind.ESCAPE, "\x1b")


class Splitter:
    """Cuts input into tokens, whatever reads it comes in; control strings are swallowed.

    Args:
        escape_delay: Seconds after which an escape that nothing follows is the Escape key.
    """

    def __init__(self, escape_delay: float) -> None:
        self._escape_delay = escape_delay
        self._mode = _Mode.GROUND
        self._held = ""
        self._pasted: list[str] = []
        self._last = 0.0
        self._stalled = False

    @property
    def patience(self) -> float | None:
        """Seconds of silence after which `tick` has something to do; `None` for never."""
        if self._mode is _Mode.PASTE:
            return None if self._stalled else PASTE_PAUSE
        if self._may_be_key:
            return self._escape_delay if self._mode is _Mode.GROUND else PAUSE
        return GIVE_UP if self._held or self._mode is not _Mode.GROUND else None

    @property
    def _may_be_key(self) -> bool:
        """Whether what is held is what a key sends that begins like a sequence."""
        if self._mode is _Mode.GROUND and self._held[1:] in _INTRODUCERS:
            return True
        return self._held == "\x1b"

    def feed(self, text: str, moment: float) -> Iterator[Token]:
        """Cut more input.

        Args:
            text: What was read.
            moment: When, in seconds from any beginning.
        """
        yield from self.tick(moment)
        pause = moment - self._last
        self._last = moment
        if self._was_left_off(text, pause):
            yield from self._give_up()
        text, self._held = self._held + text, ""
        while text:
            tokens, text = self._next(text)
            yield from tokens
            if self._held:
                return

    def tick(self, moment: float) -> Iterator[Token]:
        """Give up what was waited for too long."""
        patience = self.patience
        if patience is not None and moment - self._last >= patience:
            yield from self._give_up()

    def _was_left_off(self, text: str, pause: float) -> bool:
        """Whether this, after a pause, is something new and not the rest of what is unfinished."""
        if self._mode is _Mode.PASTE:
            return self._stalled and PASTE_END not in self._held + text and len(text) < _BULK
        if pause < PAUSE or (self._mode is _Mode.GROUND and len(self._held) < 3):
            return False
        if self._mode is _Mode.STRING:
            ended = _STRING_STOP.search(self._held + text) or len(text) >= _BULK
            return not (ended or _STRING_REST.fullmatch(text))
        rest, final = text.lstrip(_PARAMETERS)[:1], _OTHER_FINALS
        if self._held[2:3] in {"?", ">", "="}:
            final = _REPORT_FINALS
        return bool(rest) and rest not in final

    def _give_up(self) -> Iterable[Token]:
        """Drop what is unfinished, or take it for the key that it is."""
        held, may_be_key, mode = self._held, self._may_be_key, self._mode
        if mode is _Mode.PASTE:
            if not self._stalled:
                self._stalled = True
                return self._paste()
            self._pasted.append(held)
        self._held, self._mode, self._stalled = "", _Mode.GROUND, False
        if mode is _Mode.PASTE:
            return self._paste()
        if not may_be_key:
            return ()
        return (Token(Kind.PREFIXED, held[1]) if held[1:] else _ESCAPE,)

    def _paste(self) -> Iterable[Token]:
        text, self._pasted = "".join(self._pasted).replace("\x1b", ESCAPE_PICTURE), []
        return (Token(Kind.PASTE, text),) if text else ()

    def _next(self, text: str) -> tuple[Iterable[Token], str]:
        """The next tokens, and what is left of the text; what is unfinished is held."""
        if self._mode is _Mode.PASTE:
            return self._next_of_paste(text)
        if self._mode is _Mode.STRING:
            return self._next_of_string(text)
        if self._mode is _Mode.SKIPPING:
            text = text.lstrip(_PARAMETERS)
            if text:
                self._mode = _Mode.GROUND
            return (), text[1:] if "@" <= text[:1] <= "~" else text
        body, escape, rest = text.partition("\x1b")
        if body:
            return (Token(Kind.TEXT, body),), escape + rest
        return self._next_after_escape(text)

    def _next_after_escape(self, text: str) -> tuple[Iterable[Token], str]:
        follower = text[1:2]
        if not follower:
            return self._hold(text)
        if follower == "\x1b":
            return (_ESCAPE,), text[1:]
        if follower == "[":
            return self._next_control(text)
        if follower in _INTRODUCERS:
            return self._next_of_two_kinds(text)
        return (Token(Kind.PREFIXED, follower),), text[2:]

    def _next_of_two_kinds(self, text: str) -> tuple[Iterable[Token], str]:
        """A string or a key of an application keypad, unless it was Escape and a capital letter."""
        if found := _SS3.match(text):
            return (Token(Kind.SEQUENCE, found[0]),), text[found.end() :]
        if found := _WHOLE_STRING.match(text):
            return (), text[found.end() :]
        if len(text) == 2 or _SS3_BEGUN.match(text):
            return self._hold(text)
        if _STRING.match(text):
            self._mode = _Mode.STRING
            return (), text[2:]
        return (Token(Kind.PREFIXED, text[1]),), text[2:]

    def _next_control(self, text: str) -> tuple[Iterable[Token], str]:
        """A control sequence; what is none after some parameters is dropped as far as it goes."""
        if found := _CSI.match(text):
            rest = text[found.end() :]
            if found[0] == PASTE_START:
                self._mode = _Mode.PASTE
                return (), rest
            known = found.end() <= LONGEST and found[0] != PASTE_END
            return (Token(Kind.SEQUENCE, found[0]),) if known else (), rest
        if _CSI_BEGUN.match(text):
            if len(text) <= LONGEST:
                return self._hold(text)
            self._mode = _Mode.SKIPPING
            return (), ""
        end = 3 if text[2:3] in {"M", "["} else len(text) - len(text[2:].lstrip(_PARAMETERS))
        return (Token(Kind.PREFIXED, "["),) if end == 2 else (), text[end:]

    def _next_of_string(self, text: str) -> tuple[Iterable[Token], str]:
        """Swallow a control string up to its end, or up to a key that shows that it has none."""
        stop = _STRING_STOP.search(text)
        if stop is None:
            return (), ""
        rest = text[stop.start() :]
        if rest == "\x1b":
            return self._hold(rest)
        self._mode = _Mode.GROUND
        if rest.startswith("\x1b\\"):
            return (), rest[2:]
        return (), rest[1:] if rest[0] in "\x07\x9c" else rest

    def _next_of_paste(self, text: str) -> tuple[Iterable[Token], str]:
        body, found, rest = text.partition(PASTE_END)
        if not found:
            held = _unfinished(body, PASTE_END)
            self._held = body[len(body) - held :]
            body = body[: len(body) - held]
        self._pasted.append(body)
        if self._stalled and not found:
            return self._paste(), ""
        if found:
            self._mode, self._stalled = _Mode.GROUND, False
            return self._paste(), rest
        return (), ""

    def _hold(self, text: str) -> tuple[Iterable[Token], str]:
        """Keep what is unfinished until more comes."""
        self._held = text
        return (), text


def _unfinished(text: str, marker: str) -> int:
    """How many characters at the end of the text may be the beginning of a marker."""
    for length in range(min(len(marker) - 1, len(text)), 0, -1):
        if text.endswith(marker[:length]):
            return length
    return 0
