"""The `groq` client, made to ask any server; this and `connection` alone import it.

Import it late: it takes a fifth of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import groq
import httpx

from .address import GROQ_PREFIX, Address
from .refusals import read_refusal

CONNECT_SECONDS: Final = 10.0
"""How long a connection may take to come about."""

KEPT_SECONDS: Final = 120.0
"""How long an idle connection is kept, so that the next question saves the handshakes."""

PREFIX_HEADER: Final = "x-bnagpt-prefix"
"""Tells the HTTP client, and nobody else, where the paths of a request begin."""


class _Journey:
    """Learns from `httpcore`'s trace whether a request got a connection of its own."""

    def __init__(self) -> None:
        self.connected = False

    async def __call__(self, event: str, details: Mapping[str, object]) -> None:
        """Note an event of the request's way."""
        del details
        self.connected = self.connected or event.startswith("connection.connect")


def found_closed(error: groq.APIConnectionError) -> bool:
    """Whether a request met a kept connection that the server was just closing.

    Nobody has read such a request: it can be sent again without asking.
    """
    journey = error.request.extensions.get("trace")
    kept = isinstance(journey, _Journey) and not journey.connected
    lost = httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError
    return kept and isinstance(error.__cause__, lost)


async def is_lost(reply: httpx.Response, model: str) -> bool:
    """Whether a reply that looks well says that nothing is at this address: LM Studio's do."""
    kind = reply.headers.get("content-type", "")
    if "application/json" not in kind:
        return "text/html" in kind
    return read_refusal(400, reply.headers, await reply.aread(), model).means_nothing_is_there


def make_client(address: Address, key: str, proxy: str, stall_seconds: float) -> groq.AsyncGroq:
    """The client for an address.

    Args:
        address: Where to ask.
        key: What the service knows the user by.
        proxy: What stands between; empty for nothing.
        stall_seconds: How long a silence is borne.

    Raises:
        ValueError: The proxy cannot be used; so `ImportError` and `OSError` say.
    """
    return groq.AsyncGroq(
        api_key=key,
        base_url=address.root,
        max_retries=0,
        timeout=httpx.Timeout(stall_seconds, connect=CONNECT_SECONDS),
        http_client=_http_client(address, key, proxy),
    )


def _http_client(address: Address, key: str, proxy: str) -> httpx.AsyncClient:
    """An HTTP client that asks for the address's own paths.

    The `groq` client puts `/openai/v1` before every path; other servers want something else,
    which is in a header of each request. What a server sends on to another place is not followed:
    key and conversation are for the one that was named. On this machine no proxy is used,
    whatever the environment says.
    """
    theirs = GROQ_PREFIX.encode()
    query = address.query.encode()
    azure = ".azure.com" in address.host

    async def prepare(request: httpx.Request) -> None:
        prefix = request.headers.pop(PREFIX_HEADER, address.prefix).encode()
        path = request.url.raw_path.replace(theirs, prefix, 1)
        if query:
            path += (b"&" if b"?" in path else b"?") + query
        request.url = request.url.copy_with(raw_path=path)
        request.extensions = {**request.extensions, "trace": _Journey()}
        if azure:
            request.headers["api-key"] = key

    return groq.DefaultAsyncHttpxClient(
        event_hooks={"request": [prepare]},
        limits=httpx.Limits(max_connections=50, keepalive_expiry=KEPT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        verify=httpx.create_ssl_context(trust_env=not address.loopback),
        proxy=proxy or None,
    )
