"""What every search gives, whoever was asked."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from ....text import one_line
from ..options import WebOptions

_TAGS: Final = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Found:
    """One page that a search found."""

    title: str
    address: str
    snippet: str


Search: TypeAlias = Callable[[WebOptions, str, int], Awaitable[list[Found]]]
"""Searches: takes the options, the words and how many pages are wanted.

Raises `ToolError` when it cannot.
"""


def found(title: object, address: object, snippet: object) -> Found:
    """A page as a service gives it, made harmless.

    Args:
        title: May hold tags and entities, or be nothing.
        address: Where it is.
        snippet: As the title.
    """
    return Found(_words(title, 200), str(address or "").strip(), _words(snippet, 500))


def _words(value: object, most: int) -> str:
    """A text without tags and entities, on one line."""
    if not isinstance(value, str):
        return ""
    return one_line(html.unescape(_TAGS.sub("", value[: most * 8])), most)
