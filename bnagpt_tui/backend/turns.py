"""Turns: a question is kept, sent with what the model is to remember, and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from . import context
from .errors import EngineError, StoreError, TooLargeError, TurnRunningError
from .events import (
    Asked,
    LimitsReported,
    NotKept,
    ReasoningDelta,
    TextDelta,
    TurnEnded,
    TurnEvent,
    TurnStarted,
)
from .journal import INTERVAL, AnswerJournal
from .library import Library
from .models import Conversation, Limits, Message, Role, now
from .naming import name_from
from .tokens import Calibration
from .turn import Answer, Plan, run_turn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .engines.base import Engine
    from .retry import Sleep

TRIM: Final = "r sends it again with the oldest turns left out."
"""What helps when a request with earlier turns is too large."""

SHORTEN: Final = "It is this question alone: e puts it back into the prompt, to be shortened."
"""What helps when a question is too large by itself."""

CLOSING_SECONDS: Final = 5.0
"""How long closing waits for answers that are being stopped."""

Calendar: TypeAlias = Callable[[], datetime]
"""Tells the present moment, in UTC."""


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What the settings say about every turn."""

    instructions: str = ""
    """What every conversation begins with."""
    context_tokens: int = 0
    """The most tokens of a request and its answer; 0 follows the model and the plan."""
    answer_tokens: int = 0
    """The most tokens of an answer; 0 for a quarter of the whole."""
    journal_seconds: float = INTERVAL
    """The longest stretch of a growing answer that is not yet kept."""


