"""What every engine is to the rest of the application."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from ..events import EngineEvent
from ..models import Message, ModelInfo, ToolSpec


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model, with all that it is to know."""

    messages: tuple[Message, ...]
    """What the model is sent, oldest first; instructions are a first message of role system."""
    model: str
    """The model's id."""
    max_completion_tokens: int | None = None
    """The most tokens that the answer may have; `None` leaves it to the service."""
    tools: tuple[ToolSpec, ...] = ()
    """The tools that the model is told of."""
    may_call: bool = True
    """Whether it may call one; when not, it is to answer with what it has."""


class Engine(Protocol):
    """Streams answers and knows which models there are."""

    @property
    def title(self) -> str:
        """What the interface calls this engine, as in `Groq`."""
        ...

    @property
    def default_model(self) -> str:
        """The model for a conversation that has picked none; empty before `prepare`."""
        ...

    async def prepare(self) -> None:
        """Do what takes long before the first request: imports, connections, a child process.

        Calling it is never required and never harmful: `stream` and `models` do it themselves.

        Raises:
            EngineError: This engine cannot work here; the sentence says what it lacks.
        """
        ...

    def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        """Ask, and yield what comes back.

        One attempt: retries are the turn's business. Iterate inside `contextlib.aclosing`, so
        that a stopped turn closes its connection.

        Raises:
            EngineError: No answer, or not the whole of it.
        """
        ...

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models that can be asked at this moment, sorted by id.

        Raises:
            EngineError: The list could not be had.
        """
        ...

    def describe(self, model: str) -> ModelInfo:
        """What is known of a model without asking anybody: from the last list, else a table.

        Never fails: an unknown id gets cautious figures.
        """
        ...

    async def aclose(self) -> None:
        """Close connections and end child processes; the engine is not used afterwards."""
        ...
