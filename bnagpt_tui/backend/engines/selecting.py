"""The engine that chooses among the others, and changes its choice while the application runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..errors import UnreachableError
from ..events import EngineEvent
from ..models import ModelInfo
from .base import Engine, Request
from .capabilities import describe
from .groq import DEFAULT_MODEL, STALL_SECONDS, GroqEngine, clean_key
from .groq.address import GROQ, Address, parse_address

if TYPE_CHECKING:
    from .servers import FoundServer

FindServers: TypeAlias = Callable[[], Awaitable[tuple["FoundServer", ...]]]
"""How servers of this machine are looked for."""


class Kind(StrEnum):
    """Where answers come from."""

    GROQ = "groq"
    SERVER = "server"
    """A server with OpenAI's interface, on this machine or elsewhere."""
    LOCAL = "local"
    """A model that this application runs."""


@dataclass(slots=True, eq=False)
class _Choice:
    """An engine, and who still needs it."""

    engine: Engine
    kind: Kind
    users: int = 0
    """Streams and other requests that are on their way."""
    retired: bool = False
    """Whether another engine has been chosen since."""

    async def close_if_idle(self) -> None:
        """Close the engine once it was replaced and nobody uses it."""
        if self.retired and not self.users:
            await self.engine.aclose()


def _address(base_url: str) -> Address | None:
    """The address meant by a base URL; `None` for Groq's own and for none."""
    try:
        address = parse_address(base_url)
    except UnreachableError:
        return Address(base_url, host="the base URL")
    return None if address.root == GROQ else address


