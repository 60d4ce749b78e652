"""What ChatGPT's export says beside a message: what its marks stand for, and what tools showed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .import_content import parsed, understood
from .import_values import entries, record, text

if TYPE_CHECKING:
    from .import_content import Content

_MARK: Final = re.compile("\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue20f]")
"""Where ChatGPT's own page draws a link to a source, or a word with a card behind it."""

_NAMED: Final = re.compile("\ue200entity\ue202([^\ue200\ue201]*)\ue201")
"""A mark that holds the very words that stand in its place."""


def marked(details: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the place of each mark, by the message's metadata."""
    found: dict[str, str] = {}
    for reference in map(record, entries(details.get("content_references"))):
        mark = text(reference.get("matched_text"))
        told = text(reference.get("alt")) or text(reference.get("name"))
        if mark.startswith("\ue200"):
            found[mark] = told
    return found


def without_marks(said: str, marks: Mapping[str, str]) -> str:
    """The text with words in place of marks; those of which nothing is known are left out."""

    def words(match: re.Match[str]) -> str:
        if told := marks.get(match.group(), ""):
            return told
        named = _NAMED.fullmatch(match.group())
        listed = entries(parsed(named[1])) if named else []
        return text(listed[1]) if len(listed) > 1 else ""

    return _MARK.sub(words, said)


def report_in(details: Mapping[str, Any]) -> list[str]:
    """The report of a research, where a widget shows it."""
    state = record(details.get("chatgpt_sdk")).get("widget_state")
    state = record(parsed(state) if isinstance(state, str) else state)
    return understood(record(state.get("report_message")).get("content")).said


def beside(details: Mapping[str, Any], content: Content) -> list[str]:
    """What a tool showed beside its words: the output of code, the report of a research."""
    pieces = map(record, entries(record(details.get("aggregate_result")).get("messages")))
    told = [*(text(piece.get("text")) for piece in pieces), *report_in(details)]
    known = content.text
    return [each for each in told if each.strip() and each.strip() not in known]
