"""What one message of another program says, in whichever of the shapes in which such is written.

A content is a text, a list of typed parts, or an object that holds either. Whatever is not
understood is kept as it stands in the file, and named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from .import_values import entries, record, text

_THOUGHTS: Final = frozenset(
    {"think", "thinking", "thought", "thoughts", "reasoning", "reasoning_summary", "reasoning_text"}
)
_CALLS: Final = frozenset(
    {"tool_use", "tool_call", "function_call", "custom_tool_call", "mcp_call", "server_tool_use"}
)
_PLAIN: Final = frozenset(
    {"", "text", "output_text", "input_text", "summary_text", "markdown", "refusal", "message"}
    | {
        "multimodal_text",
        "audio_transcription",
        "transcript",
        "voice_note",
        "model_editable_context",
    }
)
_RESULTS: Final = re.compile(r"tool_result|\w+_tool_result|\w+_call_output")
_SERVICE_CALLS: Final = re.compile(r"\w+_call")
_FILES: Final = re.compile(r"(input_)?(image|audio|video|file|document|attachment)|real_time_user")
_FOUND: Final = frozenset(
    {"tether_quote", "tether_browsing_display", "execution_output", "sonic_webpage", "knowledge"}
    | {"web_search_result"}
)
_TEXT_FIELDS: Final = ("text", "value", "content", "parts", "output_text", "refusal", "result")
_THOUGHT_FIELDS: Final = (
    "think",
    "thinking",
    "reasoning",
    "thoughts",
    "content",
    "text",
    "summary",
    "chunks",
)
_ARGUMENT_FIELDS: Final = ("arguments", "args", "input", "action", "code", "queries")
_RESULT_FIELDS: Final = ("output", "outputs", "result", "results", "content")
_DEEPEST: Final = 40


@dataclass(slots=True)
class Step:
    """Something that a tool did on the way to an answer."""

    name: str
    arguments: str = ""
    result: str = ""
    key: str = ""
    """What the file calls the step, by which a result is put to its call."""


@dataclass(slots=True)
class Content:
    """What was understood of a content."""

    said: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """What an export does not bring along: a noun for each."""
    unknown: list[str] = field(default_factory=list)
    """Kinds that were not understood; what they say is among what was said, as it stands."""

    @property
    def text(self) -> str:
        """What was said, as Markdown."""
        return "\n\n".join(self.said)

    @property
    def reasoning(self) -> str:
        """What was thought."""
        return "\n\n".join(self.thoughts)

    def step(self, step: Step) -> None:
        """Take in a step; a result without a name belongs to the call of the same key."""
        if step.key and not step.name:
            for known in self.steps:
                if known.key == step.key and not known.result:
                    known.result = step.result
                    return
        step.name = step.name or "tool"
        self.steps.append(step)

    def keep_raw(self, value: object, kind: str) -> None:
        """Keep what is not understood as it stands in the file."""
        self.unknown.append(kind or "without a kind")
        self.said.append(value if isinstance(value, str) else fenced(written(value), "json"))

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing at all."""
        return not (self.said or self.thoughts or self.steps or self.lost or self.unknown)


def understood(value: object) -> Content:
    """What a content says."""
    content = Content()
    _take(value, content, 0)
    return content


def written(value: object) -> str:
    """A value as the file has it; a text as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def fenced(code: str, language: str = "") -> str:
    """A text as a block of code, however many backticks are in it."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _take(value: object, content: Content, depth: int) -> None:
    if value is None or value == "":
        return
    if depth > _DEEPEST:
        content.keep_raw(value, "nested too deep")
    elif isinstance(value, str):
        if value.strip():
            content.said.append(value)
    elif isinstance(value, list):
        for part in value:
            _take(part, content, depth + 1)
    elif isinstance(value, dict):
        _take_part(value, content, depth)
    else:
        content.keep_raw(written(value), type(value).__name__)


def _take_part(part: dict[str, Any], content: Content, depth: int) -> None:
    kind = (text(part.get("type")) or text(part.get("content_type"))).lower()
    for fits, take in _KINDS:
        if fits(kind):
            take(part, kind, content, depth)
            return
    for name in _TEXT_FIELDS:
        inner = Content()
        _take(part.get(name), inner, depth + 1)
        if inner.said:
            content.unknown.append(kind)
            content.said += inner.said
            return
    content.keep_raw(part, kind)


