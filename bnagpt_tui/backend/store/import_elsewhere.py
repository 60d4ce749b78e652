"""Conversations as Claude's and LibreChat's exports have them: messages that name their parents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ..models import Conversation, Outcome
from .import_content import Content, fenced, understood
from .import_nodes import Tally, Written, node_of
from .import_tree import grow
from .import_values import derived_id, entries, moment, origin_of, record, text, title_of

if TYPE_CHECKING:
    from datetime import datetime

    from .import_tree import Node
    from .import_values import Findings

_UNSUPPORTED: Final = "This block is not supported on your current device yet."
"""What Claude's export says in a message's text in place of tools and thoughts."""


def is_claude(value: object) -> bool:
    """Whether the value is one conversation of Claude's export."""
    return isinstance(record(value).get("chat_messages"), list)


def read_claude(value: dict[str, Any], findings: Findings) -> None:
    """Take in one conversation; messages follow each other where none names a parent."""
    created = moment(value.get("created_at"), findings.moment)
    origin = origin_of(value, "uuid", "id")
    tally, nodes, before = Tally(), dict[str, "Node"](), ""
    messages = list(map(record, value["chat_messages"]))
    names_parents = any(text(each.get("parent_message_uuid")) for each in messages)
    taken: dict[str, dict[str, Any]] = {}
    for place, each in enumerate(messages):
        key = _key(text(each.get("uuid")), place, each, taken)
        parent = text(each.get("parent_message_uuid")) if names_parents else before
        written = Written(
            ("claude", origin, key),
            text(each.get("sender")) or text(each.get("role")),
            _claudes(each),
            moment(each.get("created_at"), created),
            text(value.get("model")) or text(each.get("model")),
            parent=parent or None,
        )
        if key not in nodes:
            nodes[key], before = node_of(written, tally), key
    _keep("claude", origin, value, nodes, tally, findings, value.get("current_leaf_message_uuid"))


def _key(given: str, place: int, message: object, taken: dict[str, Any]) -> str:
    """What a message is known by: its own key, unless another message has that."""
    key = given or f"message {place}"
    if taken.setdefault(key, message) != message:
        key = f"{key} message {place}"
        taken[key] = message
    return key


def _claudes(message: dict[str, Any]) -> Content:
    """What a message says, with the text of what was attached."""
    content = understood(message.get("content"))
    said = text(message.get("text"))
    if not (content.said or content.steps or content.thoughts) and _UNSUPPORTED not in said:
        content.said += [said] if said.strip() else []
    for file in map(record, entries(message.get("attachments"))):
        extracted, name = text(file.get("extracted_content")), text(file.get("file_name"))
        if extracted:
            content.said.append(f"{name or 'Attached'}:\n\n{fenced(extracted)}")
        else:
            content.lost.append("attachment")
    files = entries(message.get("files")) or entries(message.get("files_v2"))
    content.lost += ["attachment"] * len(files)
    return content


def is_librechat(value: object) -> bool:
    """Whether the value is one conversation of LibreChat's export."""
    messages = entries(record(value).get("messages"))
    known = {"messageId", "parentMessageId", "isCreatedByUser"}
    return any(len(known & record(message).keys()) > 1 for message in messages)


def read_librechat(value: dict[str, Any], findings: Findings) -> None:
    """Take in one conversation with all its branches, nested or side by side."""
    created = moment(value.get("createdAt"), findings.moment)
    origin = origin_of(value, "conversationId")
    tally, nodes = Tally(), dict[str, "Node"]()
    taken: dict[str, tuple[object, object]] = {}
    for place, (each, above) in enumerate(_flat(entries(value.get("messages")))):
        said = (each.get("text"), each.get("content"))
        key = _key(text(each.get("messageId")), place, said, taken)
        if key not in nodes:
            nodes[key] = node_of(_librechats(each, above, (origin, key), created), tally)
    _keep("librechat", origin, value, nodes, tally, findings, value.get("currentMessageId"))


def _flat(messages: list[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The messages of a nested list, each with the key of the one that it is nested in."""
    waiting = [(record(message), "") for message in reversed(messages)]
    while waiting:
        message, above = waiting.pop()
        yield message, above
        key = text(message.get("messageId"))
        below = reversed(entries(message.get("children")))
        waiting.extend((record(child), key) for child in below)


def _librechats(
    message: dict[str, Any], above: str, ids: tuple[str, str], created: datetime
) -> Written:
    """One message; its parent is the one that it names, or else the one that it is nested in."""
    is_users = message.get("isCreatedByUser")
    speaker = ""
    if isinstance(is_users, bool):
        speaker = "user" if is_users else "assistant"
    content = understood(message.get("content"))
    beside = understood(message.get("text"))
    known = "".join([*content.said, *content.thoughts])
    content.said[:0] = [each for each in beside.said if each.strip() not in known]
    content.lost += ["attachment"] * len(entries(message.get("attachments")))
    for file in map(record, entries(message.get("files"))):
        if inside := text(file.get("text")):
            content.said.append(f"{text(file.get('filename')) or 'Attached'}:\n\n{fenced(inside)}")
        else:
            content.lost.append("attachment")
    is_broken, is_stopped = message.get("error") is True, message.get("unfinished") is True
    outcome = Outcome.INTERRUPTED if is_stopped else Outcome.COMPLETE
    return Written(
        ("librechat", *ids),
        speaker or text(message.get("role")) or text(message.get("sender")),
        content,
        moment(message.get("createdAt"), created),
        text(message.get("model")) or text(message.get("endpoint")),
        Outcome.FAILED if is_broken else outcome,
        "The answer failed." if is_broken else "",
        parent=text(message.get("parentMessageId")) or above or None,
    )


def _keep(
    source: str,
    origin: str,
    value: dict[str, Any],
    nodes: dict[str, Node],
    tally: Tally,
    findings: Findings,
    current: object,
) -> None:
    """Take in what the nodes come to."""
    name = title_of(value.get("title"), value.get("name"), value.get("summary"))
    created = moment(value.get("created_at", value.get("createdAt")), findings.moment)
    grown = grow(nodes, current)
    tally.tell(name, findings)
    conversation = Conversation(
        name,
        id=derived_id(source, origin),
        head=grown.head,
        pinned=value.get("is_starred") is True,
        named=True,
        created=created,
        updated=moment(value.get("updated_at", value.get("updatedAt")), created),
    )
    findings.keep(conversation, grown.messages)
