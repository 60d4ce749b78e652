"""The open line to a service, and the only module that imports the `groq` client.

Import it late: it takes a fifth of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager, suppress
from typing import Any, Final, cast

import groq
import httpx

from ...errors import UnreachableError
from ...events import EngineEvent, LimitsReported
from .address import GROQ_PREFIX, Address
from .breaks import explain_break, explain_unreachable
from .limits import read_limits
from .reading import AnswerReader
from .refusals import explain_refusal, read_refusal
from .sentences import Service

CONNECT_SECONDS: Final = 10.0
"""How long a connection may take to come about."""

KEPT_SECONDS: Final = 120.0
"""How long an idle connection is kept, so that the next question saves the handshakes."""

LINGER_SECONDS: Final = 0.2
"""How long the reply's last bytes are awaited, so that its connection can be used again."""


class _Journey:
    """Learns from `httpcore`'s trace whether a request got a connection of its own."""

    def __init__(self) -> None:
        self.connected = False

    async def __call__(self, event: str, details: Mapping[str, object]) -> None:
        """Note an event of the request's way."""
        del details
        self.connected = self.connected or event.startswith("connection.connect")


def _found_closed(error: groq.APIConnectionError) -> bool:
    """Whether a request met a kept connection that the server was just closing.

    Nobody has read such a request: it can be sent again without asking.
    """
    journey = error.request.extensions.get("trace")
    kept = isinstance(journey, _Journey) and not journey.connected
    lost = httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError
    return kept and isinstance(error.__cause__, lost)


def _http_client(address: Address) -> httpx.AsyncClient:
    """An HTTP client that asks for the address's own paths.

    The `groq` client puts `/openai/v1` before every path; other servers want `/v1` alone. On
    this machine no proxy is used, whatever the environment says.
    """
    theirs = GROQ_PREFIX.encode() + b"/"
    ours = address.prefix.encode() + b"/"

    async def prepare(request: httpx.Request) -> None:
        path = request.url.raw_path.replace(theirs, ours, 1)
        request.url = request.url.copy_with(raw_path=path)
        request.extensions = {**request.extensions, "trace": _Journey()}

    return groq.DefaultAsyncHttpxClient(
        event_hooks={"request": [prepare]},
        limits=httpx.Limits(max_connections=50, keepalive_expiry=KEPT_SECONDS),
        trust_env=not address.loopback,
    )


async def _rest(pieces: AsyncIterator[bytes]) -> None:
    """Read what is left of a reply that has said all."""
    with suppress(TimeoutError, httpx.RequestError):
        async with asyncio.timeout(LINGER_SECONDS):
            async for _ in pieces:
                pass


class Connection:
    """Asks one service; any number of requests at once."""

    def __init__(self, address: Address, service: Service, *, key: str, stall_seconds: float):
        """Make the client; nothing is sent yet.

        Args:
            address: Where the service is.
            service: Who sentences speak of.
            key: What the service knows the user by; already clean.
            stall_seconds: How long a silence is borne.

        Raises:
            UnreachableError: The environment's settings for proxies or certificates are wrong.
        """
        self._service = service
        self._stall_seconds = stall_seconds
        try:
            self._client = groq.AsyncGroq(
                api_key=key,
                base_url=address.root,
                max_retries=0,
                timeout=httpx.Timeout(stall_seconds, connect=CONNECT_SECONDS),
                http_client=_http_client(address),
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise UnreachableError(
                f"No connection can be made to {service.host}: {service.quote(str(error))}. "
                "Check the base URL and the settings for proxies and certificates."
            ) from error

    async def ask(self, arguments: dict[str, Any], model: str) -> AsyncGenerator[EngineEvent, None]:
        """Send a request for a streamed answer and yield what comes back.

        Args:
            arguments: For the client's `create`.
            model: The model that is asked.

        Raises:
            EngineError: No answer, or not the whole of it.
        """
        async with self._reply(arguments, model) as reply:
            reader = AnswerReader(self._service, reply.headers.get("content-type", ""))
            if limits := read_limits(reply.headers):
                yield LimitsReported(limits)
            pieces = cast("AsyncGenerator[bytes, None]", reply.aiter_bytes())
            async with aclosing(pieces):
                async for event in self._events(pieces, reader):
                    yield event
                for event in reader.end():
                    yield event
                await _rest(pieces)

    async def models(self) -> bytes:
        """The body of the service's list of models.

        Raises:
            EngineError: The list could not be had.
        """
        ask = self._client.models.with_raw_response.list
        with self._explained(""):
            try:
                reply = await ask()
            except groq.APIConnectionError as error:
                if not _found_closed(error):
                    raise
                reply = await ask()
            return await reply.read()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.close()

    @contextmanager
    def _explained(self, model: str) -> Iterator[None]:
        """Turn the client's errors into ours."""
        try:
            yield
        except groq.APIStatusError as error:
            body = error.response.content if error.response.is_stream_consumed else b""
            refusal = read_refusal(error.status_code, error.response.headers, body, model)
            raise explain_refusal(self._service, refusal) from error
        except groq.APIConnectionError as error:
            raise explain_unreachable(self._service, error, self._stall_seconds) from error
        except httpx.RequestError as error:
            raise explain_break(self._service, error, self._stall_seconds) from error

    @asynccontextmanager
    async def _reply(self, arguments: dict[str, Any], model: str) -> AsyncIterator[httpx.Response]:
        """The reply to a request, open as long as the context is."""
        create = self._client.chat.completions.with_streaming_response.create
        with self._explained(model):
            async with AsyncExitStack() as stack:
                try:
                    reply = await stack.enter_async_context(create(**arguments))
                except groq.APIConnectionError as error:
                    if not _found_closed(error):
                        raise
                    reply = await stack.enter_async_context(create(**arguments))
                yield reply.http_response

    async def _events(
        self, pieces: AsyncIterator[bytes], reader: AnswerReader
    ) -> AsyncIterator[EngineEvent]:
        """Yield events until the service says that it is done, or the reply ends."""
        try:
            async for piece in pieces:
                for event in reader.feed(piece):
                    yield event
                if reader.done:
                    return
        except httpx.RequestError:
            for event in reader.rest():
                yield event
            if not reader.finished:
                reader.close()
                raise
