"""Brave's search service; wants a key."""

from __future__ import annotations

from typing import Final

from ..options import WebOptions
from .asking import ask, items, key_of
from .found import Found, found

ADDRESS: Final = "https://api.search.brave.com"
"""Where it is, unless the settings say otherwise."""


async def brave(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask Brave, with the key of the settings.

    Args:
        options: Holds the key.
        query: What to look for.
        count: How many pages.

    Raises:
        ToolError: There is no key, or it does not answer as it should.
    """
    body = await ask(
        options,
        "GET",
        (options.address or ADDRESS).rstrip("/") + "/res/v1/web/search",
        headers={"X-Subscription-Token": key_of(options)},
        query={"q": query, "count": str(count)},
    )
    pages = body.get("web")
    return [
        found(item.get("title"), item.get("url"), item.get("description"))
        for item in items(pages if isinstance(pages, dict) else {}, "results")
    ]
