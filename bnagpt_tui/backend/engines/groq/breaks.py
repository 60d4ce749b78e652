"""Connections that fail, before an answer or within it, put into sentences."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from ...errors import EngineError, StreamBrokenError, UnreachableError
from .sentences import Service, duration

_DEEPEST: Final = 12


def _roots(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """An error and all that led to it, the outermost first."""
    if error is None or depth > _DEEPEST:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _roots(inner, depth + 1)
    yield from _roots(error.__cause__ or error.__context__, depth + 1)


_WHY: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (socket.gaierror,),
        "The address {host} was not found. Check the network and the base URL.",
    ),
    (
        (ssl.SSLError,),
        "No safe connection to {host}: its certificate or its encryption was not accepted. "
        "Check the clock, the network and the base URL.",
    ),
    (
        (httpx.ProxyError,),
        "The proxy lets nothing through to {host}. Check the proxy’s settings.",
    ),
    (
        (ConnectionRefusedError,),
        "Nobody answers at {host}: the connection was refused. Check that it runs.",
    ),
    (
        (httpx.ReadTimeout,),
        "{title} did not begin to answer within {silence}. Ask again.",
    ),
    (
        (httpx.TimeoutException, TimeoutError),
        "No connection to {host} in time. Check the network and ask again.",
    ),
    (
        (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError),
        "{title} closed the connection before it answered. Ask again.",
    ),
)
"""What may have kept a connection from coming about, and its sentence; the first that fits."""

_PROXY: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (socket.gaierror,),
        "The proxy {proxy} was not found. Check the settings for proxies: HTTPS_PROXY, NO_PROXY.",
    ),
    (
        (httpx.ProxyError,),
        "The proxy {proxy} lets nothing through to {host}. Check the proxy’s settings.",
    ),
    (
        (ConnectionRefusedError,),
        "The proxy {proxy} refused the connection. Check that it runs, or HTTPS_PROXY and "
        "NO_PROXY.",
    ),
    _WHY[1],
    (
        (httpx.ConnectTimeout, httpx.ConnectError),
        "No connection to {host} through the proxy {proxy}. Check the settings for proxies.",
    ),
)
"""The same where a proxy stands before the service."""

_ANYTHING_ELSE: Final = "No connection to {host}. Check the network and the base URL."


def _why_unreachable(causes: list[BaseException], *, proxied: bool) -> str:
    """The sentence that fits what kept a connection from coming about, with its gaps."""
    fitting = (
        sentence
        for kinds, sentence in ((*_PROXY, *_WHY) if proxied else _WHY)
        if any(isinstance(cause, kinds) for cause in causes)
    )
    return next(fitting, _ANYTHING_ELSE)


def explain_unreachable(
    service: Service, error: BaseException, seconds: float, proxy: str = ""
) -> EngineError:
    """The error of a request that got no reply.

    Args:
        service: Who was asked.
        error: What the client raised.
        seconds: How long a silence was borne.
        proxy: The proxy between, as sentences name it; empty when there is none.
    """
    causes = list(_roots(error))
    return UnreachableError(
        _why_unreachable(causes, proxied=bool(proxy)).format(
            title=service.opening, host=service.host, silence=duration(seconds), proxy=proxy
        )
    )


def explain_proxy(service: Service, status: int, proxy: str) -> EngineError:
    """The error of a request that the proxy refused in the service's place."""
    wants = "wants a name and a password" if status == 407 else f"refused (status {status})"
    return UnreachableError(
        f"The proxy {proxy} {wants} for {service.host}. Check the settings for proxies: "
        "HTTP_PROXY, HTTPS_PROXY, NO_PROXY."
    )


def explain_break(service: Service, error: Exception, seconds: float) -> EngineError:
    """The error of an answer that stopped on its way.

    Args:
        service: Who was asked.
        error: What the client raised.
        seconds: How long a silence was borne.
    """
    if isinstance(error, httpx.TimeoutException):
        what = f"{service.opening} fell silent for {duration(seconds)}"
    else:
        what = f"The connection to {service.title} was cut"
    return StreamBrokenError(f"{what} before the answer was whole. Ask again.")
