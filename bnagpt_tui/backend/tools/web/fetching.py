"""Fetches a page: within a time, a size and a few redirects, from the open Internet only."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from ...errors import ToolError
from ...text import one_line
from .guard import Allowed, LookUp, host_of, is_public, look_up, resolve

if TYPE_CHECKING:
    import httpx

MOST_BYTES: Final = 5 * 1024 * 1024
"""Bytes of a page that are read at the most, as they come and after they are unpacked."""

MOST_REDIRECTS: Final = 5
"""How often a page may send elsewhere."""

CONNECT_SECONDS: Final = 8.0
"""How long a connection may take to come about."""

SECONDS: Final = 20.0
"""How long all of it may take."""

AGENT: Final = "Mozilla/5.0 (compatible; bnaGPT)"
"""What servers are told of who asks."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_READABLE: Final = ("text/", "application/json", "application/xml", "application/xhtml+xml")
_ENDINGS: Final = ("+json", "+xml")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came."""

    address: str
    """Where it was in the end."""
    kind: str
    """Its media type, as in `text/html`."""
    charset: str
    """What the header says of its encoding; empty for nothing."""
    body: bytes
    is_cut: bool
    """Whether it is larger than what was read."""


async def fetch(
    address: str,
    *,
    allowed: Allowed = is_public,
    seconds: float = SECONDS,
    look_up: LookUp = look_up,
) -> Fetched:
    """Fetch a page.

    Args:
        address: Where it is.
        allowed: Which numbers may be connected to.
        seconds: How long all of it may take.
        look_up: Gives the numbers of a host.

    Raises:
        ToolError: It could not be had, or is nothing to read; the sentence says why.
    """
    shown = one_line(address, 120)
    try:
        async with asyncio.timeout(seconds):
            return await _follow(address, allowed=allowed, look_up=look_up)
    except TimeoutError:
        raise ToolError(f"{shown} did not come within {seconds:.0f} seconds.") from None


async def _follow(address: str, *, allowed: Allowed, look_up: LookUp) -> Fetched:
    """Fetch a page, going where it sends."""
    await asyncio.to_thread(import_module, "httpx")
    import httpx  # noqa: PLC0415  # it is there by now

    limits = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    async with httpx.AsyncClient(timeout=limits, trust_env=False) as client:
        for _ in range(MOST_REDIRECTS + 1):
            host, port = host_of(address)
            numbers = await resolve(host, port, allowed=allowed, look_up=look_up)
            found = await _ask(client, address, host, numbers)
            if isinstance(found, Fetched):
                return found
            address = found
    raise ToolError(f"The page sends elsewhere more than {MOST_REDIRECTS} times.")


async def _ask(
    client: httpx.AsyncClient, address: str, host: str, numbers: list[str]
) -> Fetched | str:
    """Ask once; what comes back is the page, or the address that it sends to."""
    import httpx  # noqa: PLC0415  # it is there by now

    trouble: Exception | None = None
    for number in numbers:
        try:
            request = _request(client, address, host, number)
            response = await client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            trouble = error
            continue
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ToolError(_sentence(host, error)) from None
        try:
            return await _take(response, address)
        except httpx.HTTPError as error:
            raise ToolError(_sentence(host, error)) from None
        finally:
            await response.aclose()
    raise ToolError(_sentence(host, trouble))


def _request(client: httpx.AsyncClient, address: str, host: str, number: str) -> httpx.Request:
    """A request that goes to this number, whatever the name would lead to by then."""
    request = client.build_request(
        "GET",
        address,
        headers={
            "User-Agent": AGENT,
            "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip",
        },
        extensions={"sni_hostname": host},
    )
    named = request.headers["Host"]
    request.url = request.url.copy_with(host=number)
    request.headers["Host"] = named
    return request


async def _take(response: httpx.Response, address: str) -> Fetched | str:
    """Read a reply, or where it sends."""
    host = one_line(host_of(address)[0], 80)
    target: str | None = response.headers.get("Location")
    if response.status_code in _REDIRECTS and target:
        return urljoin(address, target)
    if response.status_code >= 400:
        raise ToolError(f"{host} answered with status {response.status_code}: no page.")
    kind, _, parameters = response.headers.get("Content-Type", "text/html").partition(";")
    kind = kind.strip().lower()
    if not (kind.startswith(_READABLE) or kind.endswith(_ENDINGS)):
        raise ToolError(f"The page is {one_line(kind, 60)}, which is not read here.")
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", "deflate", ""}:
        raise ToolError(f"{host} packed the page as {one_line(encoding, 30)}, unasked.")
    body = bytearray()
    is_cut = False
    async for piece in _unpacked(response, encoding):
        body += piece
        if len(body) > MOST_BYTES:
            is_cut = True
            break
    return Fetched(address, kind, _charset(parameters), bytes(body[:MOST_BYTES]), is_cut)


async def _unpacked(response: httpx.Response, encoding: str) -> AsyncIterator[bytes]:
    """Yield the body's bytes, never more at once than are read at the most.

    Raises:
        ToolError: It is not packed as it says.
    """
    packed = encoding in {"gzip", "x-gzip", "deflate"}
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
    size = 0
    async for piece in response.aiter_raw():
        if unpacker is None:
            yield piece
            continue
        size += len(piece)
        if size > MOST_BYTES:
            return
        try:
            yield unpacker.decompress(piece, MOST_BYTES + 1)
        except zlib.error:
            raise ToolError("The page came packed in a way that cannot be unpacked.") from None
        if unpacker.unconsumed_tail:
            return


def _charset(parameters: str) -> str:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return ""


def _sentence(host: str, error: Exception | None) -> str:
    """Why there was no page."""
    shown = one_line(host, 80)
    text = str(error).lower()
    if "certificate" in text or "ssl" in text:
        return f"No safe connection to {shown}: its certificate was not accepted."
    if error is not None and "Timeout" in type(error).__name__:
        return f"{shown} did not answer in time."
    return f"No connection to {shown}, or it broke off: there is no page."
