"""The engine that asks Groq, or a server that speaks its language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ...errors import (
    EngineError,
    EngineMissingError,
    NoModelListError,
    RequestRefusedError,
    UnreachableError,
)
from ...events import EngineEvent
from ...models import ModelInfo
from ..base import Request
from ..capabilities import describe
from .address import Address, parse_address
from .keys import clean_key
from .requests import wire_request
from .sentences import Service

if TYPE_CHECKING:
    from .connection import Connection

DEFAULT_MODEL: Final = "openai/gpt-oss-120b"
"""The model that answers when nobody picked one."""

STALL_SECONDS: Final = 60.0
"""How long a silence is borne before the answer counts as broken."""

_NO_KEY: Final = "none"
"""What is sent for a key to servers that ask for none."""


_NOT_IMPLEMENTED: Final = 501
"""The status by which a server says that it has no such thing as a list of models."""


def _means_no_list(error: EngineError) -> bool:
    """Whether a request for the list of models failed because there is none."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RequestRefusedError | NoModelListError):
            return True
        if getattr(cause, "status_code", 0) == _NOT_IMPLEMENTED:
            return True
        cause = cause.__cause__
    return False


async def preload() -> None:
    """Import what takes long, in a thread, so that an interface goes on meanwhile."""
    await asyncio.to_thread(import_module, f"{__package__}.connection")


class GroqEngine:
    """Streams answers from Groq, or from a server with the same interface.

    Attributes:
        title: What the interface calls this engine.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "",
        default_model: str = DEFAULT_MODEL,
        title: str = "Groq",
        stall_seconds: float = STALL_SECONDS,
        extra_body: Mapping[str, Any] | None = None,
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
        """
        self.title = title
        self._api_key = api_key
        self._base_url = base_url
        self._default_model = default_model
        self._stall_seconds = stall_seconds
        self._extra_body = dict(extra_body or {})
        self._listed: dict[str, ModelInfo] = {}
        self._address: Address | None = None
        self._connection: Connection | None = None
        self._preparing = asyncio.Lock()

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
            return
        try:
            models = await self.models()
        except EngineError as error:
            if not _means_no_list(error):
                raise
            raise EngineMissingError(
                f"{self.title} does not list its models. Name one with --model, as in "
                "“bnagpt --model NAME”, or check the base URL."
            ) from error
        if not models:
            raise EngineMissingError(f"{self.title} has no model to chat with. Install one there.")
        self._default_model = models[0].id

    async def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        """Ask, and yield what comes back; one attempt.

        Raises:
            EngineError: No answer, or not the whole of it.
        """
        connection = await self._connected()
        arguments = wire_request(
            request,
            speaks_groq=self._where().speaks_groq,
            extra=self._extra_body,
            tools=self.describe(request.model).tools,
        )
        async with aclosing(connection.ask(arguments, request.model)) as events:
            async for event in events:
                yield event

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models that can be asked at this moment, sorted by id.

        Raises:
            EngineError: The list could not be had.
        """
        from .catalogue import read_models  # noqa: PLC0415  # the first picture does without

        connection = await self._connected()
        models = read_models(await connection.models(), self._service(), self._window())
        self._listed = {model.id: model for model in models}
        return models

    def describe(self, model: str) -> ModelInfo:
        """What is known of a model without asking anybody: from the last list, else a table."""
        return self._listed.get(model) or describe(model, unknown_window=self._window())

    async def aclose(self) -> None:
        """Close every connection; the engine is not used afterwards."""
        if self._connection:
            await self._connection.aclose()

    def _where(self) -> Address:
        """The service's address.

        Raises:
            UnreachableError: The base URL is not an address.
        """
        if self._address is None:
            self._address = parse_address(self._base_url)
        return self._address

    def _window(self) -> int:
        """The context window to assume for unknown models; 4096 is what Ollama uses by itself."""
        try:
            speaks_groq = self._where().speaks_groq
        except UnreachableError:
            speaks_groq = True
        return 8192 if speaks_groq else 4096

    def _key(self) -> str:
        """The key as it is sent.

        Raises:
            KeyRefusedError: It cannot be sent, or Groq is asked without one.
        """
        if self._api_key.strip() or self._service().is_groq:
            return clean_key(self._api_key)
        return _NO_KEY

    def _service(self) -> Service:
        """Who the sentences of errors speak of."""
        host = self._where().host
        return Service(
            title=self.title,
            host=host,
            secret=self._api_key.strip(),
            is_groq=host == "api.groq.com",
        )

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

        key = self._key()
        return Connection(
            self._where(), self._service(), key=key, stall_seconds=self._stall_seconds
        )


async def check_key(
    key: str, *, base_url: str = "", title: str = "Groq", stall_seconds: float = 15.0
) -> tuple[ModelInfo, ...]:
    """Ask the service for its models with a key, to learn whether it is accepted.

    Returns:
        The models that the key opens, sorted by id.

    Raises:
        KeyRefusedError: The key cannot be sent, or is not accepted.
        EngineError: The service could not be asked.
    """
    engine = GroqEngine(
        api_key=clean_key(key), base_url=base_url, title=title, stall_seconds=stall_seconds
    )
    try:
        return await engine.models()
    finally:
        await engine.aclose()
