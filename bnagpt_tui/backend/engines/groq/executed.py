"""What Groq did by itself for an answer: the pages that its own search found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...models import Source
from ...text import is_web_address, one_line
from .lenient import entries, fields

MOST_PAGES: Final = 30
"""Pages of one piece of an answer that are taken."""


def pages_of(executed: Any) -> tuple[Source, ...]:
    """The pages in a delta's `executed_tools`, without numbers; what makes no sense is passed over.

    Shapes as in the SDK's `ExecutedTool`: `search_results.results` and `browser_results`.
    """
    found: dict[str, Source] = {}
    for page in _pages(executed):
        address = page.get("url")
        if not isinstance(address, str) or not is_web_address(address):
            continue
        if len(found) < MOST_PAGES:
            title = one_line(str(page.get("title") or address), 200)
            snippet = one_line(str(page.get("content") or ""), 500)
            found.setdefault(address, Source(0, title, address, snippet))
    return tuple(found.values())


def _pages(executed: Any) -> Iterator[Mapping[str, Any]]:
    for tool in executed if isinstance(executed, list) else ():
        if not isinstance(tool, dict):
            continue
        results = fields(tool.get("search_results")).get("results")
        for pages in (results, tool.get("browser_results")):
            yield from (page for page in entries(pages) if isinstance(page, dict))
