"""One turn: keep the question, ask, run tools, ask again, and keep the answer whatever happens."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from .answer import Answer, stream_answer
from .calls import TOO_MANY_ROUNDS, are_whole
from .citations import cited, sources_in
from .errors import EngineError
from .events import (
    Asked,
    LimitsReported,
    Noted,
    NotKept,
    ReasoningDelta,
    RoundEnded,
    RoundStarted,
    TextDelta,
    TextWasReasoning,
    TurnEnded,
    TurnEvent,
    TurnStarted,
)
from .journal import AnswerJournal
from .models import Message, Outcome, Role, now
from .naming import name_from
from .options import INTERVAL, ROUNDS
from .origins import Origin
from .tool_run import short_arguments

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from datetime import datetime

    from .calling import Calls
    from .engines.base import Engine
    from .library import Library
    from .models import Source, ToolSpec
    from .origins import Origins
    from .planning import Plan, Planner
    from .retry import Sleep
    from .toolbox import Toolbox

PATIENCE: Final = 3.0
"""Seconds that a question waits for tools that a server lends, which is still starting."""

MOST_FOUND: Final = 8
"""Pages that a service found by itself that are listed under an answer."""

_LATELY: Final = 200
"""Messages at a path's end in which an answer's sources are looked for."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a turn begins with."""

    question: Message | None = None
    """What is asked; `None` when an earlier question is gone on with."""
    head: str | None = None
    """The id of what the answer follows, where that is neither question nor results."""
    cut: Message | None = None
    """The answer that is gone on with, as it was cut; `None` for a new answer."""
    results: tuple[Message, ...] = ()
    """The results to be of calls that are done before the model is asked."""
    asks: bool = True
    """Whether the model is asked at all."""


