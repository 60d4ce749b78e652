"""The tool that reads a page of the web."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from ..addresses import same_host
from ..models import Source
from ..permission import Consent
from ..text import one_line
from .base import Tool, ToolContext, ToolResult, tool_from
from .web.consent import consent_to
from .web.fetching import MOST_BYTES, fetch
from .web.guard import anywhere, host_of, is_public
from .web.options import WebOptions
from .web.page import Page, read

SECONDS: Final = 40.0
"""How long a call may take: the page has 20 to come, and 14 to be made into text."""

_SNIPPET: Final = 200


def read_page(options: WebOptions) -> Tool:
    """The tool `read_page`."""
    allowed = anywhere if options.private else is_public

    async def run(
        context: ToolContext,
        address: Annotated[str, Meta(description="The page's address, with https://.")],
    ) -> ToolResult:
        """Read a page of the web as text. Cite it by the number that it is given."""

        async def may_go(start: str, target: str) -> bool:
            return context.is_free or same_host(start, target) or await context.is_named(target)

        fetched = await fetch(address.strip(), allowed=allowed, may_go=may_go)
        page = await read(fetched)
        return _result(context, fetched.address, page, is_cut=fetched.is_cut)

    return tool_from(run, name="read_page", asks=_asks, seconds=SECONDS, subject="address")


async def _asks(context: ToolContext, address: str) -> Consent | None:
    """What the user is asked: about an address that neither they nor a search named.

    Raises:
        ToolError: It is no address of a page.
    """
    host_of(address.strip())
    return await consent_to([address.strip()], context)


def _result(context: ToolContext, address: str, page: Page, *, is_cut: bool) -> ToolResult:
    number = context.first_source
    title = page.title or one_line(address, 120)
    head = [f"[{number}] {title}", address, *([page.date] if page.date else []), ""]
    text = page.text or "(The page holds no text. It may need a browser to show itself.)"
    if is_cut:
        text += f"\n[The page is larger than {MOST_BYTES // 1024**2} MB; the rest was not read.]"
    source = Source(number, title, address, one_line(page.text, _SNIPPET))
    return ToolResult("\n".join([*head, text]), sources=(source,))
