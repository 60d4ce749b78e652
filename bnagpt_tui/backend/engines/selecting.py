"""The engine that chooses among the others, and changes its choice while the application runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..events import EngineEvent, LimitsReported
from ..models import ModelInfo
from .base import Engine, Request
from .capabilities import describe
from .groq import STALL_SECONDS, clean_key
from .making import AskingOptions, Choice, EngineMaker, Kind

if TYPE_CHECKING:
    from .servers import FoundServer

__all__ = ["AskingOptions", "FindServers", "Kind", "SelectingEngine"]

FindServers: TypeAlias = Callable[[], Awaitable[tuple["FoundServer", ...]]]
"""How servers of this machine are looked for."""


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
        groq_key: str = "",
        options: AskingOptions | None = None,
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
            groq_key: Groq's key, where the base URL leads elsewhere.
            options: What holds for all servers; `None` for the usual.
        """
        self._maker = EngineMaker(
            base_url,
            api_key=api_key,
            groq_key=groq_key,
            model=model,
            local_model=local_model,
            stall_seconds=stall_seconds,
            options=options,
        )
        self._local_model = local_model
        self._find = find
        self._probe = probe
        self._choosing = asyncio.Lock()
        self._choices: list[Choice] = []
        self.found: tuple[FoundServer, ...] = ()
        """The servers that answered when they were last looked for."""
        self._current = self._obvious(api_key.strip(), local=local)

    @property
    def kind(self) -> Kind:
        """Where answers come from; before `prepare` where they are likely to come from."""
        return self._current.now if self._current else Kind.LOCAL

    @property
    def place(self) -> str:
        """What tells the engine that answers from others of its kind: its base URL, or nothing."""
        return self._current.place if self._current else ""

    @property
    def is_remote(self) -> bool:
        """Whether the server that answers is on another machine."""
        return bool(self._current and self._current.remote)

    @property
    def configured(self) -> str:
        """The host of the base URL when it leads to a server other than Groq; else empty."""
        address = self._maker.address
        return address.host if address and self._maker.is_elsewhere else ""

    @property
    def has_groq_key(self) -> bool:
        """Whether there is a key with which Groq can be asked."""
        return self._maker.has_groq_key

    @property
    def key_host(self) -> str:
        """Whose key is meant when the user gives one: of the server that answers, else Groq's."""
        return self._keyed().host

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
                if isinstance(event, LimitsReported):
                    yield replace(event, engine=engine.title)
                else:
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

    async def use_key(self, key: str, *, groq: bool = False) -> str:
        """Check a key with a request and answer through its service from here on.

        It is that of the server that answers, when that is the one of the base URL; else Groq's.

        Args:
            key: As it was pasted.
            groq: Whether it is Groq's whoever answers.

        Returns:
            The host that the key is for.

        Raises:
            KeyRefusedError: The key cannot be sent, or is not accepted.
            EngineError: It could not be checked; the choice stays as it was.
        """
        choice = self._maker.groq(clean_key(key)) if groq else self._keyed(clean_key(key))
        await self._switch(choice)
        self._maker.note_key(choice, clean_key(key))
        return choice.host

    async def use_groq(self) -> None:
        """Answer through Groq, with the key that is known.

        Raises:
            EngineError: It does not answer, or there is no key; the choice stays as it was.
        """
        await self._switch(self._maker.groq())

    async def use_configured(self) -> None:
        """Answer through the server of the base URL.

        Raises:
            EngineError: It does not answer; the choice stays as it was.
        """
        await self._switch(self._maker.configured())

    def allow_plain_http(self, host: str) -> None:
        """Let a host be sent its key without encryption from here on."""
        self._maker.allow_plain_http(host)

    async def use_server(self, server: FoundServer) -> None:
        """Answer through a server that was found.

        Raises:
            EngineError: It does not answer; the choice stays as it was.
        """
        await self._switch(self._maker.server(server))

    async def use_local(self) -> None:
        """Answer through this machine's own model.

        Raises:
            EngineError: It cannot be started; the choice stays as it was.
        """
        await self._switch(self._maker.embedded())

    async def look(self) -> tuple[FoundServer, ...]:
        """Look for servers on this machine, note them in `found`, and return them."""
        from .servers import find_servers  # noqa: PLC0415  # seldom needed at the start

        self.found = await (self._find or find_servers)()
        return self.found

    def _obvious(self, api_key: str, *, local: bool) -> Choice | None:
        """The choice that needs no look around; `None` when there is none."""
        if local:
            return self._kept(self._maker.embedded())
        if api_key or self._maker.address:
            return self._kept(self._maker.configured())
        if self._local_model or not self._probe:
            return self._kept(self._maker.embedded())
        return None

    def _kept(self, choice: Choice) -> Choice:
        """The choice, noted to be closed at the end."""
        self._choices.append(choice)
        return choice

    def _keyed(self, key: str | None = None) -> Choice:
        """The service that a key is for, not chosen yet."""
        current = self._current
        if current and current.kind is Kind.SERVER and self._maker.is_elsewhere and current.host:
            return self._maker.configured(key)
        return self._maker.groq(key)

    async def _chosen(self) -> Choice:
        """The choice, made on first use."""
        async with self._choosing:
            if self._current is None:
                found = await self.look()
                choice = self._maker.server(found[0]) if found else self._maker.embedded()
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

    async def _switch(self, choice: Choice) -> None:
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
