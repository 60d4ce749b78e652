"""Conversations as Open WebUI exports them: a list of records, each with a `chat`.

`chat.history.messages` holds the messages by id, which form a tree, and `chat.history.currentId`
the one that was shown last. Older versions have a plain list in `chat.messages`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from ..models import Conversation, Message, Outcome, Role
from .import_lists import read_list
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
    from datetime import datetime

    from .import_values import Findings

_OPENING: Final = re.compile(r'<details type="(\w+)"[^<>]*>\n?')

_CLOSING: Final = "</details>"

_SUMMARY: Final = re.compile(r"\s*<summary>[^<]*</summary>\s*")


def is_openwebui(value: object) -> bool:
    """Whether the value is one conversation of Open WebUI's export."""
    chat = record(_chat(value))
    messages = record(chat.get("history")).get("messages")
    return isinstance(messages, dict) or isinstance(chat.get("messages"), list)


def read_openwebui(value: dict[str, Any], findings: Findings) -> None:
    """Take in one conversation with all its branches."""
    chat = _chat(value)
    title = text(value.get("title")) or text(chat.get("title"))
    name = " ".join(title.split()) or UNTITLED
    history = record(chat.get("history"))
    messages = record(history.get("messages"))
    if not messages:
        read_list(name, entries(chat.get("messages")), findings)
        return
    origin = text(value.get("id")) or text(chat.get("id"))
    created = moment(value.get("created_at"), moment(chat.get("timestamp"), findings.moment))
    nodes = {key: _node(key, record(node), origin, created) for key, node in messages.items()}
    grown = grow(nodes, history.get("currentId"))
    if lost := sum(node.message is None for node in nodes.values()):
        findings.problem(f"{quoted(name)} came without {counted(lost, 'empty message')}.")
    conversation = Conversation(
        name,
        id=derived_id("openwebui", origin or next(iter(nodes))),
        head=grown.head,
        pinned=value.get("pinned") is True,
        named=True,
        created=created,
        updated=moment(value.get("updated_at"), created),
    )
    findings.keep(conversation, grown.messages)


def _chat(value: object) -> dict[str, Any]:
    """The part with the messages; a bare chat is its own."""
    chat = record(value).get("chat")
    return record(chat) if chat is not None else record(value)


def _node(key: str, node: dict[str, Any], origin: str, created: datetime) -> Node:
    parent = text(node.get("parentId")) or None
    children = tuple(filter(None, map(text, entries(node.get("childrenIds")))))
    speaker = role(node.get("role"))
    said, reasoning = _without_details(text(node.get("content")))
    problem = _problem(node.get("error"))
    if speaker is None or not (said or reasoning or problem):
        return Node(parent, None, children)
    message = Message(
        speaker,
        said,
        id=derived_id("openwebui", origin, key),
        reasoning=reasoning,
        created=moment(node.get("timestamp"), created),
        model=text(node.get("model")) if speaker is Role.ASSISTANT else "",
        outcome=_outcome(node, problem),
        problem=problem,
    )
    return Node(parent, message, children)


def _outcome(node: dict[str, Any], problem: str) -> Outcome:
    if problem:
        return Outcome.FAILED
    return Outcome.INTERRUPTED if node.get("done") is False else Outcome.COMPLETE


def _problem(error: object) -> str:
    """The sentence of an error, which is a text or a record that holds one."""
    if error is True:
        return "The answer failed."
    return text(error) or text(record(error).get("content"))


def _without_details(content: str) -> tuple[str, str]:
    """The content without the blocks that Open WebUI folds, and the reasoning among them."""
    said: list[str] = []
    thoughts: list[str] = []
    place = 0
    for opening in _OPENING.finditer(content):
        end = content.find(_CLOSING, opening.end())
        if end < 0:
            break
        if opening.start() < place:
            continue
        said.append(content[place : opening.start()])
        if opening[1] == "reasoning":
            thoughts.append(_thought(content[opening.end() : end]))
        place = end + len(_CLOSING)
        place += len(content[place : place + 2]) - len(content[place : place + 2].lstrip("\n"))
    said.append(content[place:])
    return "".join(said), "\n\n".join(thoughts)


def _thought(block: str) -> str:
    """The text of a reasoning block, which is kept as an escaped quotation."""
    lines = _SUMMARY.sub("", block, count=1).strip("\n").split("\n")
    return html.unescape("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines))