def _plain(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    """A text, wherever its kind has it."""
    for name in _TEXT_FIELDS:
        if name in part and part[name] not in (None, "", [], {}):
            _take(part[name], content, depth + 1)
            return
    if not kind and part.keys() - {"type", "content_type", *_TEXT_FIELDS}:
        content.keep_raw(part, kind)


def _thought(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    del kind
    thoughts = Content()
    for name in _THOUGHT_FIELDS:
        if part.get(name):
            value = part[name]
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and not each.get("type"):
                    inner = (each.get(key) for key in ("content", "summary", "chunks"))
                    _take(next(filter(None, inner), None), thoughts, depth + 1)
                elif not isinstance(each, int | float):
                    _take(each, thoughts, depth + 1)
            break
    content.thoughts += [*thoughts.thoughts, *thoughts.said]


def _call(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    """A call of a tool; one that holds a document is what the document says."""
    call = record(part.get("tool_call")) or part
    function = record(call.get("function"))
    name = text(call.get("name")) or text(function.get("name")) or kind
    arguments = next((call[key] for key in _ARGUMENT_FIELDS if call.get(key)), None)
    arguments = function.get("arguments") if arguments is None else arguments
    if document := document_in(arguments):
        content.said.append(document)
        return
    outcome = [call.get(key) for key in _RESULT_FIELDS]
    content.step(
        Step(
            name,
            "" if arguments is None else written(arguments),
            "\n\n".join(said for value in outcome if (said := _told(value, depth))),
            text(call.get("call_id")) or text(call.get("id")),
        )
    )


def _result(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    del kind
    told = next((said for key in _RESULT_FIELDS if (said := _told(part.get(key), depth))), "")
    key = text(part.get("tool_use_id")) or text(part.get("call_id")) or text(part.get("id"))
    content.step(Step("" if key else text(part.get("name")), "", told, key))


def _told(value: object, depth: int) -> str:
    """What a result says, all of it as text."""
    inner = Content()
    _take(value, inner, depth + 1)
    steps = (step.result for step in inner.steps if step.result)
    return "\n\n".join([*inner.thoughts, *inner.said, *steps])


def _code(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    del kind, depth
    language = text(part.get("language"))
    code = text(part.get("text")) or text(part.get("code"))
    if code:
        content.said.append(fenced(code, "" if language == "unknown" else language))


def _error(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    fault = part.get("error") or part.get("message")
    said = text(part.get("text")) or text(record(fault).get("message")) or _told(fault, depth)
    name = text(part.get("name"))
    content.said.append(": ".join(filter(None, (name, said))) or kind)


def _found(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    """What was read somewhere, under its title and address."""
    del kind
    facts = [text(part.get(name)) for name in ("title", "url", "summary", "snippet")]
    facts += [_told(part.get(name), depth) for name in ("text", "result", "content")]
    content.said.append("\n\n".join(dict.fromkeys(filter(None, facts))))


def _file(part: dict[str, Any], kind: str, content: Content, depth: int) -> None:
    """A picture or a file, of which there may be the text."""
    said = text(part.get("extracted_content")) or _told(part.get("text"), depth)
    if said:
        content.said.append(said)
    else:
        content.lost.append("image" if "image" in kind else "attachment")


def document_in(value: object) -> str:
    """The document that a call's arguments hold, as ChatGPT's canvas and Claude's artifacts do."""
    fields = record(parsed(value) if isinstance(value, str) else value)
    title = text(fields.get("title")) or text(fields.get("name"))
    kind = text(fields.get("type"))
    parts = [text(fields.get("content")), text(fields.get("new_str"))]
    if old := text(fields.get("old_str")):
        parts[1] = f"{fenced(old)}\n\n→\n\n{fenced(parts[1])}"
    parts += [text(record(each).get("replacement")) for each in entries(fields.get("updates"))]
    parts += [text(record(each).get("comment")) for each in entries(fields.get("comments"))]
    body = "\n\n".join(filter(None, parts))
    is_document = bool(fields.keys() & {"updates", "comments", "command"}) or bool(title and kind)
    if not body or not is_document:
        return ""
    language = text(fields.get("language")) or kind.rpartition("code/")[2] if "code" in kind else ""
    body = fenced(body, language) if "code" in kind or "react" in kind else body
    return f"**{title}**\n\n{body}" if title else body


def parsed(value: str) -> Any:
    """The JSON value of a text; `None` when it is none."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


_KINDS: Final[tuple[tuple[Callable[[str], object], Callable[..., None]], ...]] = (
    (_PLAIN.__contains__, _plain),
    (_THOUGHTS.__contains__, _thought),
    (_CALLS.__contains__, _call),
    (_RESULTS.fullmatch, _result),
    ({"code"}.__contains__, _code),
    ({"error", "system_error"}.__contains__, _error),
    (_FOUND.__contains__, _found),
    (_FILES.match, _file),
    (_SERVICE_CALLS.fullmatch, _call),
)
"""How each kind of part is read: whether it fits, and what takes it in."""
