"""What a page says: its title, its date and its text, whatever it is written in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import msgspec

from ...errors import ToolError
from ...text import harmless, without_tags
from .apart import apart
from .decoding import decoded
from .fetched import Fetched

ARTICLE_SECONDS: Final = 8.0
"""How long an article is looked for in a page."""

PLAIN_SECONDS: Final = 6.0
"""How long all of a page's text may take, where no article was found in time."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says."""

    title: str
    """On one line; may be empty."""
    date: str
    """As in `2026-11-27`; empty when it says none."""
    text: str


async def read(fetched: Fetched, *, seconds: float = ARTICLE_SECONDS) -> Page:
    """What a page says.

    Args:
        fetched: The page as it came.
        seconds: How long an article is looked for in it.

    Raises:
        ToolError: It is made so that nobody gets its text in time.
    """
    if "html" not in fetched.kind:
        return await asyncio.to_thread(_as_it_is, fetched)
    request = msgspec.msgpack.encode(fetched)
    for task, limit in (("article", seconds), ("plain", PLAIN_SECONDS)):
        try:
            return msgspec.msgpack.decode(await apart(task, request, seconds=limit), type=Page)
        except (TimeoutError, OSError, msgspec.DecodeError):
            continue
    raise ToolError("The page is written so that its text could not be read. Try another page.")


def _as_it_is(fetched: Fetched) -> Page:
    return Page("", "", harmless(without_tags(decoded(fetched))))