class SelectingEngine:
    """Answers through the best engine that is there.

    In this order: the model of this machine when it is forced; Groq when there is a key; the
    server of the base URL; a file of the user's; a server found on this machine; the demo model.
    """

    def __init__(
        self,
        *,
        api_key: str = "",
        base_url: str = "",
        model: str = "",
        local: bool = False,
        local_model: Path | None = None,
        stall_seconds: float = STALL_SECONDS,
        probe: bool = True,
        find: FindServers | None = None,
    ) -> None:
        """Note what to choose from; nothing is looked for, imported or started yet.

        Args:
            api_key: Groq's key, or that of the server at the base URL; may be empty.
            base_url: Where to ask; empty for Groq.
            model: The model of conversations that picked none; empty for the engine's own.
            local: Whether to use this machine's model whatever else is there.
            local_model: A GGUF file; `None` for the demo model.
            stall_seconds: How long a silence is borne.
            probe: Whether to look for servers on this machine.
            find: How to look for them; `None` for the usual way.
        """
        self._base_url = base_url
        self._model = model
        self._local_model = local_model
        self._stall_seconds = stall_seconds
        self._find = find
        self._probe = probe
        self._choosing = asyncio.Lock()
        self._choices: list[_Choice] = []
        self.found: tuple[FoundServer, ...] = ()
        """The servers that answered when they were last looked for."""
        self._current = self._obvious(api_key.strip(), local=local)

    @property
    def kind(self) -> Kind:
        """Where answers come from; before `prepare` where they are likely to come from."""
        return self._current.kind if self._current else Kind.LOCAL

    @property
    def is_demo(self) -> bool:
        """Whether the small demo model answers, for want of anything better."""
        return self.kind is Kind.LOCAL and self._local_model is None

    @property
    def title(self) -> str:
        """What the interface calls the engine that answers."""
        return self._current.engine.title if self._current else "this machine"

    @property
    def default_model(self) -> str:
        """The model for a conversation that has picked none; may be empty before `prepare`."""
        return self._current.engine.default_model if self._current else ""

    async def prepare(self) -> None:
        """Choose, and prepare the engine that was chosen.

        Raises:
            EngineError: It cannot work here; the sentence says what it lacks.
        """
        async with self._used() as engine:
            await engine.prepare()

    async def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        """Ask the chosen engine, which stays with this answer whatever is chosen meanwhile.

        Raises:
            EngineError: No answer, or not the whole of it.
        """
        async with self._used() as engine, aclosing(engine.stream(request)) as events:
            async for event in events:
                yield event

    async def models(self) -> tuple[ModelInfo, ...]:
        """The chosen engine's models, sorted by id.

        Raises:
            EngineError: The list could not be had.
        """
        async with self._used() as engine:
            return await engine.models()

    def describe(self, model: str) -> ModelInfo:
        """What is known of a model without asking anybody; never fails."""
        return self._current.engine.describe(model) if self._current else describe(model)

    async def aclose(self) -> None:
        """Close every engine that was ever chosen and is not closed yet."""
        choices, self._choices = self._choices, []
        for choice in choices:
            await choice.engine.aclose()

    async def use_key(self, key: str) -> None:
        """Check a key with a request and answer through Groq from here on.

        Raises:
            KeyRefusedError: The key cannot be sent, or is not accepted.
            EngineError: It could not be checked; the choice stays as it was.
        """
        await self._switch(self._remote(clean_key(key)))

    async def use_server(self, server: FoundServer) -> None:
        """Answer through a server that was found.

        Raises:
            EngineError: It does not answer; the choice stays as it was.
        """
        await self._switch(self._server(server))

    async def use_local(self) -> None:
        """Answer through this machine's own model.

        Raises:
            EngineError: It cannot be started; the choice stays as it was.
        """
        await self._switch(self._embedded())

    async def look(self) -> tuple[FoundServer, ...]:
        """Look for servers on this machine, note them in `found`, and return them."""
        from .servers import find_servers  # noqa: PLC0415  # seldom needed at the start

        self.found = await (self._find or find_servers)()
        return self.found

    def _obvious(self, api_key: str, *, local: bool) -> _Choice | None:
        """The choice that needs no look around; `None` when there is none."""
        if local:
            return self._kept(self._embedded())
        if api_key or _address(self._base_url):
            return self._kept(self._remote(api_key))
        if self._local_model or not self._probe:
            return self._kept(self._embedded())
        return None

    def _kept(self, choice: _Choice) -> _Choice:
        """The choice, noted to be closed at the end."""
        self._choices.append(choice)
        return choice

    def _remote(self, api_key: str) -> _Choice:
        """Groq, or the server at the base URL."""
        address = _address(self._base_url)
        speaks_groq = address is None or address.speaks_groq
        engine = GroqEngine(
            api_key=api_key,
            base_url=self._base_url,
            default_model=self._model or (DEFAULT_MODEL if speaks_groq else ""),
            title="Groq" if address is None or speaks_groq else address.host,
            stall_seconds=self._stall_seconds,
        )
        return _Choice(engine, Kind.GROQ if speaks_groq else Kind.SERVER)

    def _server(self, server: FoundServer) -> _Choice:
        """A server of this machine."""
        engine = GroqEngine(
            api_key="",
            base_url=server.base_url,
            default_model=self._model if self._model in server.models else server.models[0],
            title=server.title,
            stall_seconds=self._stall_seconds,
        )
        return _Choice(engine, Kind.SERVER)

    def _embedded(self) -> _Choice:
        """This machine's own model."""
        from .local import LocalEngine  # noqa: PLC0415  # as above

        return _Choice(LocalEngine(self._local_model), Kind.LOCAL)

    async def _chosen(self) -> _Choice:
        """The choice, made on first use."""
        async with self._choosing:
            if self._current is None:
                found = await self.look()
                choice = self._server(found[0]) if found else self._embedded()
                self._current = self._kept(choice)
            return self._current

    @asynccontextmanager
    async def _used(self) -> AsyncIterator[Engine]:
        """The chosen engine, held open as long as the context is."""
        choice = await self._chosen()
        choice.users += 1
        try:
            yield choice.engine
        finally:
            choice.users -= 1
            await choice.close_if_idle()

    async def _switch(self, choice: _Choice) -> None:
        """Try an engine and choose it; answers on their way stay with theirs.

        Raises:
            EngineError: It does not work; the choice stays as it was.
        """
        try:
            await choice.engine.prepare()
            await choice.engine.models()
        except BaseException:
            await choice.engine.aclose()
            raise
        async with self._choosing:
            old, self._current = self._current, self._kept(choice)
        if old:
            old.retired = True
            await old.close_if_idle()
