"""The tool that searches the web."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from ..models import Source
from ..text import is_web_address, one_line
from .base import Tool, ToolContext, ToolResult, tool_from
from .web.options import WebOptions
from .web.services import SERVICES, Found, Search

MOST_RESULTS: Final = 10
"""Pages that one search gives at the most."""


def web_search(options: WebOptions, search: Search | None = None) -> Tool:
    """The tool `web_search`.

    Args:
        options: Who searches.
        search: Searches in place of the service that the options name.
    """
    ask = search or SERVICES[options.service]

    async def run(
        context: ToolContext,
        query: Annotated[str, Meta(description="What to look for.", min_length=1)],
        count: Annotated[int, Meta(description="How many pages.", ge=1, le=MOST_RESULTS)] = 6,
    ) -> ToolResult:
        """Search the web; gives title, address and a snippet of each page.

        Cite pages by their numbers, as [1]. read_page reads one whole.
        """
        found = await ask(options, query, count)
        return _result(context, query, _sound(found)[:count])

    return tool_from(run, name="web_search", searches=True, subject="query")


def _sound(found: list[Found]) -> list[Found]:
    """The pages with an address on the web, each once."""
    pages: dict[str, Found] = {}
    for page in found:
        if is_web_address(page.address):
            pages.setdefault(page.address, page)
    return list(pages.values())


def _result(context: ToolContext, query: str, pages: list[Found]) -> ToolResult:
    if not pages:
        return ToolResult(f"Nothing was found for “{one_line(query, 200)}”.")
    sources = tuple(
        Source(number, page.title or one_line(page.address, 120), page.address, page.snippet)
        for number, page in enumerate(pages, start=context.first_source)
    )
    told = [f"[{each.number}] {each.title}\n{each.address}\n{each.snippet}" for each in sources]
    return ToolResult("\n\n".join(told), sources=sources)
