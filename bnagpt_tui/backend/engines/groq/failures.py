"""A service's own words for what went wrong, wherever in its reply they stand."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from ...text import one_line
from .lenient import decode_all, entries, fields, label

_INNER: Final = ("error", "errors", "detail", "details", "fault", "x_groq")
"""Where the object that says what is wrong may be."""

_WORDS: Final = (
    "message",
    "msg",
    "error_message",
    "error_msg",
    "errorMessage",
    "error_description",
    "description",
    "reason",
    "title",
)
"""What the sentence itself is called, the usual name first."""

_DEEPEST: Final = 6
_LONGEST: Final = 2000
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_PAGE: Final = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<\?xml|<!--|<h1)", re.IGNORECASE)


def is_page(text: str) -> bool:
    """Whether a body is a web page, whatever its type says."""
    return _PAGE.match(text.removeprefix("\ufeff")) is not None


def page_title(text: str) -> str:
    """The title of a web page; empty when it has none."""
    match = _TITLE.search(text)
    return one_line(html.unescape(match[1]), 160) if match else ""


def failure_fields(value: object, depth: int = 0) -> dict[str, Any]:
    """The object that says what is wrong, with its words under `message`; empty when none does."""
    if depth > _DEEPEST:
        return {}
    if isinstance(value, str):
        return _of_text(value, depth)
    if isinstance(value, list):
        return _of_list(value, depth)
    if not isinstance(value, dict):
        return {}
    found = {name: inner for name, inner in value.items() if name not in _INNER}
    words = ""
    for name in _INNER:
        if inner := failure_fields(value.get(name), depth + 1):
            # A text may be no more than a name for what the words beside it explain.
            words = _words(found, depth) if isinstance(value[name], str) else ""
            found = {**found, **inner}
            break
    if words := words or _words(found, depth):
        found["message"] = words
    return found


def fields_of_body(body: bytes) -> dict[str, Any]:
    """What the body of a refusal says: JSON of any kind, a page's title, or plain words."""
    text = body[: _LONGEST * 4].decode("utf-8", "replace")
    if is_page(text):
        return {"message": page_title(text)}
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
