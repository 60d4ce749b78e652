"""Conversations in the Markdown that bnaGPT itself exports."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ..models import Conversation, Message, Outcome, ToolCall, new_id
from .export_markdown import MARKDOWN_VERSION, MARKER
from .import_content import understood
from .import_nodes import Tally, Written, node_of
from .import_values import UNTITLED, quoted, record, role, text, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .import_values import Findings

_FIRST: Final = "<!-- bnagpt:conversation "

_ESCAPED: Final = re.compile(r"\\+<!-- bnagpt:")


@dataclass(slots=True)
class _Section:
    """The lines that follow one of our comments."""

    kind: str
    about: dict[str, Any]
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The lines as they stood before they were exported."""
        lines = self.lines
        if lines and not lines[0]:
            lines = lines[1:]
        if lines and not lines[-1]:
            lines = lines[:-1]
        return "\n".join(line[1:] if _ESCAPED.match(line) else line for line in lines)


def is_markdown(content: str) -> bool:
    """Whether the text is an export of ours; it may hold several, one after another."""
    return any(line.startswith(_FIRST) for line in content[:100_000].split("\n"))


def read_markdown(content: str, findings: Findings) -> None:
    """Take in each conversation of an exported text."""
    if content.count("\r\n") == content.count("\n"):
        content = content.replace("\r\n", "\n")
    about: dict[str, Any] = {}
    sections: list[_Section] = []
    for section in _sections(content):
        if section.kind != "conversation":
            sections.append(section)
            continue
        if about or sections:
            _conversation(about, sections, findings)
        about, sections = section.about, []
    _conversation(about, sections, findings)


def _sections(content: str) -> Iterator[_Section]:
    """The text cut at our comments; what stands before the first one is left out."""
    section: _Section | None = None
    for line in content.split("\n"):
        marker = MARKER.fullmatch(line)
        if marker:
            if section:
                yield section
            section = _Section(marker[1], _about(marker[2]))
        elif section:
            section.lines.append(line)
    if section:
        yield section


def _about(written: str) -> dict[str, Any]:
    try:
        return record(json.loads(written))
    except (ValueError, RecursionError):
        return {}


def _conversation(about: dict[str, Any], sections: list[_Section], findings: Findings) -> None:
    """Take in the conversation that these sections make up."""
    name = text(about.get("name")) or findings.title or UNTITLED
    if about.get("version", 1) not in range(1, MARKDOWN_VERSION + 1):
        findings.problem(f"{quoted(name)} was exported by a newer bnaGPT. Update this one first.")
        return
    messages: list[Message] = []
    for number, group in enumerate(_groups(sections), start=1):
        message = _message(group, messages[-1].id if messages else None, findings)
        if message is None:
            findings.problem(
                f"{quoted(name)}: it is not known whom message {number} is from; its words came in."
            )
            message = _anybodys(group, messages[-1].id if messages else None, findings)
        if message:
            messages.append(message)
    conversation = Conversation(
        name,
        head=messages[-1].id if messages else None,
        named=True,
        created=_moment(about.get("created"), findings),
        updated=_moment(about.get("updated"), findings),
    )
    findings.keep(conversation, messages)


def _groups(sections: list[_Section]) -> Iterator[list[_Section]]:
    """The sections of one message after those of another."""
    group: list[_Section] = []
    for section in sections:
        if section.kind == "message" and group:
            yield group
            group = []
        group.append(section)
    if group:
        yield group


def _message(group: list[_Section], parent: str | None, findings: Findings) -> Message | None:
    about = group[0].about if group[0].kind == "message" else {}
    speaker = role(about.get("role"))
    if speaker is None:
        return None
    texts = {section.kind: section.text() for section in group}
    outcome = text(about.get("outcome"))
    tool = text(about.get("tool"))
    call = ToolCall(f"import_{new_id()}", tool, text(about.get("arguments"))) if tool else None
    return Message(
        speaker,
        texts.get("content", ""),
        id=new_id(),
        parent=parent,
        reasoning=texts.get("reasoning", ""),
        created=_moment(about.get("created"), findings),
        model=text(about.get("model")),
        outcome=Outcome(outcome) if outcome in set(Outcome) else Outcome.COMPLETE,
        problem=text(about.get("problem")),
        tool_calls=(call,) if call else (),
        tool_call_id=call.id if call else "",
    )


def _anybodys(group: list[_Section], parent: str | None, findings: Findings) -> Message | None:
    """The words of a message that lost its role, so that no answer loses its question to it."""
    texts = (section.text().strip("\n") for section in group if section.kind != "end")
    said = understood("\n\n".join(filter(None, texts)))
    message = node_of(Written((), "", said, findings.moment), Tally()).message
    return replace(message, parent=parent) if message else None


def _moment(value: object, findings: Findings) -> datetime:
    try:
        return utc(datetime.fromisoformat(text(value)), findings.moment)
    except ValueError:
        return findings.moment
