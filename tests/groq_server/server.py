"""The server: an address, a script of replies, and what was received."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from .faults import invalid_key
from .replies import Answer, Reply
from .wire import MODELS, model_list


@dataclass(frozen=True, slots=True)
class Received:
    """A request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case names."""
    body: Mapping[str, Any]
    """Empty for requests without one."""
    connection: int
    """Which connection it came over: 1 for the server's first."""


class GroqServer:
    """Groq on loopback, for the time of an `async with`."""

    def __init__(
        self,
        *,
        port: int = 0,
        key: str | None = None,
        default: Reply | None = None,
        models: tuple[dict[str, Any], ...] = MODELS,
    ) -> None:
        """Note how to serve.

        Args:
            port: Where to listen; 0 for any free port.
            key: The only key that is accepted; `None` accepts all.
            default: The reply when the script is at its end; an echo when not given.
            models: The list of models.
        """
        self.models = models
        self.requests: list[Received] = []
        """Questions, in the order of their coming."""
        self.lists: list[Received] = []
        """Requests for the list of models."""
        self.dropped = asyncio.Event()
        """Set when a client has gone away in the middle of an answer."""
        self._key = key
        self._default = default or Answer()
        self._script: deque[Reply] = deque()
        self._list_script: deque[Reply] = deque()
        self._connections: list[object] = []
        self._port = port
        self._runner: web.AppRunner | None = None
        self._arrived = asyncio.Condition()

    @property
    def url(self) -> str:
        """The base URL as Groq's own is written: without a path."""
        return f"http://127.0.0.1:{self._port}"

    def script(self, *replies: Reply) -> None:
        """Reply so to the next questions, one after the other."""
        self._script.extend(replies)

    def script_models(self, *replies: Reply) -> None:
        """Reply so to the next requests for the list of models."""
        self._list_script.extend(replies)

    async def received(self, number: int) -> Received:
        """The question of this number, counted from 1, as soon as it is there."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= number)
        return self.requests[number - 1]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        for prefix in ("/openai/v1", "/v1"):
            app.router.add_post(f"{prefix}/chat/completions", self._answer)
            app.router.add_get(f"{prefix}/models", self._list_models)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *failure: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def _record(self, request: web.Request, body: Mapping[str, Any]) -> Received:
        """The request as tests see it."""
        if request.transport not in self._connections:
            self._connections.append(request.transport)
        return Received(
            method=request.method,
            path=request.path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            connection=self._connections.index(request.transport) + 1,
        )

    def _refuses(self, request: web.Request) -> bool:
        """Whether the request has the wrong key."""
        sent = request.headers.get("Authorization")
        return self._key is not None and sent != f"Bearer {self._key}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a question."""
        body = await request.json()
        async with self._arrived:
            self.requests.append(self._record(request, body))
            self._arrived.notify_all()
        if self._refuses(request):
            return await invalid_key().send(request, body)
        reply = self._script.popleft() if self._script else self._default
        try:
            return await reply.send(request, body)
        except (asyncio.CancelledError, ConnectionError):
            self.dropped.set()
            raise

    async def _list_models(self, request: web.Request) -> web.StreamResponse:
        """List the models."""
        self.lists.append(self._record(request, {}))
        if self._refuses(request):
            return await invalid_key().send(request, {})
        if self._list_script:
            return await self._list_script.popleft().send(request, {})
        return web.json_response(model_list(self.models))
