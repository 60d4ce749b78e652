"""Text from outside made safe to show: what would command a terminal is drawn, never sent."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category

REPLACEMENT: Final = "\ufffd"
"""What stands for a character that has no picture of its own."""

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSAFE: Final = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff{_BIDI}]"
)


def _picture(match: re.Match[str]) -> str:
    """The harmless stand-in of one unsafe character.

    C0 controls and DEL have pictures in Unicode's block U+2400; carriage returns and Unicode's
    own line separators end a line; marks that only steer direction or order vanish.
    """
    character = match.group()
    code = ord(character)
    if character in "\r\u2028\u2029":
        return "\n"
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0x80 <= code <= 0x9F or 0xD800 <= code <= 0xDFFF:
        return REPLACEMENT
    return ""


def visible(text: str) -> str:
    """The text with every control character shown or stripped, newlines and tabs kept.

    Nothing of what it returns can move a cursor, set a title, reorder a line or fail to be
    encoded as UTF-8. Text that is already harmless is returned as it is.
    """
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    return _UNSAFE.sub(_picture, text)


def in_full(text: str) -> str:
    """The text with every character that cannot be seen written out by its number, in hex.

    For what a user has to judge: nothing in it is hidden from them, or looks like another thing.
    """

    def shown(character: str) -> str:
        if character in "\n\t" or not (character in _BLANK or category(character) in _HIDDEN):
            return character
        return character.encode("unicode_escape").decode()

    return "".join(map(shown, text.replace("\r\n", "\n")))


def one_line(text: str, limit: int = 200) -> str:
    """The text as a single line: controls made visible, white space folded, cut with `…`.

    Args:
        text: Any text.
        limit: The most characters to return.
    """
    line = " ".join(visible(text[: limit * 8]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_web_address(text: str) -> bool:
    """Whether this is the address of a page, `http` or `https`, and harmless to show."""
    return text.startswith(("https://", "http://")) and one_line(text, 2000) == text
