"""Conversations as ChatGPT exports them: a list in `conversations.json`.

Each has a `mapping` of nodes by id, which form a tree, and the `current_node` that was shown.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ..models import Conversation, Message, Outcome, Role
from .import_tree import Node, grow
from .import_values import (
    UNTITLED,
    counted,
    derived_id,
    entries,
    moment,
    quoted,
    record,
    role,
    text,
)

if TYPE_CHECKING:
    from .import_values import Findings

_CITATION: Final = re.compile("\ue200[^\ue200\ue201]*\ue201")
"""Where ChatGPT's own page draws a link to a source; of no use elsewhere."""

_UNSEEN: Final = {"user_editable_context", "model_editable_context", "reasoning_recap"}
"""Kinds of content that ChatGPT's own page does not show as messages."""

_OUTCOMES: Final = {
    "max_tokens": Outcome.LENGTH,
    "interrupted": Outcome.INTERRUPTED,
    "in_progress": Outcome.INTERRUPTED,
}


def is_chatgpt(value: object) -> bool:
    """Whether the value is one conversation of ChatGPT's export."""
    return isinstance(record(value).get("mapping"), dict)


def read_chatgpt(value: dict[str, Any], findings: Findings) -> None:
    """Take in one conversation: all its branches, without what ChatGPT hides."""
    name = " ".join(text(value.get("title")).split()) or UNTITLED
    origin = text(value.get("conversation_id")) or text(value.get("id"))
    created = moment(value.get("create_time"), findings.moment)
    lost: list[str] = []
    nodes = {
        key: _node(key, record(node), origin, created, lost)
        for key, node in value["mapping"].items()
    }
    grown = grow(nodes, value.get("current_node"))
    first = next(iter(nodes), "")
    conversation = Conversation(
        name,
        id=derived_id("chatgpt", origin or first),
        head=grown.head,
        pinned=value.get("is_starred") is True,
        named=True,
        created=created,
        updated=moment(value.get("update_time"), created),
    )
    if lost:
        kinds = ", ".join(counted(lost.count(kind), kind) for kind in sorted(set(lost)))
        findings.problem(f"{quoted(name)} came without {kinds}.")
    findings.keep(conversation, grown.messages)


def _node(key: str, node: dict[str, Any], origin: str, created: datetime, lost: list[str]) -> Node:
    """One place of the tree; what is left out and a reader saw is added to `lost`."""
    parent = text(node.get("parent")) or None
    children = tuple(filter(None, map(text, entries(node.get("children")))))
    message = record(node.get("message"))
    content = record(message.get("content"))
    if content.get("content_type") == "thoughts":
        return Node(parent, None, children, _thoughts(content))
    speaker = role(record(message.get("author")).get("role"))
    if speaker in {None, Role.SYSTEM} or _hidden(message):
        return Node(parent, None, children)
    if speaker is Role.TOOL or text(message.get("recipient")) not in {"", "all", "python"}:
        lost.append("tool step")
        return Node(parent, None, children)
    said = _said(content, lost)
    kept = _message(derived_id("chatgpt", origin, key), speaker, said, message, created)
    return Node(parent, kept if said else None, children)


def _message(
    identifier: str, speaker: Role | None, said: str, message: dict[str, Any], created: datetime
) -> Message:
    details = record(message.get("metadata"))
    ending = text(record(details.get("finish_details")).get("type"))
    return Message(
        speaker or Role.USER,
        said,
        id=identifier,
        created=moment(message.get("create_time"), created),
        model=text(details.get("model_slug")) if speaker is Role.ASSISTANT else "",
        outcome=_OUTCOMES.get(ending or text(message.get("status")), Outcome.COMPLETE),
    )


def _hidden(message: dict[str, Any]) -> bool:
    """Whether ChatGPT itself does not show this message."""
    hidden = record(message.get("metadata")).get("is_visually_hidden_from_conversation")
    kind = text(record(message.get("content")).get("content_type"))
    return hidden is True or kind in _UNSEEN


def _said(content: dict[str, Any], lost: list[str]) -> str:
    """What the message says, as Markdown; empty when that is nothing."""
    if content.get("content_type") == "code":
        language = text(content.get("language"))
        code = text(content.get("text"))
        return f"```{'' if language == 'unknown' else language}\n{code}\n```" if code else ""
    parts = [_part(part, lost) for part in entries(content.get("parts"))]
    said = "\n\n".join(filter(None, parts)) or text(content.get("text"))
    return _CITATION.sub("", said)


def _part(part: object, lost: list[str]) -> str:
    """The text of one part; any other kind of part is lost."""
    said = part if isinstance(part, str) else text(record(part).get("text"))
    if not isinstance(part, str) and not said:
        kind = text(record(part).get("content_type"))
        lost.append("image" if kind.startswith("image") else "attachment")
    return said


def _thoughts(content: dict[str, Any]) -> str:
    thoughts = map(record, entries(content.get("thoughts")))
    said = (text(thought.get("content")) or text(thought.get("summary")) for thought in thoughts)
    return "\n\n".join(filter(None, said))
