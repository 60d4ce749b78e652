"""Texts that mean harm, and what a terminal might obey of what it is sent."""

from __future__ import annotations

import random
import re
from typing import Final

_OURS: Final = re.compile(r"\x1b\[[\d;]*[mHGABCDMLr]|\x1b\]8;(id=-?\d+)?;[\x21-\x7e]*\x1b\\|\r|\n")
"""The sequences that drawing is made of."""

_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{1,6}\U000e007f")

PIECES: Final = (
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H\x1b[31m",
    "\x1bP+q544e\x1b\\\x1b[6n",
    "\x1b]52;c;T1dORUQ=\x07",
    "\x1b]8;;https://evil.example\x1b\\",
    "\x9b31m\x90q\x9c\x85",
    "\x00\x08\x0e\x7f",
    "\r\n\t\v\f",
    "\u202eevil\u202c\u2066\u200f",
    "\u2028\u2029\ufeff\ufffe\ufff9",
    "\ud800",
    "\udcff\ud83d",
    "\U000e0041\U000e0042\U000e007f",
    "e" + "\u0301" * 300,
    "👩" + "\u200d👩" * 200,
    "[/bold][@click=app.quit]x[/]",
    "`~~~*_<b>|",
    "日本語",
    "plain words",
    "🏴",
)
"""What hostile texts are made of; some of it is only odd."""


def hostile(chance: random.Random) -> str:
    """A text that nobody should pass on to a terminal."""
    return "".join(chance.choices(PIECES, k=chance.randrange(1, 6)))


def obeyed(sent: str) -> set[str]:
    """The characters that a terminal might obey, beside the sequences of drawing.

    Args:
        sent: What it is sent.
    """
    rest = _FLAG.sub("", _OURS.sub("", sent))
    return {character for character in rest if _commands(character)}


def _commands(character: str) -> bool:
    code = ord(character)
    return (
        code < 32
        or 0x7F <= code < 0xA0
        or 0xD800 <= code < 0xE000
        or code in {0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF, 0xFFFE}
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x206F
        or 0xE0000 <= code <= 0xE007F
    )
