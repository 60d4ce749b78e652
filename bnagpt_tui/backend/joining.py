"""Joins an answer that was cut and what a model wrote to go on with it."""

from __future__ import annotations

import re
from typing import Final

LOOKED_AT: Final = 20_000
"""Characters at the end of the first part that the second may repeat."""

_LEAST: Final = 12
_LEAST_LETTERS: Final = 6
_LEAST_LINE: Final = 4
_LEAST_WORD: Final = 3
_LAST_WORD: Final = re.compile(r"[^\W\d_]+\Z")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_OPENING: Final = re.compile(r"\s*(?:`{3,}|~{3,})[ \t]*[^\s`][^\n`]*\n")
"""A block that begins with the name of its language: without one it would be the block's end."""

_MAYBE_OPENING: Final = re.compile(r"\s*(?:`{1,}|~{1,})[^\n`]*\Z")


class Joint:
    """Where the second part begins: what it only repeats of the first is dropped.

    Text is held back for as long as it may yet turn out to be a repetition.

    Args:
        first: The answer as it was cut.
    """

    def __init__(self, first: str) -> None:
        self._tail = first[-LOOKED_AT:]
        self._in_code = _is_in_code(first)
        self._held: str | None = ""

    def feed(self, text: str) -> str:
        """Take more of the second part, and give what of it is certain to belong to the answer."""
        if self._held is None:
            return text
        self._held += text
        return "" if self._may_repeat(self._held) else self.rest()

    def rest(self) -> str:
        """What was held back, without what is repeated; nothing more is held from here on."""
        held, self._held = self._held, None
        return self._new_of(held) if held else ""

    def _may_repeat(self, text: str) -> bool:
        """Whether more of the second part is needed to judge its beginning."""
        if self._in_code and _MAYBE_OPENING.match(text):
            return True
        bare = text.lstrip()
        if not bare or bare in self._tail:
            return True
        word = _LAST_WORD.search(self._tail)
        return word is not None and word.group().startswith(bare)

    def _new_of(self, text: str) -> str:
        """The second part's beginning without what it repeats."""
        if self._in_code and (fence := _OPENING.match(text)):
            text = text[fence.end() :]
        bare = text.lstrip()
        for candidate in (text, bare):
            if size := _overlap(self._tail, candidate) or _last_line(self._tail, candidate):
                return candidate[size:]
        if size := _begun_word(self._tail, bare):
            return bare[size:]
        return text


def _overlap(tail: str, text: str) -> int:
    """How much of a text's beginning is the tail's end, if that is no chance."""
    for size in range(min(len(tail), len(text)), _LEAST - 1, -1):
        if tail.endswith(text[:size]) and len(set(text[:size])) >= _LEAST_LETTERS:
            return size
    return 0


def _last_line(tail: str, text: str) -> int:
    """How much of a text's beginning is the line that the tail was cut in."""
    line = tail.rpartition("\n")[2]
    is_said = len(line.strip()) >= _LEAST_LINE and any(map(str.isalpha, line))
    return len(line) if is_said and text.startswith(line) else 0


def _begun_word(tail: str, text: str) -> int:
    """How much of a text's first word stands at the tail's end, which was cut within that word."""
    begun, whole = _LAST_WORD.search(tail), _FIRST_WORD.match(text)
    if begun is None or whole is None or len(begun.group()) < _LEAST_WORD:
        return 0
    size = len(begun.group())
    return size if whole.group().startswith(begun.group()) and len(whole.group()) > size else 0


def _is_in_code(text: str) -> bool:
    """Whether a text ends inside a fenced block of code."""
    fence = ""
    for mark, after in _FENCE.findall(text):
        if not fence:
            fence = mark
        elif mark.startswith(fence) and not after.strip():
            fence = ""
    return bool(fence)
