"""Conversations that are plain lists of roles and contents, as the first bnaGPT kept them.

Its `saved_conversations.json` (`conversas.json` in Portuguese) is one object, in which each name
has a list: `{"name": [{"role": "user", "content": "…"}, …]}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import Conversation, Message
from .import_values import UNTITLED, counted, entries, quoted, record, role, text

if TYPE_CHECKING:
    from .import_values import Findings


def is_message(value: object) -> bool:
    """Whether the value looks like one message: a role and a content."""
    return {"role", "content"} <= record(value).keys()


def read_named_lists(value: dict[str, Any], findings: Findings) -> None:
    """Take in an object of lists of messages by name."""
    for name, messages in value.items():
        if isinstance(messages, list):
            read_list(name, messages, findings)
        else:
            findings.problem(f"{quoted(name)} is not a list of messages and was left out.")


def read_list(name: str, values: list[Any], findings: Findings) -> None:
    """Take in one list of messages, each following the one before it."""
    messages: list[Message] = []
    for value in values:
        speaker, content = role(record(value).get("role")), record(value).get("content")
        said = _said(content)
        if speaker is None or said is None:
            continue
        parent = messages[-1].id if messages else None
        messages.append(Message(speaker, said, parent=parent, created=findings.moment))
    lost = len(values) - len(messages)
    conversation = Conversation(
        name or findings.title or UNTITLED,
        head=messages[-1].id if messages else None,
        named=True,
        created=findings.moment,
        updated=findings.moment,
    )
    if lost and messages:
        findings.problem(
            f"{quoted(conversation.name)} came without {counted(lost, 'item')} that had no role "
            "or no text."
        )
    findings.keep(conversation, messages)


def _said(content: object) -> str | None:
    """The content's text; `None` when it has none. A list of typed parts gives its texts."""
    if isinstance(content, list):
        parts = [text(record(part).get("text")) for part in entries(content)]
        return "\n\n".join(filter(None, parts)) or None
    return content if isinstance(content, str) else None
