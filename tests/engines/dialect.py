"""What the tests of dialects have in common: bytes as a server sends them, and what is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bnagpt_tui.backend.answer import Answer
from bnagpt_tui.backend.calls import values_of
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.errors import EngineError
from bnagpt_tui.backend.events import EngineEvent, Finished, FinishReason
from bnagpt_tui.backend.models import Message, Role
from tests.groq_server import GroqServer
from tests.groq_server.raw import Raw

from .asking import collect


@dataclass
class Read:
    """What was read of an answer."""

    text: str = ""
    reasoning: str = ""
    calls: list[tuple[str, dict[str, Any] | None]] = field(default_factory=list)
    reason: FinishReason | None = None
    """Why the model stopped; `None` when the answer did not come to an end."""
    error: str = ""
    """What the user is told went wrong."""
    usage: tuple[int, int] = (0, 0)
    ids: tuple[str, ...] = ()
    """The ids of the calls."""


def read_of(events: list[EngineEvent], error: str = "") -> Read:
    """What an answer holds that these events make."""
    answer = Answer(Message(Role.ASSISTANT))
    finished: Finished | None = None
    for event in events:
        answer.take(event)
        if isinstance(event, Finished):
            finished = event
    message = answer.message()
    return Read(
        message.content,
        message.reasoning,
        [(call.name, values_of(call.arguments)) for call in message.tool_calls],
        finished.reason if finished else None,
        error,
        (finished.prompt_tokens, finished.completion_tokens) if finished else (0, 0),
        tuple(call.id for call in message.tool_calls),
    )


async def read(server: GroqServer, engine: GroqEngine, reply: Raw) -> Read:
    """Ask, get this reply, and tell what was read of it; only an `EngineError` may be raised."""
    server.script(reply)
    events: list[EngineEvent] = []
    error = ""
    try:
        await collect(engine, into=events)
    except EngineError as raised:
        error = f"{type(raised).__name__}: {raised}"
    return read_of(events, error)