class TurnRunner:
    """Runs turns from their beginning to their end.

    Args:
        engine: Who answers.
        library: Where everything is kept.
        planner: Says what is sent.
        calls: Runs tools.
        toolbox: The tools.
        origins: Is told what models ask for.
        rounds: How often the model may ask for tools in one turn.
        journal_seconds: The longest stretch of a growing answer that is not yet kept.
        sleep: Waits between retries.
        calendar: Tells the present moment, in UTC.
    """

    def __init__(
        self,
        engine: Engine,
        library: Library,
        planner: Planner,
        calls: Calls,
        toolbox: Toolbox,
        origins: Origins,
        *,
        rounds: int = ROUNDS,
        journal_seconds: float = INTERVAL,
        sleep: Sleep = asyncio.sleep,
        calendar: Callable[[], datetime] = now,
    ) -> None:
        self._engine = engine
        self._library = library
        self._planner = planner
        self._calls = calls
        self._toolbox = toolbox
        self._origins = origins
        self._rounds = rounds
        self._journal_seconds = journal_seconds
        self._sleep = sleep
        self._calendar = calendar
        self._noted: dict[str, str] = {}

    async def run(
        self, conversation_id: str, beginning: Beginning, *, tools: bool
    ) -> AsyncGenerator[TurnEvent, None]:
        """Run a turn.

        Args:
            conversation_id: The conversation.
            beginning: What it begins with.
            tools: Whether the model may use tools.
        """
        question, results = beginning.question, beginning.results
        self._begin(conversation_id, beginning)
        answer = Answer(beginning.cut) if beginning.cut else None
        if answer is None and beginning.asks and not results:
            answer = self._draft(conversation_id)
        yield TurnStarted(
            self._library.get(conversation_id), question, answer.message() if answer else None
        )
        if question:
            kept = self._library.get(conversation_id)
            if trouble := await self._library.try_to_keep(kept, question):
                yield NotKept(trouble)
        if results:
            calls = self._calls.run(conversation_id, results)
            async with aclosing(calls) as happening:
                async for event in happening:
                    yield event
        if beginning.asks:
            async with aclosing(self._answer(conversation_id, answer, tools=tools)) as events:
                async for told in events:
                    yield told
        else:
            last = self._library.path(conversation_id)[-1]
            yield TurnEnded(self._library.get(conversation_id), last)

    async def _answer(
        self, conversation_id: str, answer: Answer | None, *, tools: bool
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask, and run what the model asks for, until it has answered."""
        for number in range(self._rounds + 1):
            if answer is None:
                answer = self._draft(conversation_id)
                yield RoundStarted(answer.message())
            may_call = number < self._rounds
            asking = self._round(conversation_id, answer, tools=tools, may_call=may_call)
            async with aclosing(asking) as events:
                async for event in events:
                    yield event
            said = answer.message()
            if are_whole(said):
                self._origins.note(conversation_id, said.tool_calls, Origin.MODEL)
            if not (may_call and said.tool_calls) or said.outcome is not Outcome.COMPLETE:
                yield TurnEnded(self._library.get(conversation_id), said, answer.error)
                return
            yield RoundEnded(said)
            drafts = self._calls.drafts(said.tool_calls, said.id)
            async with aclosing(self._calls.run(conversation_id, drafts)) as happening:
                async for done in happening:
                    yield done
            answer = None

    async def _round(
        self, conversation_id: str, answer: Answer, *, tools: bool, may_call: bool
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask once, and keep what comes, whatever happens on the way."""
        trouble = ""
        try:
            async with aclosing(
                self._ask(conversation_id, answer, tools=tools, may_call=may_call)
            ) as events:
                async for event in events:
                    yield event
        finally:
            answer.ended = True
            self._finish(conversation_id, answer, may_call=may_call)
            trouble = await self._keep_answer(conversation_id, answer)
        if trouble:
            yield NotKept(trouble)

    async def _ask(
        self, conversation_id: str, answer: Answer, *, tools: bool, may_call: bool
    ) -> AsyncGenerator[TurnEvent, None]:
        """Plan the request when the engine is ready for it, and stream what comes back."""
        try:
            await self._engine.prepare()
        except EngineError as error:
            answer.fail(error)
            return
        conversation = self._library.get(conversation_id)
        model = self._engine.describe(conversation.model or self._engine.default_model)
        offered = await self._specs() if tools and model.tools else ()
        path = self._library.path(conversation_id)
        goes_on = bool(answer.begun)
        plan = self._planner.plan(model.id, path, offered, may_call=may_call, goes_on=goes_on)
        answer.asked(plan.model)
        yield Asked(plan.model, plan.context.begins)
        if plan.note and self._noted.get(conversation_id) != plan.note:
            self._noted[conversation_id] = plan.note
            yield Noted(plan.note)
        try:
            async with aclosing(self._stream(conversation_id, plan, answer)) as events:
                async for event in events:
                    yield event
        finally:
            advice = self._planner.learn(plan, answer.prompt_tokens, answer.error)
            answer.advice = advice or answer.advice

    async def _specs(self) -> tuple[ToolSpec, ...]:
        tools = await self._toolbox.tools(patience=PATIENCE)
        return tuple(tool.spec for tool in tools)

    async def _stream(
        self, conversation_id: str, plan: Plan, answer: Answer
    ) -> AsyncGenerator[TurnEvent, None]:
        """Stream the answer, keeping it as it grows."""

        async def keep() -> None:
            await self._keep_answer(conversation_id, answer)

        journal = AnswerJournal(keep, interval=self._journal_seconds)
        try:
            async with aclosing(
                stream_answer(self._engine, plan, answer, sleep=self._sleep)
            ) as events:
                async for event in events:
                    if isinstance(event, LimitsReported):
                        self._planner.note_limits(event.limits, event.engine, plan.model)
                    elif isinstance(event, TextDelta | ReasoningDelta | TextWasReasoning):
                        journal.grown()
                    if isinstance(event, TurnEvent):
                        yield event
        finally:
            await journal.settle()

    def _draft(self, conversation_id: str) -> Answer:
        """An answer to be, under what the conversation ends with."""
        parent = self._library.get(conversation_id).head
        return Answer(Message(Role.ASSISTANT, parent=parent, created=self._calendar()))

    def _finish(self, conversation_id: str, answer: Answer, *, may_call: bool) -> None:
        """Note what an answer refers to, and that it never came to be one."""
        message = answer.message()
        if "[" in message.content or "【" in message.content:
            path = self._library.loaded(conversation_id).path(message.parent)
            found = cited(message.content, sources_in(path[-_LATELY:]))
            known = {source.number for source in found}
            answer.sources = found + tuple(s for s in answer.sources if s.number not in known)
        if answer.found:
            answer.sources += _numbered(answer.found, answer.sources)
        if message.tool_calls and not may_call and answer.outcome is Outcome.COMPLETE:
            answer.outcome = Outcome.INTERRUPTED
            answer.advice = TOO_MANY_ROUNDS

    def _begin(self, conversation_id: str, beginning: Beginning) -> None:
        """Put the question at the head, in memory; what comes first names its conversation."""
        conversation = self._library.get(conversation_id)
        question = beginning.question
        first = question or beginning.cut
        if head := first.id if first else beginning.head:
            conversation = self._library.touched(conversation_id, head=head)
        if not conversation.name:
            told = question.content if question else _told(beginning.results)
            name = self._library.free_name(name_from(told))
            conversation = replace(conversation, name=name)
        self._library.set(conversation, (first,) if first else ())

    async def _keep_answer(self, conversation_id: str, answer: Answer) -> str:
        """Write the answer as it stands; what stands against it is returned."""
        message = answer.message()
        conversation = self._library.get(conversation_id)
        if conversation.head != message.id or answer.ended:
            conversation = self._library.touched(conversation_id, head=message.id)
        return await self._library.try_to_keep(conversation, message)


def _numbered(found: Sequence[Source], known: Sequence[Source]) -> tuple[Source, ...]:
    """Pages that the service found, numbered after those that are known."""
    first = max((source.number for source in known), default=0) + 1
    pages = enumerate(found[:MOST_FOUND], first)
    return tuple(replace(page, number=number) for number, page in pages)


def _told(results: Sequence[Message]) -> str:
    """What a conversation that begins with a tool is about."""
    calls = [call for result in results for call in result.tool_calls]
    return f"{calls[0].name} · {short_arguments(calls[0].arguments)}" if calls else ""
