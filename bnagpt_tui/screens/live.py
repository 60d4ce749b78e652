"""Answers that are being written: what has come of each, and how it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from ..backend.events import (
    ApprovalAsked,
    ApprovalSettled,
    Asked,
    ReasoningDelta,
    RoundEnded,
    RoundStarted,
    TextDelta,
    TextWasReasoning,
    ToolEnded,
    ToolProgressed,
    ToolStarted,
    TurnEnded,
    TurnEvent,
    TurnStarted,
    Waiting,
)
from ..backend.models import Message
from ..backend.text import one_line

if TYPE_CHECKING:
    from ..widgets.message_log import MessageLog

Clock: TypeAlias = Callable[[], float]
"""Tells seconds, from any beginning."""


@dataclass
class RunningTool:
    """A tool while it runs."""

    name: str
    begun: float
    """When it began, on the monotonic clock."""
    is_asking: bool = False
    """Whether it waits for the user's word."""

    def state(self, now: float) -> str:
        """How it goes, in a few words."""
        if self.is_asking:
            return "waits for your word"
        seconds = int(now - self.begun)
        return f"running {seconds} s" if seconds else "running…"


@dataclass
class LiveAnswer:
    """One turn while it runs, so that it can be shown again at any moment."""

    message: Message | None
    """The answer as it began; what comes is in `text`. `None` while tools run."""
    text: list[str] = field(default_factory=list)
    """What has come, piece by piece."""
    reasoning: list[str] = field(default_factory=list)
    """What the model thought, piece by piece."""
    memory_begins: str | None = None
    """The first message that the model was sent; `None` for all of them."""
    wait: Waiting | None = None
    """The pause before a retry, while it lasts."""
    wait_until: float = 0.0
    """When that pause is over, on the monotonic clock."""
    clock: Clock = time.monotonic
    """Seconds, from any beginning."""
    letters: int = 0
    """Characters of all pieces."""
    first_piece: float = 0.0
    """When the first piece came, on the monotonic clock; 0 before."""
    tools: dict[str, RunningTool] = field(default_factory=dict)
    """The tools that run, by the ids of their results."""

    def take(self, event: TurnEvent) -> None:
        """Add what an event brings."""
        if isinstance(event, RoundStarted):
            self._begin(event.answer)
        elif isinstance(event, RoundEnded):
            self._begin(None)
        elif isinstance(event, ToolStarted):
            name = event.result.tool_calls[0].name
            self.tools[event.result.id] = RunningTool(name, self.clock())
        elif isinstance(event, ToolEnded):
            self.tools.pop(event.result.id, None)
        elif isinstance(event, ApprovalAsked | ApprovalSettled):
            if tool := self.tools.get(event.approval.id):
                tool.is_asking = isinstance(event, ApprovalAsked)
                tool.begun = self.clock()
        else:
            self._take_answer(event)

    def _begin(self, answer: Message | None) -> None:
        """Have another answer, or none, written from here on."""
        self.message = answer
        self.text, self.reasoning = [], []
        self.letters, self.first_piece = 0, 0.0

    def _take_answer(self, event: TurnEvent) -> None:
        """Add what an event brings to the answer."""
        if isinstance(event, TextDelta | ReasoningDelta):
            pieces = self.text if isinstance(event, TextDelta) else self.reasoning
            pieces.append(event.text)
            self.letters += len(event.text)
            self.wait = None
            self.first_piece = self.first_piece or self.clock()
        elif isinstance(event, TextWasReasoning):
            self.reasoning += self.text
            self.text = []
        elif isinstance(event, Asked):
            if self.message:
                self.message = replace(self.message, model=event.model)
            self.memory_begins = event.memory_begins
        elif isinstance(event, Waiting):
            self.wait = event
            self.wait_until = self.clock() + event.seconds

    @property
    def so_far(self) -> Message | None:
        """The answer with all that has come; `None` while none is written."""
        return self.message and replace(
            self.message,
            content=self.message.content + "".join(self.text),
            reasoning=self.message.reasoning + "".join(self.reasoning),
        )

    @property
    def running(self) -> dict[str, str]:
        """How the tools go that run, by the ids of their results."""
        now = self.clock()
        return {key: tool.state(now) for key, tool in self.tools.items()}

    @property
    def tokens(self) -> int:
        """Tokens so far, guessed: a piece is a token at least, four letters are one."""
        return max(len(self.text) + len(self.reasoning), self.letters // 4)

    @property
    def rate(self) -> float:
        """Tokens each second since the first; 0 while there are too few to tell."""
        elapsed = self.clock() - self.first_piece
        return self.tokens / elapsed if self.first_piece and elapsed > 0.2 else 0.0

    @property
    def note(self) -> str:
        """The line under the answer: why nothing comes at this moment."""
        if self.wait is None:
            return ""
        left = max(0, round(self.wait_until - self.clock()))
        tries = f"try {self.wait.attempt} of {self.wait.attempts}"
        return f"{self.wait.reason} Sends again in {left} s ({tries}) · esc cancels"

    @property
    def state(self) -> str:
        """A word or two for the status line."""
        if self.wait is not None:
            return f"waiting {max(0, round(self.wait_until - self.clock()))} s"
        if any(tool.is_asking for tool in self.tools.values()):
            return "asks you"
        if self.tools:
            return f"running {one_line(next(iter(self.tools.values())).name, 40)}"
        if self.text:
            return "writing"
        return "thinking" if self.reasoning else "asking"


class LiveAnswers:
    """The answers that are being written, one at the most in each conversation.

    Args:
        clock: Seconds, from any beginning; for rates and countdowns.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[str, LiveAnswer] = {}

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._answers

    def get(self, conversation_id: str) -> LiveAnswer | None:
        """The answer that a conversation is getting; `None` when it gets none."""
        return self._answers.get(conversation_id)

    @property
    def waiting(self) -> bool:
        """Whether any of them stands before a retry."""
        return any(answer.wait for answer in self._answers.values())

    def take(self, conversation_id: str, event: TurnEvent) -> None:
        """Add what an event of a conversation's turn brings."""
        if isinstance(event, TurnStarted):
            self._answers[conversation_id] = LiveAnswer(event.answer, clock=self._clock)
        elif answer := self._answers.get(conversation_id):
            answer.take(event)

    def drop(self, conversation_id: str) -> None:
        """Forget a conversation's answer: its turn is over."""
        self._answers.pop(conversation_id, None)


def draw_event(log: MessageLog, event: TurnEvent, answer: LiveAnswer | None) -> None:
    """Show an event of the open conversation's turn in the log.

    Args:
        log: The log of that conversation.
        event: What happened.
        answer: The answer with the event already in it; `None` once the turn is over.
    """
    if isinstance(event, TextDelta | ReasoningDelta):
        if answer and answer.message:
            _draw_text(log, event, answer, answer.message.id)
        return
    if isinstance(event, RoundStarted):
        log.append(event.answer)
        log.set_live(event.answer.id)
    elif isinstance(event, ToolStarted):
        log.append(event.result)
    elif isinstance(event, ToolProgressed | ToolEnded):
        log.replace(event.result)
    elif isinstance(event, RoundEnded | TurnEnded):
        log.set_live(None)
        log.set_note("")
        log.replace(event.answer)
    elif answer and (so_far := answer.so_far):
        _draw_asking(log, event, so_far, answer.note)
    if answer:
        log.set_running(answer.running)


def _draw_asking(log: MessageLog, event: TurnEvent, so_far: Message, note: str) -> None:
    """Show who is asked, why nothing comes at this moment, or what has come in another light."""
    if isinstance(event, Asked | TextWasReasoning):
        log.replace(so_far)
    if isinstance(event, Asked):
        log.memory_begins = event.memory_begins
    elif isinstance(event, Waiting):
        log.set_note(note)


def _draw_text(
    log: MessageLog, event: TextDelta | ReasoningDelta, answer: LiveAnswer, message_id: str
) -> None:
    """Show more of an answer; this happens for each piece of it."""
    if len(answer.text) + len(answer.reasoning) == 1:
        log.set_note("")
    if isinstance(event, TextDelta):
        log.extend(message_id, event.text)
    else:
        log.extend(message_id, reasoning=event.text)
