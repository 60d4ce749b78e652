"""Fetches a page: within a time, a size and a few redirects, from the open Internet only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urljoin

from ...errors import ToolError
from ...text import one_line
from .fetched import Fetched
from .guard import Allowed, LookUp, host_of, is_public, look_up, resolve
from .receiving import ACCEPTED, receive

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


MayGo: TypeAlias = Callable[[str, str], Awaitable[bool]]
"""Whether a page may send from one address to another."""


async def _anywhere(_start: str, _target: str) -> bool:
    """A page may send to every address."""
    return True


async def fetch(
    address: str,
    *,
    allowed: Allowed = is_public,
    may_go: MayGo = _anywhere,
    seconds: float = SECONDS,
    look_up: LookUp = look_up,
) -> Fetched:
    """Fetch a page.

    Args:
        address: Where it is.
        allowed: Which numbers may be connected to.
        may_go: Whether a page may send from one address to another.
        seconds: How long all of it may take.
        look_up: Gives the numbers of a host.

    Raises:
        ToolError: It could not be had, or is nothing to read; the sentence says why.
    """
    shown = one_line(address, 120)
    try:
        async with asyncio.timeout(seconds), _client() as client:
            return await _follow(client, address, allowed, may_go, look_up)
    except TimeoutError:
        raise ToolError(
            f"{shown} did not come within {seconds:g} seconds. Try another page."
        ) from None


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    """Who asks: through no proxy, since nobody could say what that connects to.

    No connection is used twice: it is known by its number, and another name may have that too.
    """
    await asyncio.to_thread(import_module, "httpx")
    import httpx  # noqa: PLC0415  # it is there by now

    async with httpx.AsyncClient(
        timeout=httpx.Timeout(SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=False,
        verify=await asyncio.to_thread(httpx.create_ssl_context),
    ) as client:
        yield client


async def _follow(
    client: httpx.AsyncClient, address: str, allowed: Allowed, may_go: MayGo, look_up: LookUp
) -> Fetched:
    """Fetch a page, going where it sends."""
    start = address
    for _ in range(MOST_REDIRECTS + 1):
        address = _written_out(address)
        host, port = host_of(address)
        numbers = await resolve(host, port, allowed=allowed, look_up=look_up)
        found = await _ask(client, address, host, numbers)
        if isinstance(found, Fetched):
            return found
        if not await may_go(start, found):
            raise ToolError(
                f"{one_line(host, 80)} sends to another host, where it was not followed: "
                f"{one_line(found, 2000)}"
            )
        address = found
    raise ToolError(f"The page sends elsewhere more than {MOST_REDIRECTS} times.")


def _written_out(address: str) -> str:
    """The address as it is asked for, with every odd character written as a number.

    Raises:
        ToolError: It is no address of a page.
    """
    import httpx  # noqa: PLC0415  # it is there by now

    host_of(address)
    try:
        return str(httpx.URL(address))
    except (httpx.InvalidURL, ValueError):
        raise ToolError(f"“{one_line(address, 120)}” is not an address of a page.") from None


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
            return await _take(response, address, one_line(host, 80))
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
            "Accept-Encoding": ACCEPTED,
        },
        extensions={"sni_hostname": host},
    )
    named = request.headers["Host"]
    request.url = request.url.copy_with(host=number)
    request.headers["Host"] = named
    return request


async def _take(response: httpx.Response, address: str, host: str) -> Fetched | str:
    """Read a reply, or where it sends."""
    target: str | None = response.headers.get("Location")
    if response.status_code in _REDIRECTS and target:
        try:
            return urljoin(address, target)
        except ValueError:
            raise ToolError(f"{host} sends to something that is no address.") from None
    if response.status_code != HTTPStatus.OK:
        raise ToolError(f"{host} gives no page: it answered {_status(response.status_code)}.")
    kind, _, parameters = response.headers.get("Content-Type", "text/html").partition(";")
    kind = kind.strip().lower()
    if not (kind.startswith(_READABLE) or kind.endswith(_ENDINGS)):
        raise ToolError(f"The page is {one_line(kind, 60)}, which is not read here.")
    body, is_cut = await receive(response, MOST_BYTES)
    return Fetched(address, kind, _charset(parameters), body, is_cut)


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


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
    if "certificate" in text:
        return f"No safe connection to {shown}: its certificate was not accepted."
    if "ssl" in text:
        return f"No safe connection to {shown}: it does not speak TLS as it should."
    if error is not None and "Timeout" in type(error).__name__:
        return f"{shown} did not answer in time. Try again, or another page."
    return f"No connection to {shown}, or it broke off: there is no page."
