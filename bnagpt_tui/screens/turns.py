"""Questions and answers on the chat screen: sending, queueing, stopping, asking again."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

from textual import on
from textual.message import Message as ScreenMessage

from ..backend.errors import BnaGPTError, ModelGoneError
from ..backend.events import (
    ApprovalAsked,
    ApprovalSettled,
    Asked,
    Noted,
    NotKept,
    ReasoningDelta,
    RoundStarted,
    TextDelta,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from ..backend.models import Outcome, Role
from ..widgets import markdown
from ..widgets.message_log import MessageLog
from .approving import ApprovalActions
from .live import draw_event
from .queued import as_typed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from textual.timer import Timer

    from ..backend.events import TurnEvent
    from ..backend.tree import Path

BREATH: Final = 0.01
"""Seconds after which keys are looked at while a turn brings more than can be shown at once."""

STATUS_SECONDS: Final = 0.5
"""How often the figures at the top change while an answer is written; half as often when lite."""


MOST_OF_TURN: Final = 40
"""Messages at a path's end that are shown anew when a turn is over."""


PREPARE_TEXT: Final = "prepare-text"
"""The group of the worker that imports what draws answers."""


def turn_group(conversation_id: str) -> str:
    """The group of the worker that answers a conversation's questions."""
    return f"turn-{conversation_id}"


