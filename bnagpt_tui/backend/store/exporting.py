"""A conversation as text that leaves the store: JSON, Markdown or HTML.

JSON is lossless: the whole tree, every field. Markdown and HTML hold the path that is shown, for
reading; the Markdown can be imported again. All three return text and touch no file.
"""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..tree import MessageTree
from .attachments import checksums_of
from .export_html import to_html
from .export_markdown import to_markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..models import Conversation, Message

__all__ = ["FORMATS", "JSON_FORMAT", "JSON_VERSION", "export", "to_html", "to_json", "to_markdown"]

JSON_FORMAT: Final = "bnagpt-conversation"
"""What the field `format` of an exported conversation says."""

JSON_VERSION: Final = 1
"""The version of that format that is written, and the newest that is read."""


def to_json(
    conversation: Conversation,
    messages: Iterable[Message],
    files: Mapping[str, bytes] | None = None,
) -> str:
    """The whole conversation, every message of its tree, as one JSON object.

    Importing it gives an equal conversation and equal messages in the same order. The text can
    always be encoded as UTF-8.

    Args:
        conversation: What is known of it.
        messages: All of its messages.
        files: What is in the files that they name, by checksum; it goes along in base64.
    """
    messages = list(messages)
    record: dict[str, Any] = {
        "format": JSON_FORMAT,
        "version": JSON_VERSION,
        "conversation": msgspec.to_builtins(conversation),
        "messages": [_finite(msgspec.to_builtins(message)) for message in messages],
    }
    if files is not None and checksums_of(messages):
        record["files"] = {key: base64.b64encode(data).decode() for key, data in files.items()}
    text = json.dumps(record, ensure_ascii=False, indent=2)
    if not _encodable(text):
        text = json.dumps(record, ensure_ascii=True, indent=2)
    return text + "\n"


def export(
    name: str,
    conversation: Conversation,
    messages: Iterable[Message],
    files: Mapping[str, bytes] | None = None,
) -> str:
    """The conversation in the format of this name, one of `FORMATS`.

    The tree goes out whole as JSON, with its files; the other formats take the path to the head,
    and name the files.
    """
    if name == "json":
        return to_json(conversation, messages, files)
    return FORMATS[name](conversation, shown_path(conversation, messages))


def shown_path(conversation: Conversation, messages: Iterable[Message]) -> Sequence[Message]:
    """The messages from the root to the head; to the last one kept when the head is unknown."""
    tree = MessageTree(messages)
    return tree.path(conversation.head) or tree.path(tree.last())


FORMATS: Final[Mapping[str, Callable[[Conversation, Iterable[Message]], str]]] = {
    "markdown": to_markdown,
    "json": to_json,
    "html": to_html,
}
"""The formats of `bnagpt export`, by name."""


def _encodable(text: str) -> bool:
    """Whether the text holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(message: dict[str, Any]) -> dict[str, Any]:
    """The message with a duration that JSON has no number for written as 0."""
    usage = message["usage"]
    if usage and not math.isfinite(usage["seconds"]):
        usage["seconds"] = 0.0
    return message
