"""Who searches the web: each service asked in its own way, answered in the same."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias

from ...errors import ToolError
from ...text import one_line
from .fetching import AGENT
from .options import WebOptions

SECONDS: Final = 15.0
"""How long a search may take."""

MOST_BYTES: Final = 2 * 1024 * 1024
"""Bytes of a service's answer that are read at the most."""

TAVILY: Final = "https://api.tavily.com"
"""Where Tavily is."""

BRAVE: Final = "https://api.search.brave.com"
"""Where Brave's service is."""

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


async def ddgs(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask several search engines through the library `ddgs`, which needs no key."""
    del options
    try:
        library = await asyncio.to_thread(import_module, "ddgs")
        errors = await asyncio.to_thread(import_module, "ddgs.exceptions")
    except ImportError:
        raise ToolError(
            "Searching needs the extra “web”: pip install 'bnagpt-tui[web]'. Or set web_search "
            "to searxng, tavily or brave."
        ) from None

    def search() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = library.DDGS(timeout=8).text(query, max_results=count)
        return found

    try:
        async with asyncio.timeout(SECONDS):
            results = await asyncio.to_thread(search)
    except TimeoutError:
        raise ToolError("The search engines did not answer in time. Try again.") from None
    except errors.RatelimitException:
        raise ToolError("The search engines want a rest. Try again in a minute.") from None
    except errors.DDGSException as error:
        if "no results" in str(error).lower():
            return []
        raise ToolError(
            "No search engine answered. Check the network, or set web_search to searxng, "
            "tavily or brave."
        ) from None
    return [_found(item.get("title"), item.get("href"), item.get("body")) for item in results]


async def searxng(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask an instance of SearXNG, whose address is in the settings."""
    del count
    if not options.address:
        raise ToolError("SearXNG has no address: set web_search_url to that of your instance.")
    body = await _ask(
        options, "GET", options.address, "/search", params={"q": query, "format": "json"}
    )
    results = _list(body, "results")
    return [_found(item.get("title"), item.get("url"), item.get("content")) for item in results]


async def tavily(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask Tavily, with the key of the settings."""
    body = await _ask(
        options,
        "POST",
        options.address or TAVILY,
        "/search",
        json={"query": query, "max_results": count},
        headers={"Authorization": f"Bearer {_key(options)}"},
    )
    results = _list(body, "results")
    return [_found(item.get("title"), item.get("url"), item.get("content")) for item in results]


async def brave(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask Brave, with the key of the settings."""
    body = await _ask(
        options,
        "GET",
        options.address or BRAVE,
        "/res/v1/web/search",
        params={"q": query, "count": str(count)},
        headers={"X-Subscription-Token": _key(options), "Accept": "application/json"},
    )
    pages = body.get("web")
    results = _list(pages if isinstance(pages, dict) else {}, "results")
    return [_found(item.get("title"), item.get("url"), item.get("description")) for item in results]


SERVICES: Final[Mapping[str, Search]] = {
    "brave": brave,
    "ddgs": ddgs,
    "searxng": searxng,
    "tavily": tavily,
}
"""Every service by the name that the setting has for it."""


def _key(options: WebOptions) -> str:
    key = options.key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ToolError(f"{options.service} wants a key: set web_search_key.")
    return key


async def _ask(
    options: WebOptions, method: str, base: str, path: str, **arguments: Any
) -> Mapping[str, Any]:
    """Ask a service over HTTP; what it answers is a JSON object.

    Raises:
        ToolError: It does not answer, or not as it should.
    """
    httpx = await asyncio.to_thread(import_module, "httpx")
    title = options.service
    headers = {"User-Agent": AGENT, **arguments.pop("headers", {})}
    body = bytearray()
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(timeout=SECONDS) as client,
            client.stream(method, base.rstrip("/") + path, headers=headers, **arguments) as reply,
        ):
            if reply.status_code != 200:
                raise ToolError(_refusal(title, reply.status_code))
            async for piece in reply.aiter_bytes(65_536):
                body += piece
                if len(body) > MOST_BYTES:
                    raise ToolError(f"{title} answered with too much to be read.")
    except (TimeoutError, httpx.TimeoutException):
        raise ToolError(f"{title} did not answer in time. Try again.") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise ToolError(f"{title} cannot be reached. Check web_search_url.") from None
    return _object(title, bytes(body))


def _object(title: str, body: bytes) -> Mapping[str, Any]:
    import json  # noqa: PLC0415  # with the first search

    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ToolError(f"{title} answered with something that is no list of pages.")
    return value


def _refusal(title: str, status: int) -> str:
    if title == "searxng" and status == 403:
        return "SearXNG refused: its settings.yml needs “formats: [html, json]” under “search”."
    if status in {401, 403}:
        return f"{title} does not accept the key: check web_search_key."
    if status in {402, 429, 432, 433}:
        return f"{title} has answered as often as the plan allows for now. Try again later."
    return f"{title} answered with status {status} and no pages."


def _list(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    values = body.get(name)
    if not isinstance(values, list):
        return []
    return [value for value in values if isinstance(value, dict)]


def _found(title: object, address: object, snippet: object) -> Found:
    return Found(_words(title, 200), str(address or "").strip(), _words(snippet, 500))


def _words(value: object, most: int) -> str:
    """A text without tags and entities, on one line."""
    if not isinstance(value, str):
        return ""
    return one_line(html.unescape(_TAGS.sub("", value[: most * 8])), most)
