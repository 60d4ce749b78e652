"""Conversations in the JSON that bnaGPT itself exports."""

from __future__ import annotations

import base64
import math
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..models import Attachment, Conversation, Message, Usage, new_id
from .attachments import checksums_of
from .exporting import JSON_FORMAT, JSON_VERSION
from .import_content import understood
from .import_nodes import Tally, Written, node_of
from .import_tree import Node, grow
from .import_values import (
    UNTITLED,
    counted,
    entries,
    quoted,
    record,
    safe_id,
    text,
    utc,
)

if TYPE_CHECKING:
    from .import_values import Findings

_MOST_COUNTED: Final = 2**53
"""More tokens or seconds than this are no measurement."""

_ESSENTIAL: Final = ("role", "content", "id", "parent")


def is_own(value: object) -> bool:
    """Whether the value is a conversation as `to_json` writes it, of whichever version."""
    return record(value).get("format") == JSON_FORMAT


def read_own(value: dict[str, Any], findings: Findings) -> None:
    """Take in one exported conversation; its sound messages even if others are not."""
    version = value.get("version")
    conversation = _conversation(record(value.get("conversation")), findings)
    if not isinstance(version, int) or version > JSON_VERSION:
        findings.problem(
            f"{quoted(conversation.name)} was exported by a newer bnaGPT. Update this one first."
        )
        return
    nodes = _nodes(entries(value.get("messages")), conversation, findings)
    grown = grow(nodes, conversation.head)
    if grown.cut:
        findings.problem(f"{quoted(conversation.name)}: messages that follow each other were cut.")
    order = {node.message.id: place for place, node in enumerate(nodes.values()) if node.message}
    grown.messages.sort(key=lambda message: order[message.id])
    files = _files(record(value.get("files")), grown.messages)
    missing = len(checksums_of(grown.messages) - files.keys())
    if missing and "files" in value:  # an export without any says nothing of them
        lost = counted(missing, "attached file")
        findings.problem(f"{quoted(conversation.name)} came without {lost}.")
    findings.keep(replace(conversation, head=grown.head), grown.messages, files)


def _files(values: dict[str, Any], messages: list[Message]) -> dict[str, bytes]:
    """What is in the files that messages name, of those whose checksum is right."""
    found: dict[str, bytes] = {}
    for checksum in checksums_of(messages):
        try:
            content = base64.b64decode(text(values.get(checksum)), validate=True)
        except ValueError:
            continue
        if sha256(content).hexdigest() == checksum:
            found[checksum] = content
    return found


def _conversation(value: dict[str, Any], findings: Findings) -> Conversation:
    """The conversation's own record, or what can be used of it."""
    try:
        conversation = msgspec.convert(value, Conversation)
    except msgspec.ValidationError:
        name = text(value.get("name")) or findings.title or UNTITLED
        head = text(value.get("head")) or None
        conversation = Conversation(name, head=head, created=findings.moment)
        conversation = replace(conversation, updated=findings.moment)
        findings.problem(f"{quoted(name)}: what was known besides its messages is damaged.")
    return replace(
        conversation,
        id=safe_id(conversation.id),
        created=utc(conversation.created, findings.moment),
        updated=utc(conversation.updated, findings.moment),
    )


def _nodes(values: list[Any], conversation: Conversation, findings: Findings) -> dict[str, Node]:
    """The messages by the ids that the file gives them; those left out keep their place."""
    nodes: dict[str, Node] = {}
    tally = Tally()
    lost = 0
    for value in values:
        key = text(record(value).get("id")) or new_id()
        if key in nodes or not isinstance(value, dict):
            lost += 1
            continue
        parent = text(value.get("parent")) or None
        message = _message(value, findings)
        if message is None:
            lost += 1
            nodes[key] = _damaged(value, parent, findings, tally)
        else:
            nodes[key] = Node(parent, message)
    if lost:
        name = quoted(conversation.name)
        findings.problem(f"{name} has {counted(lost, 'damaged message')}.")
    tally.tell(conversation.name, findings)
    return nodes


def _damaged(value: dict[str, Any], parent: str | None, findings: Findings, tally: Tally) -> Node:
    """A message of which no more than its words can be read, if as much."""
    said = understood(value.get("content"))
    written = Written((), text(value.get("role")), said, findings.moment, parent=parent)
    return node_of(written, tally)


def _message(value: dict[str, Any], findings: Findings) -> Message | None:
    """The message, without its less important fields if those are damaged."""
    for fields in (value, {name: value[name] for name in _ESSENTIAL if name in value}):
        try:
            message = msgspec.convert(fields, Message)
        except msgspec.ValidationError:
            continue
        if "role" in fields and "content" in fields:
            return replace(
                message,
                id=safe_id(message.id),
                created=utc(message.created, findings.moment),
                usage=_usage(message.usage),
                attachments=tuple(filter(_stays_inside, message.attachments)),
            )
    return None


def _usage(usage: Usage | None) -> Usage | None:
    """The usage if its numbers can be measurements."""
    if usage is None:
        return None
    numbers = (usage.prompt_tokens, usage.completion_tokens, usage.seconds)
    sound = all(math.isfinite(number) and 0 <= number < _MOST_COUNTED for number in numbers)
    return usage if sound else None


def _stays_inside(attachment: Attachment) -> bool:
    """Whether the attachment's path cannot lead out of the attachments' directory."""
    parts = attachment.path.split("/")
    return "\\" not in attachment.path and not {"", ".", ".."} & set(parts)
