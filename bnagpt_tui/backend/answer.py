"""One round of a turn: ask, stream, and end with an answer whose outcome is known."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .calls import CallPieces
from .engines.base import Engine, Request
from .errors import EmptyAnswerError, EngineError
from .events import (
    EngineEvent,
    Finished,
    FinishReason,
    PagesFound,
    ReasoningDelta,
    TextDelta,
    TextWasReasoning,
    ToolCallDelta,
    Waiting,
)
from .joining import Joint
from .models import Message, Outcome, Source, Usage
from .retry import Sleep, stream_with_retries
from .tokens import estimate

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from .planning import Plan

_OUTCOMES: Final = {
    FinishReason.LENGTH: Outcome.LENGTH,
    FinishReason.CONTENT_FILTER: Outcome.FAILED,
}

MOST_TEXT: Final = 4_000_000
"""Characters of an answer's text that are kept; as many again of its reasoning and of its calls."""

TOO_LONG: Final = "it has grown longer than bnaGPT keeps; the rest was not asked for."
"""Why an answer ends that does not end by itself."""

FILTERED: Final = "The service's content filter stopped this answer. Ask in other words."
"""What an answer says that the service did not let through."""


class Answer:
    """An answer while it is written.

    Args:
        draft: The answer to be; one that was cut is gone on with, and keeps what it has.

    Attributes:
        begun: What it said before it is gone on with; empty for a new one.
        model: The model that is asked, then the one that said it answered.
        ended: Whether nothing more will come.
        advice: What to do about the error, beside what the error says itself.
        outcome: How it ended; `INTERRUPTED` until it has.
        error: The fault that ended it; `None` when none did.
        prompt_tokens: Tokens of the request as the service counted them; 0 before it has.
        sources: The pages that it refers to.
        found: Pages that the service found by itself; not numbered.
    """

    def __init__(self, draft: Message) -> None:
        self._draft = draft
        self.begun = draft.content
        self._text = [draft.content]
        self._reasoning = [draft.reasoning]
        self._has_grown = False
        self._room: dict[type[EngineEvent], int] = {
            TextDelta: MOST_TEXT - len(draft.content),
            ReasoningDelta: MOST_TEXT - len(draft.reasoning),
            ToolCallDelta: MOST_TEXT,
        }
        self._calls = CallPieces()
        self._started = time.monotonic()
        self._completion_tokens = 0
        self.model = draft.model
        self.ended = False
        self.advice = ""
        self.outcome = Outcome.INTERRUPTED
        self.error: EngineError | None = None
        self.prompt_tokens = 0
        self.sources = draft.sources
        self.found: tuple[Source, ...] = ()

    def asked(self, model: str) -> None:
        """Say who is asked; the turn's time counts from here."""
        self.model = model
        self._started = time.monotonic()

    def take(self, event: EngineEvent | Waiting) -> None:
        """Add what an event brings."""
        self._has_grown |= isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta)
        if isinstance(event, TextDelta | ReasoningDelta):
            pieces = self._text if isinstance(event, TextDelta) else self._reasoning
            pieces.append(event.text[: max(self._room[type(event)], 0)])
            self._take_room(type(event), len(event.text))
        elif isinstance(event, TextWasReasoning):
            self._reasoning += self._text
            self._text = []
        elif isinstance(event, ToolCallDelta):
            self._calls.take(event)
            self._take_room(ToolCallDelta, len(event.arguments) + 1)
        elif isinstance(event, PagesFound):
            known = {page.address for page in self.found}
            self.found += tuple(page for page in event.pages if page.address not in known)
        elif isinstance(event, Waiting):
            self._started = time.monotonic() + event.seconds
        elif isinstance(event, Finished):
            self._finish(event)

    def _take_room(self, kind: type[EngineEvent], size: int) -> None:
        """Count what came; an answer that would never end has an end here."""
        self._room[kind] -= size
        if self._room[kind] < 0:
            self.outcome = Outcome.LENGTH
            self.advice = TOO_LONG

    @property
    def is_full(self) -> bool:
        """Whether no more of it is kept."""
        return min(self._room.values()) < 0

    def fail(self, error: EngineError) -> None:
        """End with a fault; what came before it stays."""
        self.outcome = Outcome.FAILED
        self.error = error

    def message(self) -> Message:
        """The answer as it stands."""
        if self.begun and not self._has_grown and self.outcome is Outcome.INTERRUPTED:
            return self._draft  # nothing came of going on with it
        self._text = ["".join(self._text)]
        self._reasoning = ["".join(self._reasoning)]
        return replace(
            self._draft,
            model=self.model,
            content=self._text[0],
            reasoning=self._reasoning[0],
            tool_calls=self._calls.calls(),
            sources=self.sources,
            outcome=self.outcome,
            problem=f"{self.error or ''} {self.advice}".strip(),
            usage=self._usage(),
        )

    def _finish(self, event: Finished) -> None:
        self.outcome = _OUTCOMES.get(event.reason, Outcome.COMPLETE)
        if event.reason is FinishReason.CONTENT_FILTER:
            self.advice = FILTERED
        self.prompt_tokens = event.prompt_tokens
        self._completion_tokens = event.completion_tokens
        if event.model:
            self.model = event.model

    def _usage(self) -> Usage | None:
        if not (self._text[0] or self._reasoning[0] or self._calls):
            return None
        before = self._draft.usage or Usage()
        written = self._text[0][len(self.begun) :], self._reasoning[0][len(self._draft.reasoning) :]
        counted = self._completion_tokens or sum(map(estimate, written))
        seconds = max(time.monotonic() - self._started, 0.001)
        return Usage(
            prompt_tokens=before.prompt_tokens + self.prompt_tokens,
            completion_tokens=before.completion_tokens + counted,
            seconds=round(before.seconds + seconds, 3),
        )


async def stream_answer(
    engine: Engine, plan: Plan, answer: Answer, *, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[EngineEvent | Waiting, None]:
    """Ask the model and fill in the answer; a fault becomes the answer's outcome.

    A model may call what it was not told of: without tools in the plan, calls are passed over. Of
    an answer that is gone on with, what is only said again is passed over, too.

    Yields:
        The engine's events and the pauses between retries, those that count in the answer.
    """
    request = Request(
        messages=plan.context.messages,
        model=plan.model,
        max_completion_tokens=plan.budget.answer if plan.budget.is_bound else None,
        tools=plan.tools,
        may_call=plan.may_call,
    )
    joint = Joint(answer.begun) if answer.begun else None
    try:
        async with aclosing(stream_with_retries(engine, request, sleep=sleep)) as events:
            async for event in events:
                for told in _joined(event, joint) if joint else (event,):
                    if plan.tools or not isinstance(told, ToolCallDelta):
                        answer.take(told)
                    yield told
                if answer.is_full:
                    return
    except EmptyAnswerError as error:
        if answer.begun:  # it was at its end: there is nothing to go on with
            answer.outcome = Outcome.COMPLETE
        else:
            answer.fail(error)
    except EngineError as error:
        answer.fail(error)
    finally:
        if joint and (rest := joint.rest()):  # it ended while something was held back
            answer.take(TextDelta(rest))


def _joined(event: EngineEvent | Waiting, joint: Joint) -> Iterator[EngineEvent | Waiting]:
    """Yield what an event means for an answer that is gone on with."""
    if isinstance(event, TextDelta):
        if text := joint.feed(event.text):
            yield TextDelta(text)
        return
    if isinstance(event, Finished | ToolCallDelta) and (rest := joint.rest()):
        yield TextDelta(rest)
    yield event
