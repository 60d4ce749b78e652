"""The engine that answers on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...errors import EngineMissingError, UnreachableError
from ...events import EngineEvent
from ...models import ModelInfo
from ..base import Request
from ..groq import GroqEngine, preload
from .weights import DEMO_NAME, Weights, find_weights, longest_answer, require_server

if TYPE_CHECKING:
    from .process import ServerProcess

CONTEXT: Final = 4096
"""Tokens of request and answer together, when nobody says otherwise."""

STALL_SECONDS: Final = 300.0
"""How long a silence is borne: reading a long request takes a slow machine minutes."""


class LocalEngine:
    """Streams answers from a model of this machine.

    The model runs in a child process, which is started on first use, started again when it has
    died, and ended with `aclose` or, in any case, with this process.
    """

    def __init__(
        self,
        model_path: Path | None = None,
        threads: int | None = None,
        context: int = CONTEXT,
    ) -> None:
        """Note what to run; nothing is looked for or started yet.

        Args:
            model_path: A GGUF file; `None` for the demo model.
            threads: How many to calculate with; `None` for all cores but one.
            context: Tokens of request and answer together.
        """
        self._path = model_path
        self._threads = threads
        self._context = context
        self._child: ServerProcess | None = None
        self._client: GroqEngine | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def is_demo(self) -> bool:
        """Whether the model is the demo model: small, English, for trying things."""
        return self._path is None

    @property
    def title(self) -> str:
        """What the interface calls this engine: `demo model`, or the model file's name."""
        return "demo model" if self._path is None else self._path.stem

    @property
    def default_model(self) -> str:
        """The only model there is."""
        return DEMO_NAME if self._path is None else self._path.stem

    async def prepare(self) -> None:
        """Start the child and load the model.

        Raises:
            EngineMissingError: Something is not installed, or the file is no model.
        """
        await self._ready()

    async def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        """Ask the model, whatever model the request names.

        Raises:
            EngineError: No answer, or not the whole of it.
        """
        longest = longest_answer(self._path, self._context)
        asked = replace(
            request,
            model=self.default_model,
            max_completion_tokens=min(request.max_completion_tokens or longest, longest),
        )
        began = False
        try:
            async with aclosing(self._ask(asked)) as events:
                async for event in events:
                    began = True
                    yield event
        except UnreachableError:
            if began or not await self._died():
                raise
            async with aclosing(self._ask(asked)) as events:
                async for event in events:
                    yield event

    async def models(self) -> tuple[ModelInfo, ...]:
        """The one model.

        Raises:
            EngineMissingError: Its file is not there.
        """
        self._weights()
        return (self.describe(self.default_model),)

    def describe(self, model: str) -> ModelInfo:
        """The one model, whatever the id: it answers every request."""
        del model
        return ModelInfo(
            self.default_model,
            context_window=self._context,
            max_completion_tokens=longest_answer(self._path, self._context),
            owner="this machine",
            metered=False,
        )

    async def aclose(self) -> None:
        """End the child, even one that still loads; the engine is not used afterwards."""
        self._closed = True
        await self._stop()

    def _weights(self) -> Weights:
        """The model's file.

        Raises:
            EngineMissingError: It is not there.
        """
        return find_weights(self._path)

    async def _ask(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        """Ask the child that runs, or a new one."""
        client = await self._ready()
        async with aclosing(client.stream(request)) as events:
            async for event in events:
                yield event

    async def _died(self) -> bool:
        """Whether the child is dead, although nobody had noticed when it was asked."""
        return self._child is not None and await self._child.ended()

    async def _ready(self) -> GroqEngine:
        """The client of a child that runs.

        Raises:
            EngineMissingError: The child cannot be started.
        """
        async with self._starting:
            if self._client is None or self._child is None or not self._child.alive:
                await self._stop()
                self._client = await self._start()
            return self._client

    async def _start(self) -> GroqEngine:
        """Start a child and make the client for it.

        Raises:
            EngineMissingError: The child cannot be started.
        """
        from .process import ServerProcess  # noqa: PLC0415 - needed by those alone who use it

        require_server()
        weights = self._weights()
        importing = asyncio.create_task(preload())
        try:
            child = self._child = await ServerProcess.spawn()
            self._still_wanted()
            await child.load(weights, threads=self._threads, context=self._context)
            self._still_wanted()
        except BaseException:
            await asyncio.shield(self._stop())
            raise
        finally:
            await importing
        client = GroqEngine(
            api_key=child.token,
            base_url=child.url,
            default_model=weights.name,
            title="the demo model" if self.is_demo else self.title,
            stall_seconds=STALL_SECONDS,
            extra_body={"stream_options": {"include_usage": True}, **weights.sampling},
        )
        await client.prepare()
        return client

    def _still_wanted(self) -> None:
        """Give up when the engine was closed meanwhile.

        Raises:
            EngineMissingError: It was.
        """
        if self._closed:
            raise EngineMissingError("The model was closed before it was loaded.")

    async def _stop(self) -> None:
        """Close the client and end the child, if there are any."""
        client, child = self._client, self._child
        self._client = self._child = None
        if client:
            await client.aclose()
        if child:
            await child.stop()
