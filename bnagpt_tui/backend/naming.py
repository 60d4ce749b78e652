"""Names of conversations: made of first words, and compared as people compare them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from .text import one_line

NAME_LENGTH: Final = 48
"""Characters of a name that is made of the first words."""

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""What Unicode calls ignorable by default: two names that differ in these look the same."""


def name_from(text: str) -> str:
    """A name for a conversation, made of the first words of its first question."""
    words = one_line(text, NAME_LENGTH * 4)
    if len(words) <= NAME_LENGTH:
        return words or "Untitled"
    cut = words[: NAME_LENGTH - 1]
    return cut.rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…" if " " in cut else cut + "…"


def folded(name: str) -> str:
    """The name as two names are compared, everywhere: two that fold alike are one name.

    Case, composition, width, white space at the ends, the amount of it between words, and
    characters that nobody sees do not tell two names apart (Unicode's `NFKC_Casefold`, with
    white space folded). A name of nothing else is compared as it is.
    """
    if name.isascii():
        return " ".join(name.split()).casefold() or name
    compared = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return " ".join(unicodedata.normalize("NFKC", compared).split()) or name


def loosely(text: str) -> str:
    """The text as a filter compares it with a name: as `folded`, and without accents."""
    letters = unicodedata.normalize("NFKD", folded(text))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
