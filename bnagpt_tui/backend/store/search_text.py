"""Text as the search index holds it, and what it gives back of it.

SQLite's tokenizer takes a run of letters for one word. Chinese, Japanese and Thai put no spaces
between words, so there every letter is made a word of its own, and what was typed without a
space is looked for as a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..models import Fragment
from ..text import harmless, one_line

BEGIN: Final = "\x02"
"""Stands before a match in what the index gives; `searchable` leaves none of them in a text."""

END: Final = "\x03"
"""Stands after a match."""

PIECE: Final = 1 << 15
"""Characters of a text that are indexed as one: a snippet costs as much as its piece."""

_SEPARATOR: Final = "\u200b"
_LETTER: Final = "[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_UNSPACED: Final = re.compile(f"(?<={_LETTER})(?={_LETTER})")
_SPACE: Final = re.compile(r"\s")
_LONGEST: Final = 400


def searchable(text: str) -> str:
    """The text with harmless characters only, and with a word's end after each such letter."""
    return _UNSPACED.sub(_SEPARATOR, harmless(text).replace(_SEPARATOR, ""))


def pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces, cut at white space where there is any.

    Before anything else is done with a long text, as that would keep all other threads waiting.
    """
    start = 0
    while len(text) - start > PIECE:
        end = start + PIECE
        spaces = list(_SPACE.finditer(text, end - PIECE // 4, end))
        end = spaces[-1].end() if spaces else end
        yield text[start:end]
        start = end
    yield text[start:]


def fragments(marked: str) -> tuple[Fragment, ...]:
    """A snippet as the index gives it, as plain data on one line.

    Args:
        marked: The words around the matches, each match between `BEGIN` and `END`.
    """
    found = []
    for number, part in enumerate(re.split(f"[{BEGIN}{END}]", marked)):
        if part := _on_one_line(part.replace(_SEPARATOR, "")):
            found.append(Fragment(part, is_match=number % 2 == 1))
    return tuple(found)


def _on_one_line(text: str) -> str:
    """The text with white space folded; at its ends a space stands for whatever was there."""
    line = one_line(text, _LONGEST)
    before = " " if text[:1].isspace() else ""
    after = " " if line and text[-1:].isspace() else ""
    return before + line + after
