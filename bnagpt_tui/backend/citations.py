"""Which of the pages that tools found an answer refers to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import Message, Source

_CITED: Final = re.compile(r"\[(\d{1,4}(?:\s*[,–-]\s*\d{1,4})*)\](?!\()|【(\d{1,4})[^】\n]{0,60}】")
"""`[1]`, `[1, 3]` and `[2-4]` as asked for, `【1†…】` as some models write."""

_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_RANGE: Final = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_LONGEST_RANGE: Final = 20


def sources_in(messages: Iterable[Message]) -> dict[int, Source]:
    """Every page that tools found in these messages, by its number."""
    return {source.number: source for message in messages for source in message.sources}


def next_number(messages: Iterable[Message]) -> int:
    """The first number that no page of these messages has."""
    return max(sources_in(messages), default=0) + 1


def cited(text: str, known: dict[int, Source]) -> tuple[Source, ...]:
    """The pages that a text refers to, in the order of their numbers.

    Args:
        text: An answer; what stands in its blocks of code is no reference.
        known: The pages there are.
    """
    if not known:
        return ()
    found: set[int] = set()
    for match in _CITED.finditer(_without_code(text)):
        for first, last in _RANGE.findall(match[1] or match[2]):
            begin, end = int(first), int(last or first)
            found.update(range(begin, min(end, begin + _LONGEST_RANGE) + 1))
    return tuple(known[number] for number in sorted(found) if number in known)


def _without_code(text: str) -> str:
    """A text without its fenced blocks of code; one that is never closed goes to the end."""
    if "```" not in text and "~~~" not in text:
        return text
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            kept.append(line)
    return "\n".join(kept)
