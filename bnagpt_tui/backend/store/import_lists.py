"""Conversations that are plain lists of roles and contents, as the first bnaGPT kept them.

Its `saved_conversations.json` (`conversas.json` in Portuguese) is one object, in which each name
has a list: `{"name": [{"role": "user", "content": "…"}, …]}`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..models import Conversation
from .import_content import Content, understood
from .import_nodes import Tally, Written, node_of
from .import_tree import Node, grow
from .import_values import UNTITLED, moment, quoted, record, text

if TYPE_CHECKING:
    from datetime import datetime

    from .import_values import Findings

_SPEAKERS = ("role", "sender", "from", "author", "speaker")
_CONTENTS = ("content", "parts", "text", "value", "message")
_MOMENTS = ("created_at", "createdAt", "timestamp", "create_time", "created")


def is_message(value: object) -> bool:
    """Whether the value looks like one message: a role and a content."""
    fields = record(value).keys()
    return (
        {"role", "content"} <= fields or {"role", "parts"} <= fields or {"from", "value"} == fields
    )


def read_named_lists(value: dict[str, Any], findings: Findings) -> None:
    """Take in an object of lists of messages by name."""
    for name, messages in value.items():
        if isinstance(messages, list):
            read_list(name, messages, findings)
        else:
            findings.problem(f"{quoted(name)} is not a list of messages and was left out.")


def read_list(name: str, values: list[Any], findings: Findings) -> None:
    """Take in one list of messages, each following the one before it."""
    name = name or findings.title or UNTITLED
    tally = Tally()
    nodes: dict[str, Node] = {}
    for place, value in enumerate(values):
        above = str(place - 1) if place else None
        nodes[str(place)] = _node(value, above, findings.moment, tally)
    grown = grow(nodes)
    tally.tell(name, findings)
    if not grown.messages:  # a question without text is still what there is
        stand_ins = (node.stand_in for node in nodes.values() if node.stand_in)
        grown.messages = [replace(each, content="") for each in islice(stand_ins, 1)]
    conversation = Conversation(
        name,
        head=grown.head or (grown.messages[-1].id if grown.messages else None),
        named=True,
        created=findings.moment,
        updated=findings.moment,
    )
    findings.keep(conversation, grown.messages)


def _node(value: object, above: str | None, default: datetime, tally: Tally) -> Node:
    fields = record(value)
    speaker = next((said for key in _SPEAKERS if (said := text(fields.get(key)))), "")
    when = next((fields[key] for key in _MOMENTS if fields.get(key)), None)
    content = _content(value)
    tool = text(fields.get("name")) or "tool"
    return node_of(
        Written((), speaker, content, moment(when, default), parent=above, tool=tool), tally
    )


def _content(value: object) -> Content:
    """What an entry says, with the thoughts and calls that stand beside its content."""
    fields = record(value)
    if not fields:
        return understood(value)
    said = next((fields[key] for key in _CONTENTS if fields.get(key) not in (None, "")), None)
    content = understood(said)
    thoughts = fields.get("reasoning_content") or fields.get("reasoning") or fields.get("thinking")
    content.thoughts += understood(thoughts).said
    calls = fields.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        taken = understood({**record(call), "type": "tool_call"})
        content.said += taken.said
        content.steps += taken.steps
    return content
