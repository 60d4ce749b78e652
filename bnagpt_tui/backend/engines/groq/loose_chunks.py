"""What an event says, in whatever dialect of OpenAI's language: plain objects, picked apart.

Only what is usable is taken. What is not understood is named in `Said.passed_over`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .call_pieces import CallPiece, call_piece
from .ending import BROKEN
from .failures import failure_fields
from .lenient import (
    count,
    decode_all,
    entries,
    fields,
    is_true,
    label,
    whole_number,
)
from .other_shapes import as_chunk

_REASONING: Final = (
    "reasoning",
    "reasoning_content",
    "reasoning_text",
    "reasoningContent",
    "reasoning_summary",
    "thinking",
    "thinking_content",
    "thought",
    "reasoning_details",
    "thinking_blocks",
    "reasoning_steps",
    "tool_plan",
)
"""Fields of a delta that hold reasoning; where several do, they say the same."""

_WORDS: Final = ("text", "content", "value", "output_text", "response", "parts", "summary")
"""Where an object keeps its text, the usual place first."""

_DEEPEST: Final = 6

_GOES_ON: Final = frozenset({"null", "none", "not_finished", "unspecified"})
"""Reasons to stop that are none: the model goes on."""


@dataclass(slots=True)
class Part:
    """A stretch of text."""

    text: str
    is_reasoning: bool = False


@dataclass(slots=True)
class Said:
    """What one event says of the answer."""

    parts: list[Part] = field(default_factory=list)
    calls: list[CallPiece] = field(default_factory=list)
    executed: Any = None
    """What Groq did by itself."""
    finish: str | None = None
    """Why the model stopped; may be empty, and is `None` when the event does not speak of it."""
    is_last: bool = False
    """Whether the event says that it is the last one."""
    is_message: bool = False
    """Whether what it holds is a message and not what is added to one."""
    has_usage: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model: str = ""
    failure: dict[str, Any] = field(default_factory=dict)
    """What went wrong, when the event says that something did."""
    remark: dict[str, Any] = field(default_factory=dict)
    """Words that may be an error's, should no answer come."""
    passed_over: list[str] = field(default_factory=list)
    """What could not be understood, by its kind."""


def understand(value: object) -> Iterator[Said]:
    """What the JSON of one event says; several things when it is a list of events."""
    if isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict):
                yield _read_event(inner)
    elif isinstance(value, dict):
        yield _read_event(value)
    elif isinstance(value, str) and value.lstrip()[:1] == "{":
        # An event that was written as JSON twice.
        yield from map(_read_event, map(fields, decode_all(value.encode("utf-8", "replace"))))
    else:
        yield Said(passed_over=["no object"])


def _read_event(event: dict[str, Any], depth: int = 0) -> Said:
    """What an object says."""
    event = as_chunk(event)
    said = Said(model=label(event.get("model")))
    _read_usage(said, event)
    _read_failure(said, event)
    choice = _choice(event)
    if choice:
        _read_choice(said, choice, is_whole=event.get("object") == "chat.completion")
    elif isinstance(event.get("message"), dict):
        _read_choice(said, {"delta": event["message"]}, is_whole=False)
    elif "delta" in event:
        _read_typed_delta(said, event)
    elif isinstance(event.get("response"), str) or isinstance(event.get("content"), str | list):
        name = "reasoning" if _is_of_reasoning(event) else "content"
        _read_delta(said, {name: event.get("response") or event.get("content")})
    else:
        for name in ("data", "result", "response"):
            inner = event.get(name)
            if (
                isinstance(inner, dict)
                and depth < _DEEPEST
                and {"choices", "response"} & inner.keys()
            ):
                return _read_event(inner, depth + 1)
    if is_true(event.get("done")) or is_true(event.get("stop")):
        said.is_last = True
        ending = "length" if is_true(event.get("stopped_limit")) else event.get("stop_type")
        said.finish = said.finish or label(event.get("done_reason")) or label(ending) or None
    if not choice and not said.parts and not said.failure:
        said.remark = failure_fields(event) if {"message", "detail", "msg"} & event.keys() else {}
        if not (said.has_usage or said.is_last or said.calls or "choices" in event):
            said.passed_over.append("no known field")
    return said


def _choice(event: dict[str, Any]) -> dict[str, Any]:
    """The one answer that an event speaks of; empty when it speaks of none."""
    value = event.get("choices")
    if isinstance(value, dict):
        value = [value] if not value or value.keys() & {"delta", "message"} else [*value.values()]
    choices = [choice for choice in entries(value) if isinstance(choice, dict)]
    first = (choice for choice in choices if not whole_number(choice.get("index")))
    return next(first, choices[0] if choices else {})


def _read_choice(said: Said, choice: dict[str, Any], *, is_whole: bool) -> None:
    """Note what the model wrote, and why it stopped."""
    delta = choice.get("delta")
    if not delta and (message := choice.get("message")):
        delta, said.is_message = message, True
    if not delta and choice.get("text") is not None:
        delta = {"content": choice["text"]}
    for piece in entries(delta):
        _read_delta(said, piece if isinstance(piece, dict) else {"content": piece})
    for call in entries(choice.get("tool_calls")):
        _read_call(said, call, None)
    if choice.get("error"):
        said.failure = said.failure or failure_fields(choice["error"]) or {"message": ""}
    said.is_last = is_whole and said.is_message
    _read_reason(said, choice)


