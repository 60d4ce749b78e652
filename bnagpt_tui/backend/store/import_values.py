"""What an import finds, and the first look at values that a stranger wrote."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ..models import Conversation, Message, Role, new_id
from ..text import one_line

MOST_PROBLEMS: Final = 200
"""How many problems are told one by one; the rest are counted."""

UNTITLED: Final = "Untitled"
"""The name of an imported conversation whose file gives it none."""

_SAFE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")

_ROLES: Final = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "tool": Role.TOOL,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """One conversation that a file held."""

    conversation: Conversation
    messages: tuple[Message, ...]
    """The whole tree; each message after its parent or in the file's own order."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What is in the files that they name and that came along, by checksum."""


@dataclass(slots=True)
class Findings:
    """What has been read of a file so far."""

    title: str
    """A name for a conversation that has none: the file's, without its ending."""
    moment: datetime
    """A time for what has none: when the file was last changed."""
    conversations: list[Imported] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Sentences for the user, at most `MOST_PROBLEMS` of them."""
    untold: int = 0
    """How many more problems there were."""

    def keep(
        self,
        conversation: Conversation,
        messages: list[Message],
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        """Take a conversation in; one without any message is a problem instead."""
        if messages:
            self.conversations.append(Imported(conversation, tuple(messages), files or {}))
        else:
            self.problem(f"{quoted(conversation.name)} holds no messages and was left out.")

    def problem(self, sentence: str) -> None:
        """Tell the user of something that could not be imported."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(sentence)
        else:
            self.untold += 1


def record(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Any]:
    """The value if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """The value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def title_of(*values: object) -> str:
    """The first of the values that is a name, on one line."""
    return next(filter(None, (" ".join(text(value).split()) for value in values)), UNTITLED)


def role(value: object) -> Role | None:
    """The role that a text names, in whichever case; `None` when it names none."""
    return _ROLES.get(text(value).strip().lower())


def moment(value: object, default: datetime) -> datetime:
    """The time that a number of seconds, or of milliseconds or nanoseconds, since 1970 stands for.

    Args:
        value: Anything; a positive number counts as a time, as a text too, and so does a text as
            ISO 8601 has it.
        default: What is returned for anything else.
    """
    if isinstance(value, dict):  # as MongoDB exports it
        value = value.get("$date", value.get("$numberLong"))
        value = record(value).get("$numberLong", value)
    if isinstance(value, str):
        number = _number(value)
        if number is None:
            return _written_moment(value, default)
        value = number
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e19:
        return default
    seconds = float(value)
    while seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _written_moment(value: str, default: datetime) -> datetime:
    try:
        return utc(datetime.fromisoformat(value.strip()), default)
    except ValueError:
        return default


def utc(value: datetime, default: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is taken for UTC already."""
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        return default


def origin_of(value: dict[str, Any], *names: str) -> str:
    """What a conversation is known by in its file; where that is nothing, by all that it is."""
    for name in names:
        if known := text(value.get(name)):
            return known
    whole = json.dumps(value, sort_keys=True, default=str).encode(errors="replace")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def safe_id(value: object) -> str:
    """The value if it is fit to be an identifier and part of a file's name, else a fresh one."""
    return value if isinstance(value, str) and _SAFE_ID.fullmatch(value) else new_id()


def derived_id(*parts: str) -> str:
    """An identifier made of others, the same each time the same file is imported."""
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def quoted(name: str) -> str:
    """A conversation's name as a sentence can hold it."""
    return f"“{one_line(name, 60)}”"


def counted(number: int, noun: str) -> str:
    """A number and its noun, in the plural unless the number is 1."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
