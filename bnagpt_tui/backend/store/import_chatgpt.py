"""Conversations as ChatGPT exports them: a list in `conversations.json`.

Each has a `mapping` of nodes by id, which form a tree, and the `current_node` that was shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ..models import Conversation, Message, Outcome, Role
from .import_chatgpt_metadata import beside, marked, report_in, without_marks
from .import_content import Content, document_in, fenced, understood
from .import_nodes import Tally, Written, node_of
from .import_tree import NO_QUESTION, Node, grow
from .import_values import derived_id, entries, moment, origin_of, record, role, text, title_of

if TYPE_CHECKING:
    from .import_values import Findings

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
    name = title_of(value.get("title"))
    created = moment(value.get("create_time"), findings.moment)
    reader = _Reader(value, origin_of(value, "conversation_id", "id"), created)
    grown = grow(reader.nodes(), value.get("current_node"))
    conversation = Conversation(
        name,
        id=derived_id("chatgpt", reader.origin),
        head=grown.head,
        pinned=value.get("is_starred") is True,
        named=True,
        created=created,
        updated=moment(value.get("update_time"), created),
    )
    reader.tally.empty = 0  # ChatGPT writes one before many an answer
    reader.tally.tell(name, findings)
    findings.keep(conversation, grown.messages)


class _Reader:
    """Reads the nodes of one conversation.

    Args:
        value: The conversation.
        origin: What it is known by.
        created: When it was made.
    """

    def __init__(self, value: dict[str, Any], origin: str, created: datetime) -> None:
        self.origin = origin
        self.tally = Tally()
        self._mapping: dict[str, Any] = value["mapping"]
        self._created = created
        self._below: dict[str, list[str]] = {}
        for key, node in self._mapping.items():
            self._below.setdefault(text(record(node).get("parent")), []).append(key)

    def nodes(self) -> dict[str, Node]:
        """All nodes by their keys."""
        return {key: self._node(key, record(node)) for key, node in self._mapping.items()}

    def _node(self, key: str, node: dict[str, Any]) -> Node:
        parent = text(node.get("parent")) or None
        children = tuple(filter(None, map(text, entries(node.get("children")))))
        message = record(node.get("message"))
        speaker = role(record(message.get("author")).get("role"))
        if not message or speaker is Role.SYSTEM:
            return Node(parent, None, children)
        if _is_hidden(message):
            return Node(parent, None, children, stand_in=self._hidden_question(key, speaker))
        content = message.get("content")
        kind = text(record(content).get("content_type"))
        if kind == "thoughts" and speaker is Role.ASSISTANT:
            thinker = Message(Role.ASSISTANT, id=self._id(key), created=self._moment(message))
            said = understood(content).reasoning
            return Node(parent, None, children, reasoning=said, stand_in=thinker)
        if self._is_called(message) and self._has_result(key):
            return Node(parent, None, children)
        return node_of(self._written(key, node, message), self.tally)

    def _written(self, key: str, node: dict[str, Any], message: dict[str, Any]) -> Written:
        details = record(message.get("metadata"))
        ending = text(record(details.get("finish_details")).get("type"))
        author = record(message.get("author"))
        speaker = text(author.get("role"))
        is_report = details.get("is_async_task_result_message") is True or report_in(details)
        if is_report and role(speaker) is Role.TOOL:
            speaker = "assistant"  # the report of a deep research
        written = Written(
            ("chatgpt", self.origin, key),
            speaker,
            self._content(message),
            self._moment(message),
            text(details.get("model_slug")),
            _OUTCOMES.get(ending or text(message.get("status")), Outcome.COMPLETE),
            parent=text(node.get("parent")) or None,
            children=tuple(filter(None, map(text, entries(node.get("children"))))),
            tool=text(author.get("name")),
        )
        if self._is_called(message):
            written.speaker, written.tool = "tool", text(message.get("recipient"))
            written.arguments, written.content = _plain(message.get("content")), Content()
            written.content.said.append("(The imported file has no result.)")
        elif role(speaker) is Role.TOOL:
            called = record(record(self._mapping.get(written.parent or "")).get("message"))
            if self._is_called(called):
                written.tool = text(called.get("recipient"))
                written.arguments = _plain(called.get("content"))
        return written

    def _content(self, message: dict[str, Any]) -> Content:
        value = message.get("content")
        recipient = text(message.get("recipient"))
        if recipient.startswith("canmore.") and (document := document_in(_plain(value))):
            content = Content([document])
        elif recipient == "python" and record(value).get("content_type") == "text":
            content = Content([fenced(_plain(value), "python")])
        else:
            content = understood(value)
        details = record(message.get("metadata"))
        content.said += beside(details, content)
        marks = marked(details)
        plain = (without_marks(each, marks) for each in content.said)
        content.said = [said for said in plain if said.strip()]
        content.lost += ["attachment"] * len(_attached(message, content))
        return content

    def _is_called(self, message: dict[str, Any]) -> bool:
        """Whether this calls a tool, and is neither code nor a document to be read."""
        recipient = text(message.get("recipient"))
        if role(record(message.get("author")).get("role")) is not Role.ASSISTANT:
            return False
        if recipient in {"", "all", "python"}:
            return False
        return not (recipient.startswith("canmore.") and document_in(_plain(message["content"])))

    def _has_result(self, key: str) -> bool:
        """Whether the result of a call stands under it, which then tells of the call."""
        below = [
            record(record(self._mapping[each]).get("message")) for each in self._below.get(key, ())
        ]
        return bool(below) and all(
            role(record(each.get("author")).get("role")) is Role.TOOL and not _is_hidden(each)
            for each in below
        )

    def _hidden_question(self, key: str, speaker: Role | None) -> Message | None:
        if speaker is not Role.USER:
            return None
        return Message(Role.USER, NO_QUESTION, id=self._id(key), created=self._created)

    def _id(self, key: str) -> str:
        return derived_id("chatgpt", self.origin, key)

    def _moment(self, message: dict[str, Any]) -> datetime:
        return moment(message.get("create_time"), self._created)


def _attached(message: dict[str, Any], content: Content) -> list[Any]:
    """The files that a message names, but for pictures that its content names already."""
    attached = entries(record(message.get("metadata")).get("attachments"))
    return attached[len(content.lost) :]


def _plain(content: object) -> str:
    """The text of a content, without the fence that code is put into."""
    fields = record(content)
    parts = [part for part in entries(fields.get("parts")) if isinstance(part, str)]
    return "\n".join(parts) or text(fields.get("text"))


def _is_hidden(message: dict[str, Any]) -> bool:
    """Whether ChatGPT itself does not show this message."""
    hidden = record(message.get("metadata")).get("is_visually_hidden_from_conversation")
    kind = text(record(message.get("content")).get("content_type"))
    return hidden is True or kind in _UNSEEN