class TurnActions(ApprovalActions):
    """The turns of all conversations; each goes on when another conversation is opened."""

    @dataclass
    class ModelGone(ScreenMessage):
        """The model that was asked does not exist any more."""

        conversation_id: str
        answer_id: str
        """The answer that could not be given."""
        model: str
        """The model that is gone."""
        reason: str
        """One sentence for the user."""

    _clock: Timer | None = None
    """Ticks while answers are written: figures and countdowns."""
    _trouble: str = ""
    _is_prepared: bool = False
    """Whether what draws answers was imported, while the first one is waited for."""

    def run_turn(
        self, conversation_id: str, events: AsyncGenerator[TurnEvent, None], text: str = ""
    ) -> None:
        """Start the worker of a conversation's turn.

        Args:
            conversation_id: Which conversation.
            events: The turn.
            text: What the user typed for it; it comes back when the turn cannot begin.
        """
        self.asking.add(conversation_id)
        self.run_worker(
            self._follow(conversation_id, events, text),
            group=turn_group(conversation_id),
            exit_on_error=True,
        )

    async def _follow(
        self, conversation_id: str, events: AsyncGenerator[TurnEvent, None], text: str
    ) -> None:
        """Show a turn to its end, then ask what is queued."""
        try:
            async with aclosing(events):
                begin = perf_counter()
                async for event in events:
                    self._take(conversation_id, event)
                    if perf_counter() - begin > BREATH:  # much may have come at once
                        await asyncio.sleep(0)
                        begin = perf_counter()
        except BnaGPTError as error:
            self.tell(error, severity="error")
            self.prompt.give_back(text)
        finally:
            self._turn_is_over(conversation_id)
        self._ask_next(conversation_id)

    def _ask_next(self, conversation_id: str) -> None:
        """Ask the question that waited longest; after a failure, hand all of them back."""
        waiting = self.queued.get(conversation_id)
        if not waiting or not self.is_there:
            return
        path = self.chat.path(conversation_id)
        if path and path[-1].outcome is Outcome.FAILED:
            self.hand_back_queue()
            return
        queued = waiting.pop(0)
        self.show_queue()
        self.run_turn(conversation_id, queued.begin(), queued.text)

    def _prepare_text(self, event: TurnEvent) -> None:
        """Import what draws answers while the first one is waited for."""
        if isinstance(event, Asked) and not self._is_prepared:
            self._is_prepared = True
            self.run_worker(asyncio.to_thread(markdown.prepare), group=PREPARE_TEXT)

    def _take(self, conversation_id: str, event: TurnEvent) -> None:
        """Show one event of a turn, unless the application is closing its widgets."""
        if not self.is_there:
            return
        self.live.take(conversation_id, event)
        self._prepare_text(event)
        if isinstance(event, TextDelta | ReasoningDelta):
            if conversation_id == self.open_id:
                draw_event(self.log_view, event, self.live.get(conversation_id))
            return
        if conversation_id == self.open_id:
            self._show_event(event)
        if isinstance(event, TurnStarted):
            self._start_clock()
            self.show_list()
        elif isinstance(event, ApprovalAsked | ApprovalSettled):
            self.note_approval(conversation_id)
        elif isinstance(event, Noted):
            self.tell(event.sentence)
        elif isinstance(event, NotKept):
            self._tell_trouble(event.reason)
        elif isinstance(event, TurnEnded) and isinstance(event.error, ModelGoneError):
            self.post_message(
                self.ModelGone(
                    conversation_id, event.answer.id, event.error.model, str(event.error)
                )
            )

    def _show_event(self, event: TurnEvent) -> None:
        """Show an event of the open conversation's turn that is no text."""
        if isinstance(event, TurnStarted):
            self._show_started(event)
        draw_event(self.log_view, event, self.live.get(self.open_id))
        if isinstance(event, ToolStarted | RoundStarted):
            self.tip = self.messages().ids[-1]
        self.show_status()

    def _tell_trouble(self, reason: str) -> None:
        """Say once what keeps the store from being written."""
        if reason != self._trouble:
            self.tell(reason, severity="error")
        self._trouble = reason

    def _show_started(self, event: TurnStarted) -> None:
        """Show the question and the place of its answer."""
        first = event.question or event.answer
        if first is None or self.tip != first.parent:
            self.show_messages()
            return
        self.show_emptiness()
        self.log_view.following = True
        for message in filter(None, (event.question, event.answer)):
            self.log_view.append(message)
            self.tip = message.id
        self.log_view.set_note("")
        self.log_view.set_live(event.answer.id if event.answer else None)

    def _turn_is_over(self, conversation_id: str) -> None:
        """Show the answer as it is kept, whatever ended it."""
        self.asking.discard(conversation_id)
        self.live.drop(conversation_id)
        if not self.is_there:
            return
        if conversation_id == self.open_id:
            self.log_view.set_live(None)
            self.log_view.set_running({})
            self._show_kept(self.chat.path(conversation_id))
            self.show_approval()
            self.show_status()
        self.show_list()

    def _show_kept(self, path: Path) -> None:
        """Show the last turn as it is kept, and what there is to say of its end."""
        for place in range(len(path) - 1, max(-1, len(path) - MOST_OF_TURN), -1):
            if path[place].role is Role.USER:
                break
            self.log_view.replace(path[place])
        self.show_end(path)

    # What the keys do

    def action_stop(self) -> None:
        """Stop the answer, keeping what came, and hand queued questions back."""
        if waiting := self.queued.pop(self.open_id, []):
            self.prompt.give_back(as_typed(waiting))
            self.show_queue()
        if self.open_id in self.live:  # else it is only about to begin, and would be lost
            self.workers.cancel_group(self, turn_group(self.open_id))

    @on(MessageLog.RegenerateRequested)
    def _regenerate(self, event: MessageLog.RegenerateRequested) -> None:
        event.stop()
        self.regenerate(event.message.id)

    def regenerate(self, message_id: str) -> None:
        """Have a question answered once more, when nothing else is being answered here."""
        if self.must_wait():
            return
        self.run_turn(self.open_id, self.chat.regenerate(self.open_id, message_id))

    # The clock

    def _start_clock(self) -> None:
        if self._clock is None:
            seconds = 2 * STATUS_SECONDS if self.lite else STATUS_SECONDS
            self._clock = self.set_interval(seconds, self._tick)

    def _tick(self) -> None:
        """Let figures and countdowns move; stop when there is nothing to move."""
        if self._clock and not self.chat.running:
            self._clock.stop()
            self._clock = None
        answer = self.live.get(self.open_id)
        if answer is None:
            return
        if answer.wait:
            self.log_view.set_note(answer.note)
        if answer.tools:
            self.log_view.set_running(answer.running)
        self.show_status()
