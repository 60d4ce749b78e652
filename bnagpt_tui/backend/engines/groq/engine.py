"""The engine that asks Groq, or a server that speaks its language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ...errors import (
    EmptyAnswerError,
    EngineError,
    EngineMissingError,
    StreamBrokenError,
    UnreachableError,
)
from ...events import EngineEvent, LimitsReported, Noted
from ...models import ModelInfo
from ..base import Request
from ..capabilities import describe
from .endpoint import Endpoint
from .memory import ServerMemory

if TYPE_CHECKING:
    from .adapting import Adapter
    from .connection import Connection
    from .dialect import Forced

DEFAULT_MODEL: Final = "openai/gpt-oss-120b"
"""The model that answers when nobody picked one."""

STALL_SECONDS: Final = 60.0
"""How long a silence is borne before the answer counts as broken."""

LIST_SECONDS: Final = 2.0
"""How long the first question waits for a server to say how much its models remember."""


async def preload() -> None:
    """Import what takes long, in a thread, so that an interface goes on meanwhile."""
    await asyncio.to_thread(_import_late)


def _import_late() -> None:
    """Import what the start does without, and every question needs."""
    for name in ("adapting", "connection", "explaining", "lessons", "requests"):
        import_module(f"{__package__}.{name}")


class GroqEngine:
    """Streams answers from Groq, or from a server with the same interface."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "",
        default_model: str = DEFAULT_MODEL,
        title: str = "Groq",
        stall_seconds: float = STALL_SECONDS,
        extra_body: Mapping[str, Any] | None = None,
        memory: ServerMemory | None = None,
        forced: Forced | None = None,
        plain_http: Callable[[str], bool] | None = None,
    ) -> None:
        """Note how to ask; nothing is imported, checked or sent yet.

        Args:
            api_key: As the user gave it; may be empty for servers other than Groq.
            base_url: As the user gave it; empty for Groq.
            default_model: The model of conversations that picked none; empty for the first one
                that the server lists.
            title: What the interface and the sentences of errors call this engine.
            stall_seconds: How long a silence is borne.
            extra_body: More for the body of each request, as `{"temperature": 0.2}`.
            memory: Where it is kept what servers want; `None` for this engine's life alone.
            forced: What the user's settings say of this server.
            plain_http: Whether a host beyond this machine may be sent the key unencrypted; `None`
                where that was settled before.
        """
        self._title = title
        self._endpoint = Endpoint(base_url, api_key, title, plain_http)
        self._default_model = default_model
        self._stall_seconds = stall_seconds
        self._extra_body = dict(extra_body or {})
        self._forced, self._memory = forced, memory or ServerMemory()
        self._adapter: Adapter | None = None
        self._listed: dict[str, ModelInfo] = {}
        self._listing: asyncio.Task[object] | None = None
        self._connection: Connection | None = None
        self._preparing = asyncio.Lock()

    @property
    def title(self) -> str:
        """What the interface calls this engine: its host, where it turned out not to be Groq."""
        return self._title if self.speaks_groq or self._title != "Groq" else self._endpoint.host

    @property
    def speaks_groq(self) -> bool:
        """Whether the service is like Groq, as far as is known by now."""
        return self._endpoint.speaks_groq(self._prefix())

    @property
    def default_model(self) -> str:
        """The model for a conversation that has picked none; may be empty before `prepare`."""
        return self._default_model

    async def prepare(self) -> None:
        """Import the client and make it; ask which models there are when none was named.

        Raises:
            EngineError: The key or the address cannot be used, or no model could be found.
        """
        await self._connected()
        if self._default_model:
            await self._learn_windows()
            return
        try:
            models = await self.models()
        except EngineError as error:
            from .refusals import means_no_list  # noqa: PLC0415  # as above

            if not means_no_list(error):
                raise
            raise EngineMissingError(
                f"{self.title} does not list its models. Name one with --model, as in "
                "“bnagpt --model NAME”, or check the base URL."
            ) from error
        if not models:
            raise EngineMissingError(f"{self.title} has no model to chat with. Install one there.")
        self._default_model = models[0].id

    async def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        """Ask, and yield what comes back.

        What the server refuses by its form is said to it in another, and remembered; a failure
        that has nothing to do with the form is raised.

        Raises:
            EngineError: No answer, or not the whole of it.
        """
        connection = await self._connected()
        from .explaining import explain_refusal  # noqa: PLC0415  # `preload` imports it
        from .refusals import RefusedError, said_in_stream  # noqa: PLC0415  # as above

        adapting = self._adapting().begin(request)
        note: str | None = ""
        while note is not None:
            body = self._body(request, connection)
            began = False
            try:
                async with aclosing(connection.ask(body, request.model)) as events:
                    async for event in events:
                        began = began or not isinstance(event, LimitsReported)
                        yield event
                await self._keep_prefix(connection)
                note = None
            except RefusedError as refused:
                await self._keep_prefix(connection)
                note = await adapting.learn(refused.refusal, body)
                if note is None:
                    raise explain_refusal(self._endpoint.service, refused.refusal) from refused
            except StreamBrokenError as error:
                if began or isinstance(error, EmptyAnswerError):
                    raise
                note = await adapting.learn(said_in_stream(error, request.model), body)
                if note is None:
                    raise
            if note:
                yield Noted(note)

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models that can be asked at this moment, sorted by id.

        Raises:
            EngineError: The list could not be had.
        """
        connection = await self._connected()
        from .catalogue import read_models  # noqa: PLC0415  # the first picture does without
        from .explaining import explain_refusal  # noqa: PLC0415  # as above
        from .refusals import RefusedError  # noqa: PLC0415  # as above

        try:
            listed = await connection.models()
        except RefusedError as refused:
            raise explain_refusal(self._endpoint.service, refused.refusal) from refused
        await self._keep_prefix(connection)
        models = tuple(
            map(self._adapted, read_models(listed, self._endpoint.service, self._window()))
        )
        self._listed = {model.id: model for model in models}
        return models

    def describe(self, model: str) -> ModelInfo:
        """What is known of a model without asking anybody: from the last list, else a table."""
        found = self._listed.get(model)
        return self._adapted(found or describe(model, unknown_window=self._window()))

    async def aclose(self) -> None:
        """Close every connection; the engine is not used afterwards."""
        if self._listing:
            self._listing.cancel()
            with suppress(asyncio.CancelledError, EngineError):
                await self._listing
        if self._connection:
            await self._connection.aclose()

    def _body(self, request: Request, connection: Connection) -> dict[str, Any]:
        """The request as this server wants it."""
        from .requests import wire_request  # noqa: PLC0415  # `preload` imports it

        dialect = self._adapting().dialect(request.model)
        return wire_request(
            request,
            speaks_groq=self._endpoint.speaks_groq(connection.prefix),
            extra=self._extra_body,
            tools=self.describe(request.model).tools,
            dialect=dialect,
            forced=self._forced,
        )

    def _adapted(self, model: ModelInfo) -> ModelInfo:
        """A model with what this server was found to do with it."""
        if self._connection is None and self._forced is None:  # nothing is known yet
            return replace(model, metered=self.speaks_groq)
        with suppress(UnreachableError):
            return self._adapting().describe(model, metered=self.speaks_groq)
        return model

    def _window(self) -> int:
        """The context window to assume for models of which nobody says one."""
        return self._endpoint.unknown_window(self._prefix())

    def _prefix(self) -> str | None:
        """Where the service's paths begin; `None` before anybody asked."""
        return self._connection.prefix if self._connection else None

    def _adapting(self) -> Adapter:
        """What adapts requests to this server.

        Raises:
            UnreachableError: The base URL is not an address.
        """
        if self._adapter is None:
            from .adapting import Adapter  # noqa: PLC0415  # the start does without

            endpoint = self._endpoint
            self._adapter = Adapter(self._memory, endpoint.server, self._forced, endpoint.service)
        return self._adapter

    async def _keep_prefix(self, connection: Connection) -> None:
        """Remember where the paths begin, once that was found out."""
        server = self._endpoint.server
        known = self._memory.prefix(server)
        likeliest = self._endpoint.address.prefix if known is None else known
        if connection.is_found and connection.prefix != likeliest:
            self._memory.note_prefix(server, connection.prefix)
            await asyncio.to_thread(self._memory.save)

    async def _learn_windows(self) -> None:
        """Have a server that is not Groq say once how much its models remember.

        It may take its time, or know no list: the question does not wait for it for long.
        """
        if self._listing or self._listed or self.speaks_groq:
            return
        self._listing = asyncio.create_task(self._list_quietly())
        await asyncio.wait({self._listing}, timeout=LIST_SECONDS)

    async def _list_quietly(self) -> None:
        """Ask for the models, and let be that they cannot be had."""
        with suppress(EngineError):
            await self.models()

    async def _connected(self) -> Connection:
        """The connection, made on first use.

        Raises:
            EngineError: The key or the address cannot be used.
        """
        async with self._preparing:
            if self._connection is None:
                self._connection = await asyncio.to_thread(self._connect)
            return self._connection

    def _connect(self) -> Connection:
        """Make the connection: imports for a fifth of a second, so it runs beside the interface."""
        from .connection import Connection  # noqa: PLC0415 - heavy

        _import_late()
        endpoint = self._endpoint
        key = endpoint.key()
        self._memory.load()
        return Connection(
            endpoint.address,
            endpoint.service,
            key=key,
            stall_seconds=self._stall_seconds,
            prefix=self._memory.prefix(endpoint.server),
        )
