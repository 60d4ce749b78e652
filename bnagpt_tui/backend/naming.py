"""Names of conversations: made of first words, and compared as people compare them."""

from __future__ import annotations

import unicodedata
from typing import Final

from .text import one_line

NAME_LENGTH: Final = 48
"""Characters of a name that is made of the first words."""


def name_from(text: str) -> str:
    """A name for a conversation, made of the first words of its first question."""
    words = one_line(text, NAME_LENGTH * 4)
    if len(words) <= NAME_LENGTH:
        return words or "Untitled"
    cut = words[: NAME_LENGTH - 1]
    return cut.rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…" if " " in cut else cut + "…"


def folded(name: str) -> str:
    """The name as two names are compared: case and composition do not tell them apart."""
    return unicodedata.normalize("NFC", name).casefold()
