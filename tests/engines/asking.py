"""What the tests of engines have in common: a question, and what came back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing

from bnagpt_tui.backend.engines.base import Engine, Request
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.events import EngineEvent, Finished, ReasoningDelta, TextDelta
from bnagpt_tui.backend.models import Message, Role
from tests.groq_server import GroqServer

KEY = "gsk_test0123456789secret"
MODEL = "openai/gpt-oss-120b"


def question(text: str = "Hi there", *, model: str = MODEL, most: int | None = None) -> Request:
    """A request with one message."""
    return Request((Message(Role.USER, text),), model, most)


async def collect(
    engine: Engine, request: Request | None = None, into: list[EngineEvent] | None = None
) -> list[EngineEvent]:
    """All the events of an answer; those of a broken one stay in `into`."""
    events: list[EngineEvent] = [] if into is None else into
    async with aclosing(engine.stream(request or question())) as arriving:
        async for event in arriving:
            events.append(event)  # noqa: PERF401 - what came must stay when the stream breaks
    return events


def text_of(events: Iterable[EngineEvent]) -> str:
    """The answer's text."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events: Iterable[EngineEvent]) -> str:
    """The reasoning's text."""
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def finish_of(events: Iterable[EngineEvent]) -> Finished:
    """The one event that ends an answer."""
    (finished,) = (event for event in events if isinstance(event, Finished))
    return finished


def engine_for(server: GroqServer, *, stall_seconds: float = 10.0) -> GroqEngine:
    """An engine that asks the server as it would ask Groq."""
    return GroqEngine(api_key=KEY, base_url=server.url, stall_seconds=stall_seconds)
