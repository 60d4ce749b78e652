"""SearXNG: a search service that one can run oneself."""

from __future__ import annotations

from ....errors import ToolError
from ..options import WebOptions
from .asking import ask, items
from .found import Found, found


async def searxng(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask an instance of SearXNG, whose address is in the settings.

    Args:
        options: Says where it is.
        query: What to look for.
        count: Not heeded: an instance gives as many as it is set to.

    Raises:
        ToolError: It has no address, or does not answer as it should.
    """
    del count
    if not options.address:
        raise ToolError("SearXNG has no address: set web_search_url to that of your instance.")
    address = options.address.rstrip("/") + "/search"
    body = await ask(options, "GET", address, query={"q": query, "format": "json"})
    return [
        found(item.get("title"), item.get("url"), item.get("content"))
        for item in items(body, "results")
    ]
