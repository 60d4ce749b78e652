"""Asks search engines through the library `ddgs`; done in a process of its own, since it blocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

ENGINE_SECONDS: Final = 5
"""How long one search engine is waited for."""


class Outcome(Enum):
    """How a search ended."""

    FOUND = "found"
    MISSING = "missing"
    """The library is not there."""
    RATE_LIMITED = "rate limited"
    LATE = "late"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a search."""

    outcome: Outcome
    pages: list[tuple[str, str, str]]
    """Title, address and snippet of each page, as the engines give them."""


def search_for(query: str, count: int) -> Answer:
    """What the engines find.

    Args:
        query: What to look for.
        count: How many pages.
    """
    try:
        from ddgs import DDGS, exceptions  # noqa: PLC0415  # heavy, and an extra
    except ImportError:
        return Answer(Outcome.MISSING, [])
    try:
        found = DDGS(timeout=ENGINE_SECONDS).text(query, max_results=count)
    except exceptions.RatelimitException:
        return Answer(Outcome.RATE_LIMITED, [])
    except exceptions.TimeoutException:
        return Answer(Outcome.LATE, [])
    except exceptions.DDGSException as error:
        nothing = "no results" in str(error).lower()
        return Answer(Outcome.FOUND if nothing else Outcome.FAILED, [])
    return Answer(Outcome.FOUND, [_page(item) for item in found])


def _page(item: dict[str, Any]) -> tuple[str, str, str]:
    return (str(item.get("title", "")), str(item.get("href", "")), str(item.get("body", "")))
