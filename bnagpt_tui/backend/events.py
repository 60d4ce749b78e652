"""What happens during a turn, in the order in which it happens.

Engines yield `EngineEvent`s; the chat service passes on those that can be shown, with its own
beside them, as `TurnEvent`s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from .errors import EngineError
from .models import Conversation, Limits, Message, Source

if TYPE_CHECKING:
    from .permission import Approval


class FinishReason(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the reasoning that comes before the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class TextWasReasoning:
    """All text of this answer so far was reasoning: its end came without its beginning."""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; pieces with the same index belong together."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class PagesFound:
    """The service searched the web by itself."""

    pages: tuple[Source, ...]
    """What it found; not numbered yet."""


@dataclass(frozen=True, slots=True)
class LimitsReported:
    """The reply's headers said what is left of the allowance."""

    limits: Limits
    engine: str = ""
    """The title of the engine whose reply it was; empty for the only one there is."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something was done otherwise than was asked for, and the user should know."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The model ended its answer; the last event of a stream that is complete."""

    reason: FinishReason
    model: str = ""
    """The model that really answered; empty when the service did not say."""
    prompt_tokens: int = 0
    """0 when the service did not count."""
    completion_tokens: int = 0
    """0 when the service did not count."""


EngineEvent: TypeAlias = (
    TextDelta
    | ReasoningDelta
    | TextWasReasoning
    | ToolCallDelta
    | PagesFound
    | LimitsReported
    | Noted
    | Finished
)
"""What an engine yields. A stream that ends without `Finished` was cut."""


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The question stands in the conversation, and is kept next."""

    conversation: Conversation
    question: Message | None
    """What is asked; `None` when an earlier question is gone on with."""
    answer: Message | None
    """The answer to be: empty, with the id under which its text will come.

    `None` when tools are run first, or nothing else.
    """


@dataclass(frozen=True, slots=True)
class Asked:
    """The request leaves."""

    model: str
    """The model that is asked."""
    memory_begins: str | None
    """The first message that the model is sent; `None` when it is sent all of them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The request will be sent again after a while."""

    reason: str
    """One sentence: why."""
    seconds: float
    """How long, from now."""
    attempt: int
    """Which try comes next: 2 for the first retry."""
    attempts: int
    """How many there are at the most."""


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool was called."""

    result: Message
    """Its result to be: the call is in it, and what comes of it will be."""


@dataclass(frozen=True, slots=True)
class ToolProgressed:
    """A tool said something while it runs."""

    result: Message
    """The result with all that has come of it."""


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool has done what it was called for, or has not; `result.outcome` tells which."""

    result: Message


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """A tool waits for the user's word."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class ApprovalSettled:
    """The user's word was given, or is no longer needed."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """The model is asked once more, with what the tools brought."""

    answer: Message
    """The answer to be: empty, with the id under which its text will come."""


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """The model has asked for tools; `answer.tool_calls` says for which."""

    answer: Message


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The answer is whole, or will not become so; `answer.outcome` tells which."""

    conversation: Conversation
    answer: Message
    """The last message: an answer, or the result of a tool that the user ran."""
    error: EngineError | None = None
    """Why the answer failed; `None` when it did not."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """Something of this turn could not be written; it is kept in memory and tried again."""

    reason: str
    """One sentence for the user."""


TurnEvent: TypeAlias = (
    TurnStarted
    | NotKept
    | Asked
    | LimitsReported
    | Noted
    | Waiting
    | ReasoningDelta
    | TextDelta
    | TextWasReasoning
    | RoundStarted
    | RoundEnded
    | ToolStarted
    | ToolProgressed
    | ToolEnded
    | ApprovalAsked
    | ApprovalSettled
    | TurnEnded
)
"""What the chat service yields while a question is answered."""
