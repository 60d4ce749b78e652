"""Tavily: a search service for models; wants a key."""

from __future__ import annotations

from typing import Final

from ..options import WebOptions
from .asking import ask, items, key_of
from .found import Found, found

ADDRESS: Final = "https://api.tavily.com"
"""Where it is, unless the settings say otherwise."""


async def tavily(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask Tavily, with the key of the settings.

    Args:
        options: Holds the key.
        query: What to look for.
        count: How many pages.

    Raises:
        ToolError: There is no key, or it does not answer as it should.
    """
    body = await ask(
        options,
        "POST",
        (options.address or ADDRESS).rstrip("/") + "/search",
        headers={"Authorization": f"Bearer {key_of(options)}"},
        body={"query": query, "max_results": count},
    )
    return [
        found(item.get("title"), item.get("url"), item.get("content"))
        for item in items(body, "results")
    ]
