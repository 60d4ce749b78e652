"""A conversation as Markdown: made to be read, and to be imported again.

What a reader does not need stands in HTML comments, one before each message, which Markdown does
not show. A line of a message that looks like such a comment gets a backslash in front, as many
times as it is exported; the import takes one away.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from ..models import Outcome, Role
from ..text import REPLACEMENT, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ..models import Attachment, Conversation, Message, ToolCall

MARKDOWN_VERSION: Final = 1
"""The version of the comments, and the newest that is read."""

MARKER: Final = re.compile(
    r"<!-- bnagpt:(conversation|message|reasoning|end|content|sources) (\{.*\}) -->\r?"
)
"""One whole line that is a comment of ours: its kind, and a JSON object."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_LOOKS_LIKE_MARKER: Final = re.compile(r"^(\\*<!-- bnagpt:)", re.MULTILINE)

SPEAKERS: Final = {
    Role.SYSTEM: "Instructions",
    Role.USER: "You",
    Role.ASSISTANT: "bnaGPT",
    Role.TOOL: "Tool",
}
"""What a role is called where people read it."""

OUTCOMES: Final = {
    Outcome.COMPLETE: "",
    Outcome.INTERRUPTED: "stopped",
    Outcome.FAILED: "failed",
    Outcome.LENGTH: "cut short",
}
"""What an outcome is called where people read it; nothing for the ordinary one."""


def to_markdown(conversation: Conversation, messages: Iterable[Message]) -> str:
    """The messages, in the order given, under headings with speaker, model and time.

    Args:
        conversation: Gives the title.
        messages: The path to be shown, from the root to the head.
    """
    about = {
        "version": MARKDOWN_VERSION,
        "name": conversation.name,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
    }
    parts = [f"# {one_line(conversation.name)}", _marker("conversation", about)]
    for message in messages:
        parts += _message(message)
    return _SURROGATE.sub(REPLACEMENT, "\n\n".join(parts) + "\n")


def clock(moment: datetime) -> str:
    """The moment as people read it, to the minute, with its time zone."""
    return moment.strftime("%Y-%m-%d %H:%M %Z").strip()


def heading(message: Message) -> str:
    """Who speaks, which model or tool it was, when, and how it ended unless that was well."""
    call = called(message)
    facts = (
        SPEAKERS[message.role],
        one_line(call.name) if call else "",
        one_line(message.model),
        clock(message.created),
        OUTCOMES[message.outcome],
    )
    return " · ".join(fact for fact in facts if fact)


def called(message: Message) -> ToolCall | None:
    """The call that a tool's result is of; `None` for everything else."""
    return message.tool_calls[0] if message.role is Role.TOOL and message.tool_calls else None


def attached(file: Attachment) -> str:
    """An attached file as it is named where people read."""
    return f"{one_line(file.name)} ({one_line(file.kind)})"


def _message(message: Message) -> list[str]:
    """The parts of one message, to be joined with blank lines."""
    about = {
        "role": message.role.value,
        "model": message.model,
        "created": message.created.isoformat(),
        "outcome": message.outcome.value,
        "problem": message.problem,
    }
    call = called(message)
    if call:
        about |= {"tool": call.name, "arguments": call.arguments}
    parts = [_marker("message", about), f"## {heading(message)}"]
    if message.problem:
        parts.append(f"> {one_line(message.problem, 1000)}")
    if message.reasoning:
        parts += ["<details><summary>Reasoning</summary>", _marker("reasoning", {})]
        parts += [_escape(message.reasoning), _marker("end", {}), "</details>"]
    if call:
        parts.append(f"> Called with: {one_line(call.arguments, 2000)}")
    parts += [f"> Attached: {attached(file)}" for file in message.attachments]
    parts += [_marker("content", {}), _escape(message.content)]
    if message.role is Role.ASSISTANT and message.sources:
        pages = (
            f"- [{each.number}] {one_line(each.title)} <{each.address}>" for each in message.sources
        )
        parts += [_marker("sources", {}), "\n".join(pages)]
    return parts


def _marker(kind: str, about: dict[str, Any]) -> str:
    """A comment of ours; no value can end it early, as `>` is written as an escape."""
    value = json.dumps({key: item for key, item in about.items() if item != ""})
    value = value.replace(">", "\\u003e")
    return f"<!-- bnagpt:{kind} {value} -->"


def _escape(text: str) -> str:
    return _LOOKS_LIKE_MARKER.sub(r"\\\1", text)
