"""The open line to a service, and where in its address the service is.

Import it late: it takes a fifth of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager, suppress
from typing import Any, Final, cast

import groq
import httpx

from ...errors import EngineError, UnreachableError
from ...events import EngineEvent, LimitsReported
from .address import Address, speaks_groq
from .breaks import explain_break, explain_proxy, explain_unreachable
from .client import PREFIX_HEADER, found_closed, is_lost, make_client
from .limits import read_limits
from .proxies import proxy_for, says_proxy, shown
from .reading import AnswerReader
from .refusals import RefusedError, read_refusal
from .sentences import Service

LINGER_SECONDS: Final = 0.2
"""How long the reply's last bytes are awaited, so that its connection can be used again."""

_BY_NAME: Final = ("messages", "model", "stream")
"""What the client's `create` takes as it is; it would refuse some of the rest."""


async def _rest(pieces: AsyncIterator[bytes]) -> None:
    """Read what is left of a reply that has said all."""
    with suppress(TimeoutError, httpx.RequestError):
        async with asyncio.timeout(LINGER_SECONDS):
            async for _ in pieces:
                pass


class Connection:
    """Asks one service; any number of requests at once."""

    def __init__(
        self,
        address: Address,
        service: Service,
        *,
        key: str,
        stall_seconds: float,
        prefix: str | None = None,
    ) -> None:
        """Make the client; nothing is sent yet.

        Args:
            address: Where the service is.
            service: Who sentences speak of.
            key: What the service knows the user by; already clean.
            stall_seconds: How long a silence is borne.
            prefix: Where the service's paths were found to begin; `None` to find out.

        Raises:
            UnreachableError: The environment's settings for proxies or certificates are wrong.
        """
        self._address = address
        self._service = service
        self._stall_seconds = stall_seconds
        self._prefixes = list(
            dict.fromkeys(address.prefixes if prefix is None else (prefix, *address.prefixes))
        )
        self._is_found = prefix is not None or len(self._prefixes) == 1
        try:
            proxy = "" if address.loopback else proxy_for(address.root)
            self._proxy = shown(proxy) if proxy else ""
            self._client = make_client(address, key, proxy, stall_seconds)
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise UnreachableError(
                f"No connection can be made to {service.host}: {service.quote(str(error))}. "
                "Check the base URL and the settings for proxies and certificates."
            ) from error

    @property
    def prefix(self) -> str:
        """Where the service's paths begin, as far as is known."""
        return self._prefixes[0]

    @property
    def is_found(self) -> bool:
        """Whether that is certain, since something answered there."""
        return self._is_found

    async def ask(self, body: dict[str, Any], model: str) -> AsyncGenerator[EngineEvent, None]:
        """Send a request for a streamed answer and yield what comes back.

        Args:
            body: What is sent.
            model: The model that is asked.

        Raises:
            RefusedError: The service refuses the request.
            EngineError: No answer, or not the whole of it.
        """
        async with self._reply(body, model) as reply:
            reader = AnswerReader(self._service, reply.headers.get("content-type", ""))
            limits = read_limits(reply.headers)
            if limits and speaks_groq(self._address.root, self.prefix):
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
            RefusedError: The service refuses to list them.
            EngineError: The list could not be had.
        """
        first: RefusedError | None = None
        for prefix in tuple(self._prefixes[: 1 if self._is_found else None]):
            try:
                body = await self._list(prefix)
            except RefusedError as error:
                first = first or error
                if not error.refusal.means_nothing_is_there:
                    self._prefer(prefix)
                    raise
                continue
            self._prefer(prefix)
            return body
        raise first or AssertionError("there is always a prefix")

    async def _list(self, prefix: str) -> bytes:
        """The body of the list of models at a prefix.

        Raises:
            RefusedError: There is none, or it is refused.
            EngineError: The list could not be had.
        """
        ask = self._client.models.with_raw_response.list
        headers = {PREFIX_HEADER: prefix}
        with self._explained(""):
            try:
                reply = await ask(extra_headers=headers)
            except groq.APIConnectionError as error:
                if not found_closed(error):
                    raise
                reply = await ask(extra_headers=headers)
            body = await reply.read()
        refusal = read_refusal(400, reply.headers, body, "")
        if len(self._prefixes) > 1 and refusal.means_nothing_is_there:
            raise RefusedError(refusal)
        return body

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.close()

    @contextmanager
    def _explained(self, model: str) -> Iterator[None]:
        """Turn the client's errors into ours."""
        try:
            yield
        except groq.APIStatusError as error:
            headers = error.response.headers
            if error.status_code == 407 or self._is_proxys(error.status_code, headers):
                raise explain_proxy(self._service, error.status_code, self._proxy) from error
            body = error.response.content if error.response.is_stream_consumed else b""
            raise RefusedError(read_refusal(error.status_code, headers, body, model)) from error
        except groq.APIConnectionError as error:
            raise explain_unreachable(
                self._service, error, self._stall_seconds, self._proxy
            ) from error
        except httpx.RequestError as error:
            raise explain_break(self._service, error, self._stall_seconds) from error

    def _is_proxys(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether a refusal is a proxy's own: of a request without encryption it can be."""
        plain = self._proxy and self._address.root.startswith("http:")
        return bool(plain and status in {403, 502, 503, 504} and says_proxy(headers))

    def _prefer(self, prefix: str) -> None:
        """Note where the paths begin: something answered there."""
        self._prefixes.remove(prefix)
        self._prefixes.insert(0, prefix)
        self._is_found = True

    @asynccontextmanager
    async def _reply(self, body: dict[str, Any], model: str) -> AsyncIterator[httpx.Response]:
        """The reply to a request, open as long as the context is."""
        async with AsyncExitStack() as stack:
            reply = await self._found(stack, body, model)
            with self._explained(model):
                yield reply

    async def _found(
        self, stack: AsyncExitStack, body: dict[str, Any], model: str
    ) -> httpx.Response:
        """The reply from wherever the service's paths begin.

        Raises:
            RefusedError: The service refuses the request, or is nowhere.
            EngineError: There is no reply.
        """
        first: RefusedError | httpx.Response | None = None
        for prefix in tuple(self._prefixes):
            try:
                reply = await self._sent(stack, body, model, prefix)
            except RefusedError as error:
                if not error.refusal.means_nothing_is_there:
                    self._prefer(prefix)
                    raise
                first = first or error
            else:
                if self._is_found or not await is_lost(reply, model):
                    self._prefer(prefix)
                    return reply
                first = first or reply
            if await self._is_here(prefix):
                break
        if isinstance(first, httpx.Response):
            return first
        raise first or AssertionError("there is always a prefix")

    async def _is_here(self, prefix: str) -> bool:
        """Whether a server that has not what was asked for has the rest of the service there."""
        if len(self._prefixes) == 1:
            return True
        try:
            listed = await self._list(prefix)
        except (RefusedError, EngineError):
            return False
        return listed.lstrip()[:1] in {b"{", b"["}

    async def _sent(
        self, stack: AsyncExitStack, body: dict[str, Any], model: str, prefix: str
    ) -> httpx.Response:
        """The reply to a request that is sent to one place.

        Raises:
            RefusedError: It is refused.
            EngineError: There is no reply.
        """
        named: dict[str, Any] = {name: body[name] for name in _BY_NAME if name in body}
        rest = {name: value for name, value in body.items() if name not in named}
        create = self._client.chat.completions.with_streaming_response.create
        arguments: dict[str, Any] = {
            **named,
            "extra_headers": {PREFIX_HEADER: prefix},
            "extra_body": rest,
        }
        with self._explained(model):
            try:
                reply = await stack.enter_async_context(create(**arguments))
            except groq.APIConnectionError as error:
                if not found_closed(error):
                    raise
                reply = await stack.enter_async_context(create(**arguments))
            return cast("httpx.Response", reply.http_response)

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