def _read_reason(said: Said, choice: dict[str, Any]) -> None:
    """Note why the model stopped, and what went wrong where the reason tells it."""
    for name in ("finish_reason", "finishReason", "stop_reason", "finish_details"):
        given = choice.get(name)
        reason = fields(given).get("type", given)
        if isinstance(reason, str | int | float) and not isinstance(reason, bool):
            word = label(reason).strip()
            if word.lower() not in _GOES_ON:
                said.finish = word
            if word.lower() in BROKEN and isinstance(given, dict):
                said.failure = said.failure or failure_fields(given)
            return


def _read_typed_delta(said: Said, event: dict[str, Any]) -> None:
    """Note a delta that stands by itself, in an event that says what kind it is."""
    delta = event["delta"]
    if isinstance(delta, str):
        delta = {"reasoning" if _is_of_reasoning(event) else "content": delta}
    _read_delta(said, fields(delta))


def _is_of_reasoning(event: dict[str, Any]) -> bool:
    """Whether an event's type says that it brings reasoning."""
    kind = label(event.get("type"))
    return "reason" in kind or "think" in kind


def _read_delta(said: Said, delta: dict[str, Any]) -> None:
    """Note what is added to the answer."""
    for name in _REASONING:
        if thought := "".join(part.text for part in _parts(said, delta.get(name))):
            said.parts.append(Part(thought, is_reasoning=True))
            break
    content = delta.get("content")
    written = list(_parts(said, delta.get("text") if content is None else content))
    if is_true(fields(fields(delta.get("extra_content")).get("google")).get("thought")):
        # Where the marks of reasoning are written as well, they tell it better.
        written = [Part(part.text, "thought>" not in part.text) for part in written]
    if said.parts and said.parts[0].text == "".join(
        part.text for part in written if part.is_reasoning
    ):
        said.parts.clear()
    said.parts += written
    if refusal := "".join(part.text for part in _parts(said, delta.get("refusal"))):
        said.parts.append(Part(refusal))
    calls = entries(delta.get("tool_calls") or delta.get("toolCalls"))
    for place, call in enumerate(calls):
        _read_call(said, call, place if len(calls) > 1 else None)
    if legacy := fields(delta.get("function_call")):
        _read_call(said, {"function": legacy}, None)
    said.executed = said.executed or delta.get("executed_tools")


def _parts(said: Said, value: object, depth: int = 0) -> Iterator[Part]:
    """The stretches of text in a content, which may be a text, a part, or a list of parts."""
    if isinstance(value, str):
        if value:
            yield Part(value)
    elif isinstance(value, bool):
        yield Part(json.dumps(value))
    elif isinstance(value, int | float):
        yield Part(str(value))
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value:
            yield from _parts(said, inner, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        yield from _typed_part(said, value, depth)


def _typed_part(said: Said, part: dict[str, Any], depth: int) -> Iterator[Part]:
    """The text of one part, by its type."""
    kind = label(part.get("type")).lower()
    if kind in {"tool_use", "tool_call", "function_call", "function"}:
        _read_call(said, part, None)
        return
    thinks = is_true(part.get("thought")) or any(
        word in kind for word in ("think", "reason", "thought")
    )
    names = ("thinking", "reasoning", *_WORDS) if thinks else ("refusal", *_WORDS)
    if not kind and not thinks:
        names = (*names, "thinking", "reasoning")
    if isinstance(part.get("thought"), str):
        names = (*names, "thought")
    name = next((name for name in names if part.get(name) not in (None, "", [], {})), "")
    thinks = thinks or name in {"thinking", "reasoning"}
    for inner in _parts(said, part.get(name), depth + 1) if name else ():
        yield Part(inner.text, thinks or inner.is_reasoning)
    if not name and kind not in {"", "text", "output_text"} and "encrypted" not in kind:
        said.passed_over.append("part of another kind")


def _read_call(said: Said, call: object, place: int | None) -> None:
    """Note a piece of a tool call."""
    if isinstance(call, dict):
        said.calls.append(call_piece(call, place))
    elif call is not None:
        said.passed_over.append("no tool call")


def _read_usage(said: Said, event: dict[str, Any]) -> None:
    """Note what the answer cost, from the places where services say it."""
    extension = fields(event.get("x_groq"))
    usage = fields(event.get("usage")) or fields(extension.get("usage")) or event
    prompt = _first_count(usage, "prompt_tokens", "input_tokens", "prompt_eval_count")
    written = _first_count(usage, "completion_tokens", "output_tokens", "eval_count")
    if not written and (total := count(usage.get("total_tokens"))):
        written = max(total - prompt, 0)
    said.has_usage = bool(prompt or written)
    said.prompt_tokens, said.completion_tokens = prompt, written


def _first_count(usage: dict[str, Any], *names: str) -> int:
    """The first of these counts that is given; 0 when none is."""
    return next(filter(None, (count(usage.get(name)) for name in names)), 0)


def _read_failure(said: Said, event: dict[str, Any]) -> None:
    """Note that something went wrong, when the event says so."""
    extension = fields(event.get("x_groq"))
    if extension.get("error"):
        said.failure = failure_fields(extension)
    elif any(event.get(name) not in (None, False, "", [], {}, 0) for name in ("error", "errors")):
        said.failure = failure_fields(event) or {"message": ""}
    elif _is_error(event):
        said.failure = failure_fields(event)


def _is_error(event: dict[str, Any]) -> bool:
    """Whether an event is an error as a whole; MiniMax's have a status in `base_resp`."""
    return (
        event.get("object") == "error"
        or label(event.get("type")) in {"error", "response.failed"}
        or bool(fields(event.get("base_resp")).get("status_code"))
    )
