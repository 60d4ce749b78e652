"""Text from outside made safe to show: what would command a terminal is drawn, never sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import category

from .marks import marks_at_end, uncrowded

if TYPE_CHECKING:
    from collections.abc import Callable

REPLACEMENT: Final = "\ufffd"
"""What stands for a character that has no picture of its own."""

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_LOW: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    f"\ud800-\udfff{_BIDI}"
)
_HIGH: Final = (
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U000dffff\U000e0080-\U000e00ff"
    "\U000e01f0-\U000effff"
    "\U000ffffe\U000fffff\U0010fffe\U0010ffff"
)
"""What will never be a character."""

CONTROLS: Final = _LOW + _HIGH
"""What no screen is sent, as the inside of a pattern's brackets: all but newline, tab and tags.

Tags say letters that nobody sees; only in flags they have a picture. Characters that are merely
too new for Python's own tables are not in it.
"""

_UNSAFE_ASCII: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_UNSAFE_LOW: Final = re.compile(f"[{_LOW}]")
_UNSAFE: Final = re.compile(f"[{CONTROLS}]")
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")
_TAGS: Final = re.compile("[\U000e0000-\U000e007f][\U000e0000-\U000e007f]*")
_LETTERS: Final = {
    0xE0000 + code: chr(code) if 0x20 <= code < 0x7F else None for code in range(0x80)
}
_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_SURROGATES: Final = re.compile("[\ud800-\udfff]+")
_UNFINISHED: Final = re.compile(
    "(?:[\r\u200d\ud800-\udbff]|\U0001f3f4[\U000e0000-\U000e007f]{0,64}|[\U000e0000-\U000e007f]{1,64})\\Z"
)
_MOST_HELD: Final = 66
"""Characters at the end of a piece in which something may have begun that goes on."""


def whole(text: str) -> str:
    """The text with halves of characters put together, and those that are alone replaced.

    A server may write a character as two escapes; names of files and arguments of programs may
    hold bytes that are no text. Nothing can be encoded while a half is in it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub(_joined, text)
    return text


def _joined(match: re.Match[str]) -> str:
    return match.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def hidden_letters(text: str) -> str:
    """Return the letters that a text says in tags, which nobody sees; those of flags aside."""
    found: list[str] = []

    def noted(letters: str) -> str:
        found.append(letters)
        return ""

    if _BEYOND.search(text):
        with_tags(text, noted)
    return " ".join(found)


def with_tags(text: str, hidden: Callable[[str], str]) -> str:
    """The text with something in place of tags, but for those of flags like Scotland's.

    Args:
        text: Any text.
        hidden: Gives what stands for some tags, of the letters that they hide.
    """

    def replaced(match: re.Match[str]) -> str:
        flag = _FLAG.match(match.string, match.start() - 1) if match.start() else None
        end = flag.end() if flag else match.start()
        tags = match.string[end : match.end()]
        kept = match.string[match.start() : end]
        return kept + (hidden(tags.translate(_LETTERS)) if tags else "")

    return _TAGS.sub(replaced, text)


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
    if character in "\ufeff\ufff9\ufffa\ufffb" or _is_bidi(code):
        return ""
    return REPLACEMENT


def _is_bidi(code: int) -> bool:
    return code == 0x61C or 0x200E <= code <= 0x206F


def without_tags(text: str) -> str:
    """The text as somebody reads it who sees no tags: a model is told nothing that users are not.

    For what was not written by the user: pages, files, and whatever else tools bring.
    """
    return with_tags(text, _nothing) if _BEYOND.search(text) else text


def _nothing(_letters: str) -> str:
    return ""


def _revealed(letters: str) -> str:
    return f"⟦hidden: {letters}⟧"


def harmless(text: str) -> str:
    """The text with every control character shown or stripped, newlines and tabs kept.

    Nothing of what it returns can move a cursor, set a title, reorder a line, hide a word or fail
    to be encoded as UTF-8. Text that is already harmless is returned as it is.
    """
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if text.isascii():
        return _UNSAFE_ASCII.sub(_picture, text)
    text = whole(text)
    if _BEYOND.search(text):
        return _UNSAFE.sub(_picture, with_tags(text, _revealed))
    return _UNSAFE_LOW.sub(_picture, text)


def as_typed(text: str) -> str:
    """The text as it may stand in a field that it is typed into, piece by piece.

    As `harmless`, but that tags stay: they are typed one by one, and may be those of a flag.
    """
    return _UNSAFE.sub(_picture, whole(text.replace("\r\n", "\n")))


def visible(text: str) -> str:
    """The text as it is shown: harmless, and with no more marks on a character than scripts need.

    What is kept, sent or copied is made `harmless` alone.
    """
    return uncrowded(harmless(text))


class Cleaner:
    """Makes streamed text visible piece by piece, as if it had come in one.

    Args:
        uncrowding: Whether it is for a screen, which is sent few of a million marks.
    """

    def __init__(self, *, uncrowding: bool = True) -> None:
        self._clean = visible if uncrowding else harmless
        self._uncrowding = uncrowding
        self._held = ""
        self._marks = ""

    def clean(self, piece: str) -> str:
        """The next piece, made visible; what may be half of something waits for what follows."""
        piece = self._held + piece
        self._held = ""
        if piece.endswith("\r") or not piece.isascii():
            start = max(0, len(piece) - _MOST_HELD)
            if found := _UNFINISHED.search(piece, start):
                self._held = found.group()
                piece = piece[: found.start()]
        return self._after_marks(piece)

    def rest(self) -> str:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        return self._after_marks(held)

    def _after_marks(self, piece: str) -> str:
        """The piece, made visible as what stands behind the marks that came last."""
        if not piece or not self._uncrowding or piece.isascii():
            self._marks = "" if piece else self._marks
            return self._clean(piece)
        text = visible(self._marks + piece)
        shown = text[len(self._marks) :]
        self._marks = marks_at_end(text)
        return shown


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
