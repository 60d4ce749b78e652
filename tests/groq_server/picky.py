"""A server that takes requests at one place only, and refuses as named servers do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from .replies import Answer, Reply

Rule = Callable[[Mapping[str, Any]], "web.Response | None"]
"""Refuses a body, or lets it pass."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came, wherever it went."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


def refusal(status: int, body: object, **headers: str) -> web.Response:
    """A refusal with a body of JSON."""
    return web.Response(
        status=status, text=json.dumps(body), content_type="application/json", headers=headers
    )


def error(status: int, message: str, **more: object) -> web.Response:
    """A refusal in OpenAI's form."""
    return refusal(status, {"error": {"message": message, "type": "x", **more}})


@dataclass
class PickyServer:
    """Serves chat below one path, by rules; everything else is not there."""

    path: str = "/v1"
    """What stands before `/chat/completions`."""
    rules: list[Rule] = field(default_factory=list)
    """Asked in turn; the first that refuses wins."""
    models: object = field(default_factory=lambda: [{"id": "m"}])
    """The list of models; `None` where there is none."""
    missing: Callable[[web.Request], web.Response] = field(
        default=lambda _request: web.Response(status=404, text="404 page not found")
    )
    """What is said of every other place."""
    key: str = ""
    """The only key that is taken; empty takes all."""
    answer: Reply = field(default_factory=Answer)
    asked: list[Asked] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The server's address without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """Its host with the port."""
        return f"127.0.0.1:{self.port}"

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        """The bodies of the questions that came to the right place."""
        where = f"{self.path}/chat/completions"
        return [asked.body for asked in self.asked if asked.path == where]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port: int = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else {}
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.path, request.query_string, headers, body))
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            return error(401, "Incorrect API key provided")
        if request.path == f"{self.path}/models" and self.models is not None:
            return refusal(200, {"object": "list", "data": self.models})
        if request.path != f"{self.path}/chat/completions" or request.method != "POST":
            return self.missing(request)
        for rule in self.rules:
            if (said := rule(body)) is not None:
                return said
        return await self.answer.send(request, body)


def without(name: str, said: Callable[[], web.Response]) -> Rule:
    """Refuse every body that has a parameter."""
    return lambda body: said() if name in body else None


def once(said: Callable[[], web.Response]) -> Rule:
    """Refuse the first body, whatever it holds."""
    left = [said]
    return lambda _body: left.pop()() if left else None
