"""A server that listens at an address: messages go over HTTP."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client

from .line import LARGEST_MESSAGE, Line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from mcp.client._transport import ReadStream, TransportStreams, WriteStream
    from mcp.shared.message import SessionMessage

TROUBLE: Final = -32055
"""The code of errors that this program makes of what HTTP brought in place of an answer."""

FORGOTTEN: Final = -32056
"""The code of the error that this program makes when the server does not know it any longer."""

_SESSION: Final = "mcp-session-id"
_CONNECT_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 10.0


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off where it becomes too long."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for piece in self._body:
                size += len(piece)
                if size > LARGEST_MESSAGE:
                    raise httpx2.StreamError(f"more than {LARGEST_MESSAGE // 1024**2} MB")
                yield piece
        except httpx2.TransportError as error:
            raise httpx2.StreamError(str(error) or type(error).__name__) from None

    async def aclose(self) -> None:
        await self._body.aclose()


class _Client(httpx2.AsyncClient):
    """Sends requests, and gives every failure as an answer that says what it was."""

    async def send(self, request: httpx2.Request, **choices: Any) -> httpx2.Response:
        """Send a request, bounding what comes back."""
        try:
            response = await super().send(request, **choices)
        except httpx2.TransportError as error:
            said = str(error) or type(error).__name__
            return _trouble(request, 503, f"it cannot be reached ({said})")
        kind = response.headers.get("content-type", "").lower()
        problem, code = "", TROUBLE
        if response.status_code == 404 and _SESSION in request.headers:
            problem, code = "it forgot the connection", FORGOTTEN
        elif response.status_code in {401, 403}:
            problem = f"it refuses the key or the headers (HTTP {response.status_code})"
        elif response.headers.get("content-encoding", "identity") != "identity":
            problem = "it sends what is compressed, which was not asked for"
        elif response.status_code >= 400 and response.status_code != 404 and "json" not in kind:
            problem = f"it answers with HTTP {response.status_code}"
        if problem:
            await response.aclose()
            return _trouble(request, max(response.status_code, 400), problem, code)
        if "event-stream" not in kind and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream)
        return response


def _trouble(
    request: httpx2.Request, status: int, problem: str, code: int = TROUBLE
) -> httpx2.Response:
    """The answer that says in the protocol's own words what went wrong below it."""
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": problem}}
    return httpx2.Response(status, json=error, request=request)


class Remote(Line):
    """Carries messages to and from an address."""

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[TransportStreams, None]:
        """Be ready to send; at the end of the context the server is told so."""
        client = _Client(
            headers={**self.options.headers, "accept-encoding": "identity"},
            timeout=httpx2.Timeout(_CONNECT_SECONDS, read=self.options.seconds + _PATIENCE_SECONDS),
        )
        carrier = streamable_http_client(
            self.options.address, http_client=client, max_sse_event_size=LARGEST_MESSAGE
        )
        async with client, carrier as (read, write), anyio.create_task_group() as tasks:
            tasks.start_soon(self._receive, read)
            tasks.start_soon(self._send, write)
            try:
                yield self.inbox, self.outbox
            finally:
                self.close()
                tasks.cancel_scope.cancel()

    async def _receive(self, read: ReadStream[SessionMessage | Exception]) -> None:
        """Hand on what comes."""
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            try:
                async with read:
                    async for item in read:
                        await self.deliver(item)
            finally:
                self.end()
                self.incoming.close()

    async def _send(self, write: WriteStream[SessionMessage]) -> None:
        """Pass on what is for the server, so that nobody who sends has to wait for it."""
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            async with write:
                async for item in self.outgoing:
                    await write.send(item)
