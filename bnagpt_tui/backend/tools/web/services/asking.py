"""Asks a search service that speaks JSON over HTTP, and turns refusals into sentences."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from ....errors import ToolError
from ..fetching import AGENT
from ..options import WebOptions
from ..receiving import ACCEPTED, receive

SECONDS: Final = 15.0
"""How long a search may take."""

MOST_BYTES: Final = 2 * 1024 * 1024
"""Bytes of a service's answer that are read at the most."""


def key_of(options: WebOptions) -> str:
    """The service's key.

    Raises:
        ToolError: There is none that can be sent.
    """
    key = options.key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ToolError(f"{options.service} wants a key: set web_search_key.")
    return key


async def ask(
    options: WebOptions,
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The JSON object that a service answers with.

    Redirects are not followed: the key is for the service alone.

    Args:
        options: Who is asked.
        method: `GET` or `POST`.
        address: Where.
        headers: Sent beside the usual ones.
        query: What stands after the `?`.
        body: Sent as JSON.

    Raises:
        ToolError: It does not answer, or not as it should.
    """
    httpx = await asyncio.to_thread(import_module, "httpx")
    title = options.service
    sent = {"User-Agent": AGENT, "Accept-Encoding": ACCEPTED, "Accept": "application/json"}
    sent |= headers or {}
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(
                timeout=SECONDS, verify=await asyncio.to_thread(httpx.create_ssl_context)
            ) as client,
            client.stream(method, address, headers=sent, params=query, json=body) as reply,
        ):
            if reply.status_code != 200:
                raise ToolError(_refusal(title, reply.status_code))
            answer, is_cut = await receive(reply, MOST_BYTES)
    except (TimeoutError, httpx.TimeoutException):
        raise ToolError(f"{title} did not answer in time. Try again.") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise ToolError(f"{title} cannot be reached. Check web_search_url.") from None
    if is_cut:
        raise ToolError(f"{title} answered with too much to be read.")
    return _object(title, answer)


def items(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list in an answer; what is none is passed over.

    Args:
        body: An object of the answer.
        name: What the list is called in it.
    """
    values = body.get(name)
    if not isinstance(values, list):
        return []
    return [value for value in values if isinstance(value, dict)]


def _object(title: str, answer: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ToolError(f"{title} answered with something that is no list of pages.")
    return value


def _refusal(title: str, status: int) -> str:
    if title == "searxng" and status == 403:
        return "SearXNG refused: its settings.yml needs “formats: [html, json]” under “search”."
    if status in {401, 403}:
        return f"{title} does not let you in: check web_search_key."
    if status in {402, 429, 432, 433}:
        return f"{title} has answered as often as it allows for now. Try again later."
    if 300 <= status < 400:
        return f"{title} sends elsewhere, where it is not followed. Check web_search_url."
    if status >= 500:
        return f"{title} has failed on its own side (status {status}). Try again later."
    return f"{title} answered with status {status} and no pages. Check web_search_url."
