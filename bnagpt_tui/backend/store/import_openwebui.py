"""Conversations as Open WebUI exports them: a list of records, each with a `chat`.

`chat.history.messages` holds the messages by id, which form a tree, and `chat.history.currentId`
the one that was shown last. Older versions have a plain list in `chat.messages`. What came of an
answer is in its `content`, in newer versions in a list `output` as well or alone.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from ..models import Conversation, Outcome
from .import_content import Content, Step, fenced, understood
from .import_lists import read_list
from .import_nodes import Tally, Written, node_of
from .import_tree import grow
from .import_values import derived_id, entries, moment, origin_of, record, text, title_of

if TYPE_CHECKING:
    from datetime import datetime

    from .import_tree import Node
    from .import_values import Findings

_OPENING: Final = re.compile(r'<details type="(\w+)"([^<>]*)>\n?')

_ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')

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
    name = title_of(value.get("title"), chat.get("title"), chat.get("name"), value.get("name"))
    history = record(chat.get("history"))
    messages = record(history.get("messages"))
    if not messages:
        read_list(name, entries(chat.get("messages")), findings)
        return
    origin = text(value.get("id")) or origin_of(chat, "id")
    created = moment(value.get("created_at"), moment(chat.get("timestamp"), findings.moment))
    tally = Tally()
    nodes = {
        key: _node(key, record(node), origin, created, tally) for key, node in messages.items()
    }
    grown = grow(nodes, history.get("currentId"))
    tally.tell(name, findings)
    conversation = Conversation(
        name,
        id=derived_id("openwebui", origin),
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


def _node(key: str, node: dict[str, Any], origin: str, created: datetime, tally: Tally) -> Node:
    problem = _problem(node.get("error"))
    return node_of(
        Written(
            ("openwebui", origin, key),
            text(node.get("role")),
            _content(node),
            moment(node.get("timestamp"), created),
            text(node.get("model")),
            _outcome(node, problem),
            problem,
            parent=text(node.get("parentId")) or None,
            children=tuple(filter(None, map(text, entries(node.get("childrenIds"))))),
        ),
        tally,
    )


def _content(node: dict[str, Any]) -> Content:
    """What a message says, and how it came to it, wherever that is written."""
    value = node.get("content")
    content = _without_details(value) if isinstance(value, str) else understood(value)
    output = understood(node.get("output"))
    merged = _without_details(text(record(node.get("merged")).get("content")))
    known = re.sub(r"\s+", "", "".join([*content.said, *content.thoughts]))
    content.said += [each for each in output.said if re.sub(r"\s+", "", each) not in known]
    content.said += merged.said
    content.thoughts = content.thoughts or output.thoughts
    content.steps = content.steps or output.steps
    content.unknown = content.unknown or output.unknown
    content.steps += map(_execution, entries(node.get("code_executions")))
    content.lost += output.lost
    files = [text(record(file).get("type")) for file in entries(node.get("files"))]
    content.lost += ["image" if kind == "image" else "attachment" for kind in files]
    return content


def _execution(value: object) -> Step:
    """Code that was run for an answer."""
    run, result = record(value), record(record(value).get("result"))
    outcome = [text(result.get(name)) for name in ("output", "error")]
    name = text(run.get("name")) or "code"
    return Step(name, text(run.get("code")), "\n".join(filter(None, outcome)))


def _outcome(node: dict[str, Any], problem: str) -> Outcome:
    if problem:
        return Outcome.FAILED
    return Outcome.INTERRUPTED if node.get("done") is False else Outcome.COMPLETE


def _problem(error: object) -> str:
    """The sentence of an error, which is a text or a record that holds one."""
    if error is True:
        return "The answer failed."
    fields = record(error)
    return text(error) or next(
        (said for name in ("content", "message", "detail") if (said := text(fields.get(name)))), ""
    )


def _without_details(written: str) -> Content:
    """The content without the blocks that Open WebUI folds, and what stands in those."""
    content = Content()
    said: list[str] = []
    place = 0
    for opening in _OPENING.finditer(written):
        end = written.find(_CLOSING, opening.end())
        if end < 0:
            break
        if opening.start() < place:
            continue
        said.append(written[place : opening.start()])
        _take_fold(opening[1], opening[2], written[opening.end() : end], content)
        place = end + len(_CLOSING)
        place += len(written[place : place + 2]) - len(written[place : place + 2].lstrip("\n"))
    whole = "".join([*said, written[place:]])
    content.said += [whole] if whole.strip() else []
    return content


def _take_fold(kind: str, attributes: str, block: str, content: Content) -> None:
    """Take in what a fold holds: thoughts, a tool's call and result, or code that was run."""
    facts = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
    body = _thought(block)
    if kind == "reasoning":
        content.thoughts += [body] if body else []
    elif kind == "code_interpreter":
        content.steps.append(Step("code_interpreter", body, facts.get("output", "")))
    elif facts.get("name") or facts.get("arguments") or facts.get("result"):
        result = facts.get("result") or body
        content.steps.append(
            Step(facts.get("name", kind), facts.get("arguments", ""), result, facts.get("id", ""))
        )
    elif body.strip() not in {"", "{}"}:
        content.steps.append(Step(kind, "", fenced(body) if "`" not in body else body))


def _thought(block: str) -> str:
    """The text of a reasoning block, which is kept as an escaped quotation."""
    lines = _SUMMARY.sub("", block, count=1).strip("\n").split("\n")
    return html.unescape("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines))
