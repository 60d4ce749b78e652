"""Replies that are no answers, and what they say.

The bodies are those of Groq, llama.cpp, Ollama and vLLM; a body that is none of them, such as a
proxy's HTML page, is judged by its status alone and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ...halves import mended

_LIMIT: Final = re.compile(
    r"(?:limit|context (?:length|size|window)(?: is| of)?):? \(?(\d[\d,]*)", re.IGNORECASE
)
_REQUESTED: Final = re.compile(r"(?:requested:?|request) \(?(\d[\d,]*)", re.IGNORECASE)
_NO_ROUTE: Final = re.compile(
    r"unexpected endpoint|unknown request url|unknown[_ ]url|no route|route not found|"
    r"invalid url|cannot (?:post|get) /|page not found|url not found|"
    r"no such (?:route|endpoint|path)|unknown (?:path|endpoint|route)|endpoint not found|"
    r"resource not found|path not found",
    re.IGNORECASE,
)
"""What a server says that has nothing at an address."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply whose status says no."""

    status: int
    headers: Mapping[str, str]
    model: str
    """The model that was asked for; empty when none was."""
    message: str = ""
    """The service's own words; empty when it has none that can be shown."""
    code: str = ""
    """The service's name for what is wrong, as `model_decommissioned`."""
    kind: str = ""
    """The service's name for the class of what is wrong, as `tokens`."""
    limit: int | None = None
    """Tokens that are accepted."""
    requested: int | None = None
    """Tokens that the service counted."""
    params: tuple[str, ...] = ()
    """The parameters that the service names as what is wrong."""
    more: str = ""
    """The words of a service behind the service, which are not for the user."""

    @property
    def words(self) -> str:
        """All that is said of what is wrong."""
        return f"{self.message} {self.more} {self.code}".strip()

    @property
    def names_model(self) -> bool:
        """Whether it speaks of the model, or of what the model can do, and not of the address."""
        about = f"{self.code} {self.words}".lower()
        return bool(self.model and ("model" in about or "endpoints found" in about))

    @property
    def means_nothing_is_there(self) -> bool:
        """Whether it says that the address leads nowhere."""
        if self.status in {301, 302, 303, 404, 405} and not self.names_model:
            return True
        return self.status < 500 and _NO_ROUTE.search(self.words) is not None


class RefusedError(Exception):
    """A request was refused.

    Attributes:
        refusal: How.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


def _word(value: object) -> str:
    """A value of the body when it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def error_fields(value: object) -> dict[str, Any]:
    """The object that says what is wrong, from the various places where services put it."""
    if isinstance(value, str):
        return {"message": value}
    if isinstance(value, list):
        return _first_object(value)
    if not isinstance(value, dict):
        return {}
    for name in ("error", "detail", "message"):
        inner = value.get(name)
        if inner and (name != "message" or isinstance(inner, dict | list)):
            return error_fields(inner) if isinstance(inner, dict | str | list) else {}
    return value


def _first_object(entries: list[Any]) -> dict[str, Any]:
    """What the first entry of a list says: Google's list of one, or FastAPI's `detail`."""
    first = entries[0] if entries else None
    if not isinstance(first, dict):
        return {}
    places = first.get("loc")
    if not isinstance(places, list | tuple):
        return error_fields(first) if "error" in first else {}
    path = ".".join(str(place) for place in places if place != "body")
    names = [str(place) for place in places if place != "body"][:1]
    return {
        "message": f"{path}: {_word(first.get('msg'))}",
        "params": names,
        "type": first.get("type"),
    }


def _behind(fields: Mapping[str, Any]) -> str:
    """What a service behind this one said, as OpenRouter passes it on."""
    metadata = fields.get("metadata")
    return _word(metadata.get("raw")) if isinstance(metadata, dict) else ""


def _first_number(pattern: re.Pattern[str], text: str) -> int | None:
    """The number that the pattern finds in the text."""
    match = pattern.search(text)
    return int(match[1].replace(",", "")) if match else None


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, model: str) -> Refusal:
    """What a reply with this status and body says.

    Args:
        status: The HTTP status.
        headers: Of the reply, by lower-case names.
        body: Of the reply, whatever it is.
        model: The model that was asked for.
    """
    try:
        fields = error_fields(msgspec.json.decode(mended(body)))
    except (msgspec.DecodeError, RecursionError):
        fields = {}
    message = _word(fields.get("message"))
    listed = fields.get("params")
    named = [*(listed if isinstance(listed, list) else ()), fields.get("param")]
    context, prompt = fields.get("n_ctx"), fields.get("n_prompt_tokens")
    return Refusal(
        status=status,
        headers=headers,
        model=model,
        message=message,
        code=_word(fields.get("code")),
        kind=_word(fields.get("type")),
        limit=context if isinstance(context, int) else _first_number(_LIMIT, message),
        requested=prompt if isinstance(prompt, int) else _first_number(_REQUESTED, message),
        params=tuple(name for name in named if name and isinstance(name, str)),
        more=_behind(fields),
    )