class Turns:
    """Runs the turns of all conversations, one at a time in each.

    Attributes:
        limits: What the last reply said of the plan; `None` before the first.
    """

    def __init__(
        self,
        engine: Engine,
        library: Library,
        options: ChatOptions,
        *,
        sleep: Sleep,
        calendar: Calendar = now,
    ) -> None:
        self._engine = engine
        self._library = library
        self._options = options
        self._sleep = sleep
        self._calendar = calendar
        self._calibration = Calibration()
        self._ceilings: dict[str, int] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self.limits: Limits | None = None

    def model_of(self, conversation: Conversation) -> str:
        """The id of the model that would answer; empty before the engine knows."""
        return self._engine.describe(conversation.model or self._engine.default_model).id

    async def send(self, conversation_id: str, text: str) -> AsyncGenerator[TurnEvent, None]:
        """Ask the next question; see `ChatService.send`."""
        await self._library.tree(conversation_id)
        head = self._library.get(conversation_id).head
        question = Message(Role.USER, text, parent=head, created=self._calendar())
        async with aclosing(self._turn(conversation_id, question)) as events:
            async for event in events:
                yield event

    async def edit(
        self, conversation_id: str, message_id: str, text: str
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask a question in other words; see `ChatService.edit`."""
        tree = await self._library.tree(conversation_id)
        question = Message(
            Role.USER, text, parent=tree[message_id].parent, created=self._calendar()
        )
        async with aclosing(self._turn(conversation_id, question)) as events:
            async for event in events:
                yield event

    async def regenerate(
        self, conversation_id: str, message_id: str
    ) -> AsyncGenerator[TurnEvent, None]:
        """Have a question answered once more; see `ChatService.regenerate`."""
        tree = await self._library.tree(conversation_id)
        path = tree.path(message_id)
        question = next((m for m in reversed(path) if m.role is Role.USER), path[-1])
        async with aclosing(self._turn(conversation_id, question)) as events:
            async for event in events:
                yield event

    async def stop(self) -> None:
        """Stop every turn and wait until what came of it is kept."""
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSING_SECONDS)

    async def _turn(
        self, conversation_id: str, question: Message
    ) -> AsyncGenerator[TurnEvent, None]:
        if conversation_id in self._library.busy:
            raise TurnRunningError("This conversation is still answering.")
        task = asyncio.current_task()
        self._library.busy.add(conversation_id)
        if task:
            self._tasks.add(task)
        try:
            async with aclosing(self._answer(conversation_id, question)) as events:
                async for event in events:
                    yield event
        finally:
            self._library.busy.discard(conversation_id)
            if task:
                self._tasks.discard(task)

    async def _answer(
        self, conversation_id: str, question: Message
    ) -> AsyncGenerator[TurnEvent, None]:
        """Keep the question, ask, and keep the answer whatever happens on the way."""
        self._take_question(conversation_id, question)
        answer = Answer(Message(Role.ASSISTANT, parent=question.id, created=self._calendar()))
        try:
            yield TurnStarted(self._library.get(conversation_id), question, answer.message())
            if trouble := await self._keep_question(conversation_id, question):
                yield NotKept(trouble)
            async with aclosing(self._ask(conversation_id, answer)) as events:
                async for event in events:
                    yield event
        finally:
            answer.ended = True
            trouble = await self._keep_answer(conversation_id, answer)
        if trouble:
            yield NotKept(trouble)
        yield TurnEnded(self._library.get(conversation_id), answer.message(), answer.error)

    async def _ask(self, conversation_id: str, answer: Answer) -> AsyncGenerator[TurnEvent, None]:
        """Plan the request when the engine is ready for it, and stream what comes back."""
        try:
            await self._engine.prepare()
        except EngineError as error:
            answer.fail(error)
            return
        plan = self._plan(conversation_id)
        answer.asked(plan.model)
        yield Asked(plan.model, plan.context.begins)
        try:
            async with aclosing(self._stream(conversation_id, plan, answer)) as events:
                async for event in events:
                    yield event
        finally:
            self._learn(plan, answer)

    async def _stream(
        self, conversation_id: str, plan: Plan, answer: Answer
    ) -> AsyncGenerator[TurnEvent, None]:
        """Stream the answer, keeping it as it grows."""

        async def keep() -> None:
            await self._keep_answer(conversation_id, answer)

        journal = AnswerJournal(keep, interval=self._options.journal_seconds)
        try:
            async with aclosing(run_turn(self._engine, plan, answer, sleep=self._sleep)) as events:
                async for event in events:
                    if isinstance(event, LimitsReported):
                        self.limits = event.limits
                    elif isinstance(event, TextDelta | ReasoningDelta):
                        journal.grown()
                    if isinstance(event, TurnEvent):
                        yield event
        finally:
            await journal.settle()

    def _take_question(self, conversation_id: str, question: Message) -> None:
        """Put the question at the head, in memory; the first one names its conversation."""
        conversation = self._library.touched(conversation_id, head=question.id)
        if not conversation.name:
            name = self._library.free_name(name_from(question.content))
            conversation = replace(conversation, name=name)
        self._library.set(conversation, (question,))

    async def _keep_question(self, conversation_id: str, question: Message) -> str:
        """Write the question; what stands against it is returned, empty when nothing does."""
        try:
            await self._library.keep(self._library.get(conversation_id), question)
        except StoreError as error:
            return str(error)
        return ""

    async def _keep_answer(self, conversation_id: str, answer: Answer) -> str:
        """Write the answer as it stands; what stands against it is returned."""
        message = answer.message()
        conversation = self._library.get(conversation_id)
        if conversation.head != message.id or answer.ended:
            conversation = self._library.touched(conversation_id, head=message.id)
        try:
            await self._library.keep(conversation, message)
        except StoreError as error:
            return str(error)
        return ""

    def _plan(self, conversation_id: str) -> Plan:
        """What the model is sent, within what it and the plan take."""
        conversation = self._library.get(conversation_id)
        model = self.model_of(conversation)
        budget = context.budget(
            self._engine.describe(model),
            self.limits,
            context_tokens=self._options.context_tokens,
            answer_tokens=self._options.answer_tokens,
        )
        room = min(budget.request, self._ceilings.get(model, budget.request))
        path = self._library.loaded(conversation_id).path(conversation.head)
        selected = context.select(
            path, self._options.instructions, room, self._calibration.factor(model)
        )
        return Plan(model=model, context=selected, budget=budget)

    def _learn(self, plan: Plan, answer: Answer) -> None:
        """Take in what the service counted, so that the next plan is nearer to the truth."""
        guessed = plan.context.guessed
        self._calibration.learn(plan.model, guessed=guessed, counted=answer.prompt_tokens)
        if isinstance(answer.error, TooLargeError):
            error = answer.error
            tried = int(guessed * self._calibration.factor(plan.model))
            allowed = (error.limit - plan.budget.answer) if error.limit else tried
            self._ceilings[plan.model] = max(min(allowed, tried * 3 // 4), 1)
            questions = sum(item.role is Role.USER for item in plan.context.messages)
            answer.advice = TRIM if questions > 1 else SHORTEN
