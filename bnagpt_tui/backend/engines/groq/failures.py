"""A service's own words for what went wrong, wherever in its reply they stand."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from ...text import one_line
from .lenient import decode_all, entries, fields, label

_INNER: Final = ("error", "errors", "detail", "fault", "x_groq", "base_resp")
"""Where the object that says what is wrong may be."""

_NAMES: Final = frozenset({"error", "errors", "fault"})
"""Where a text may be no more than a name for what the words beside it explain."""

_FURTHER: Final = (
    "details",
    "innererror",
    "response",
    "result",
    "data",
    "body",
    "header",
)
"""Where else it may be, when there are no words anywhere before."""

_WORDS: Final = (
    "message",
    "msg",
    "error_message",
    "error_msg",
    "errorMessage",
    "error_description",
    "status_msg",
    "faultstring",
    "Message",
    "description",
    "reason",
    "exception",
    "err",
    "title",
)
"""What the sentence itself is called, the usual name first."""

_DEEPEST: Final = 6
_LONGEST: Final = 2000
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEADING: Final = re.compile(r"<(h1|message)\b[^>]*>([^<]+)</\1", re.IGNORECASE | re.DOTALL)
_EVENT: Final = re.compile(r"\s*(?:(?:event|id|retry|):[^\n]*\n)*\s*data:")
"""The beginning of an event, which some servers make of their refusals too."""

_PAGE: Final = re.compile(
    r"\s*(?:<!doctype|<html|<head|<body|<\?xml|<!--|<h1|<error\b)", re.IGNORECASE
)


def is_page(text: str) -> bool:
    """Whether a body is a web page, whatever its type says."""
    return _PAGE.match(text.removeprefix("\ufeff")) is not None


def page_title(text: str) -> str:
    """The title of a web page, or the message of a document; empty when it has none."""
    match = _TITLE.search(text) or _HEADING.search(text)
    return one_line(html.unescape(match[match.lastindex or 0]), 160) if match else ""


def failure_fields(value: object, depth: int = 0) -> dict[str, Any]:
    """The object that says what is wrong, with its words under `message`; empty when none does."""
    if depth > _DEEPEST:
        return {}
    if isinstance(value, str):
        return _of_text(value, depth)
    if isinstance(value, list):
        return _of_list(value, depth)
    return _of_object(value, depth) if isinstance(value, dict) else {}


def _of_object(value: dict[str, Any], depth: int) -> dict[str, Any]:
    """What an object says: in the places meant for it, in words of its own, or further in."""
    found = {name: inner for name, inner in value.items() if name not in _INNER}
    named = ""
    words = ""
    for name in _INNER:
        inner = failure_fields(value.get(name), depth + 1)
        told = label(inner.get("message"))
        if told and name in _NAMES and isinstance(value[name], str):
            named = told
            found = {**found, **{key: inner[key] for key in inner if key != "message"}}
            continue
        found = {**found, **inner}
        if words := told:
            break
    words = words or _words(found, depth) or named
    if named and named != words and " " not in named:
        found.setdefault("code", named)
    for name in () if words else _FURTHER:
        if isinstance(value.get(name), dict if depth == 0 else dict | list):
            inner = failure_fields(value[name], depth + 1)
            if words := label(inner.get("message")):
                found = {**found, **inner}
                break
    if words:
        found["message"] = words
    return found


def fields_of_body(body: bytes) -> dict[str, Any]:
    """What the body of a refusal says: JSON of any kind, a page's title, or plain words."""
    text = body[: _LONGEST * 4].decode("utf-8", "replace").removeprefix("\ufeff")
    if is_page(text):
        return {"message": page_title(text)}
    if match := _EVENT.match(text):
        body = body[body.index(b"data:", max(0, match.end() - len("data:"))) + len(b"data:") :]
        text = text[match.end() :]
    values = decode_all(body)
    if values:
        return failure_fields(values[0])
    line = one_line(text, _LONGEST)
    return {"message": line} if line and line[0] not in "<{[" else {}


def _words(value: dict[str, Any], depth: int) -> str:
    """The sentence among an object's fields; empty when there is none."""
    for name in _WORDS:
        inner = value.get(name)
        if isinstance(inner, str) and inner.strip():
            words = label(_of_text(inner, depth).get("message"))
            return _with_cause(words, value, depth)
        if isinstance(inner, dict | list) and (
            words := label(failure_fields(inner, depth + 1).get("message"))
        ):
            return words
    return ""


def _with_cause(words: str, value: dict[str, Any], depth: int) -> str:
    """The sentence with what a service further on said, as OpenRouter passes it on."""
    raw = fields(value.get("metadata")).get("raw")
    cause = label(failure_fields(raw, depth + 1).get("message")) if raw else ""
    return f"{words}: {cause}" if cause and cause not in words else words


def _of_text(text: str, depth: int) -> dict[str, Any]:
    """What a text says, which may be an object written as text."""
    if is_page(text):
        return {"message": page_title(text)}
    if text.lstrip()[:1] in {"{", "["} and (values := decode_all(text.encode("utf-8", "replace"))):
        inner = failure_fields(values[0], depth + 1)
        if inner.get("message"):
            return inner
    return {"message": text} if text.strip() else {}


def _of_list(value: list[Any], depth: int) -> dict[str, Any]:
    """What several errors say together, as FastAPI lists them with the places they are at."""
    found: dict[str, Any] = {}
    sentences: list[str] = []
    for entry in value[:5]:
        inner = failure_fields(entry, depth + 1)
        place = [label(part) for part in entries(fields(entry).get("loc"))]
        place = [part for part in place if part and part != "body"]
        if place:
            found.setdefault("params", []).append(place[0])
        words = label(inner.get("message"))
        if words:
            sentences.append(f"{'.'.join(place)}: {words}" if place else words)
        found = {**inner, **found}
    if sentences:
        found["message"] = "; ".join(dict.fromkeys(sentences))
    return found
