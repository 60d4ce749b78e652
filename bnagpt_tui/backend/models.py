"""The values that everything else speaks in: conversations and their messages.

All values are frozen: a change is a new value, made with `dataclasses.replace`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


def new_id() -> str:
    """A fresh identifier: 16 hexadecimal digits, random."""
    return os.urandom(8).hex()


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


class Role(StrEnum):
    """Who a message is from."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Outcome(StrEnum):
    """How a message came to its end.

    An answer that is still on its way is kept as `INTERRUPTED`, so that what a crash leaves
    behind is already described by what it is.
    """

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    LENGTH = "length"
    """Cut short: the model reached the most tokens that it may write at once."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost, as the service counted it."""

    prompt_tokens: int = 0
    """Tokens of the request."""
    completion_tokens: int = 0
    """Tokens of the answer, reasoning included."""
    seconds: float = 0.0
    """From the request to the last token."""

    @property
    def tokens_per_second(self) -> float:
        """The answer's tokens for each second of the turn; 0 when no time was measured."""
        return self.completion_tokens / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool that the model asks for."""

    id: str
    name: str
    arguments: str
    """The arguments as the model wrote them: a JSON object, if the model did it right."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a model is told of a tool that it may call."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """The arguments as a JSON schema of type `object`."""
    is_services: bool = False
    """Whether the service does it by itself, for the models that it does it for."""


@dataclass(frozen=True, slots=True)
class Source:
    """A page that a tool found or read, under the number by which answers cite it."""

    number: int
    title: str
    address: str
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a message and is kept beside the store."""

    name: str
    kind: str
    """The media type, as in `image/png`."""
    path: str
    """The file's place, relative to the attachments' directory: its checksum."""
    checksum: str
    """SHA-256 of the content, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation's tree."""

    role: Role
    content: str = ""
    id: str = field(default_factory=new_id)
    parent: str | None = None
    """The id of the message that this one follows; `None` for the first."""
    reasoning: str = ""
    """What the model thought before it answered; never sent back to it."""
    attachments: tuple[Attachment, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    """On an answer: the tools that it asks for. On a tool's result: the one call it answers."""
    tool_call_id: str = ""
    """On a tool's result: the id of the call that it answers."""
    sources: tuple[Source, ...] = ()
    """On a tool's result: all that it found. On an answer: those that it cites."""
    created: datetime = field(default_factory=now)
    model: str = ""
    usage: Usage | None = None
    outcome: Outcome = Outcome.COMPLETE
    problem: str = ""
    """What went wrong and what to do, for the user; never sent to the model."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a conversation without reading its messages."""

    name: str
    id: str = field(default_factory=new_id)
    head: str | None = None
    """The last message of the path that is shown and remembered."""
    assistant: str = ""
    """The name of the assistant that answers; empty for the plain one."""
    model: str = ""
    """The model that was picked for this conversation; empty for the default."""
    tools: bool | None = None
    """Whether the model may use tools here; `None` leaves it to the settings."""
    pinned: bool = False
    named: bool = False
    """Whether the user gave the name; one made of the first words is not."""
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that an engine offers, and what it can do."""

    id: str
    context_window: int = 8192
    """Tokens of request and answer together."""
    max_completion_tokens: int = 4096
    """Tokens of the longest answer."""
    vision: bool = False
    tools: bool = False
    reasoning: bool = False
    owner: str = ""
    # What follows is the server's, and not the model's: two servers may offer the same one.
    metered: bool = field(default=True, compare=False)
    """Whether a plan's tokens a minute bound each request too, as Groq's do."""
    most_tools: int = field(default=128, compare=False)
    """How many tools a request may have."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left of the plan's allowance, as the last reply's headers said."""

    tokens: int
    """Tokens that may be used in a minute."""
    tokens_left: int
    tokens_reset: float = 0.0
    """Seconds until the minute's tokens are whole again."""
    requests: int = 0
    """Requests that may be made in a day; 0 when not said."""
    requests_left: int = 0
    requests_reset: float = 0.0
    """Seconds until the day's requests are whole again."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a text that was found."""

    text: str
    is_match: bool = False
    """Whether it is what was looked for, and not what stands around it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One message that a search found."""

    conversation_id: str
    conversation_name: str
    message_id: str
    """The message; empty when it is the conversation's name that was found."""
    role: Role | None
    """Who the message is from; `None` for a name."""
    created: datetime
    snippet: tuple[Fragment, ...]
    """The words around the match, on one line."""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What a search found, and in how much of what there is."""

    hits: tuple[Hit, ...]
    """The messages, newest first."""
    indexed: int
    """Conversations that were looked into as they are."""
    total: int
    """Conversations that there are."""
    remark: str = ""
    """What of the search could not be understood, in a sentence; empty when all was."""
