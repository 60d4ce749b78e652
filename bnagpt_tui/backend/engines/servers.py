"""Servers with OpenAI's interface that run on this machine already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .groq import preload
from .groq.catalogue import listed_models

if TYPE_CHECKING:
    import httpx

PLACES: Final = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
)
"""Who usually listens where, the one to prefer first."""

PATIENCE_SECONDS: Final = 0.6
"""How long a server may take to say which models it has."""

_LONGEST_LIST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answered with its models."""

    title: str
    """What the interface calls it."""
    base_url: str
    models: tuple[str, ...]
    """The ids of its models that chat, in the server's own order; never empty."""


async def _list(client: httpx.AsyncClient, base_url: str) -> bytes:
    """The body of a server's list of models; empty when it sends none or far too much."""
    async with client.stream("GET", f"{base_url}/models") as reply:
        if reply.status_code != 200:
            return b""
        body = b""
        async for piece in reply.aiter_bytes():
            body += piece
            if len(body) > _LONGEST_LIST:
                return b""
        return body


async def _probe(
    client: httpx.AsyncClient, title: str, base_url: str, seconds: float
) -> FoundServer | None:
    """The server at an address; `None` when none of the right kind answers in time."""
    import httpx  # noqa: PLC0415 - heavy

    try:
        async with asyncio.timeout(seconds):
            listed = listed_models(await _list(client, base_url)) or ()
    except (TimeoutError, httpx.HTTPError):
        return None
    models = tuple(model.id for model in listed if model.chats)
    return FoundServer(title, base_url, models) if models else None


async def find_servers(
    places: Sequence[tuple[str, str]] = PLACES, *, seconds: float = PATIENCE_SECONDS
) -> tuple[FoundServer, ...]:
    """The servers that answer on this machine, in the order of the places.

    Args:
        places: Titles and base URLs to try, all at once.
        seconds: How long each may take.
    """
    await preload()
    import httpx  # noqa: PLC0415 - heavy

    async with await asyncio.to_thread(httpx.AsyncClient, trust_env=False) as client:
        probes = [_probe(client, title, base_url, seconds) for title, base_url in places]
        found = await asyncio.gather(*probes)
    return tuple(server for server in found if server)
