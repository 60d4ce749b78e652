"""Replies that are no answers, told apart and put into sentences.

The bodies are those of Groq, llama.cpp, Ollama and vLLM; a body that is none of them, such as a
proxy's HTML page, is judged by its status alone and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from ...errors import (
    EngineError,
    KeyRefusedError,
    ModelGoneError,
    NotAllowedError,
    RateLimitedError,
    RequestRefusedError,
    ServiceFailedError,
    TooLargeError,
)
from ...halves import mended
from .limits import read_retry_after
from .sentences import Service, duration, tokens

_TOO_LARGE_CODES: Final = {
    "context_length_exceeded",
    "exceed_context_size_error",
    "request_too_large",
}
_TOO_LARGE_WORDS: Final = re.compile(
    r"context (?:length|size|window)|reduce the length|too many tokens", re.IGNORECASE
)
_LIMIT: Final = re.compile(
    r"(?:limit|context (?:length|size|window)(?: is| of)?):? \(?(\d[\d,]*)", re.IGNORECASE
)
_REQUESTED: Final = re.compile(r"(?:requested:?|request) \(?(\d[\d,]*)", re.IGNORECASE)
_SPAN: Final = re.compile(r"\((?:I|O)?(TPM|TPD|TPH|RPM|RPD|RPH|ASH|ASD)\)")
_SPANS: Final = {
    "T": "tokens",
    "R": "requests",
    "A": "seconds of audio",
    "M": "a minute",
    "H": "an hour",
    "D": "a day",
}


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


def _word(value: object) -> str:
    """A value of the body when it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def error_fields(value: object) -> dict[str, Any]:
    """The object that says what is wrong, from the various places where services put it."""
    if isinstance(value, str):
        return {"message": value}
    if not isinstance(value, dict):
        return {}
    for name in ("error", "detail"):
        if inner := value.get(name):
            return error_fields(inner) if isinstance(inner, dict | str) else {}
    return value


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
    )


def _key_refused(service: Service, refusal: Refusal) -> EngineError:
    """401."""
    del refusal
    where = " at console.groq.com/keys" if service.is_groq else ""
    return KeyRefusedError(
        f"{service.opening} does not accept the key. Check GROQ_API_KEY, or give another "
        f"key{where} with /key in the application."
    )


def _not_allowed(service: Service, refusal: Refusal) -> EngineError:
    """403."""
    what = f"{service.opening} knows the key, but does not allow this"
    return NotAllowedError(
        f"{service.says(what, refusal.message)} Check the account and the network, or pick "
        "another model."
    )


def _not_found(service: Service, refusal: Refusal) -> EngineError:
    """404: the model, or the whole address."""
    if refusal.code == "unknown_url" or not _names_model(refusal):
        return RequestRefusedError(
            f"There is no chat service of the expected kind at {service.host}. "
            "Check the base URL: most servers want /v1 at its end.",
        )
    return _model_gone(service, refusal)


def _names_model(refusal: Refusal) -> bool:
    """Whether a 404 speaks of the model rather than of the address."""
    return bool(refusal.model and ("model" in refusal.code or "model" in refusal.message.lower()))


def _model_gone(service: Service, refusal: Refusal) -> EngineError:
    """404, or 400 for a model that was switched off."""
    name = service.quote(refusal.model, 80)
    return ModelGoneError(
        f"{service.opening} does not offer the model {name}, or does no longer. "
        "Pick another model.",
        model=refusal.model,
    )


def _too_large(service: Service, refusal: Refusal) -> EngineError:
    """413, or 400 for a request beyond the context window."""
    span = _SPAN.search(refusal.message)
    per = f" {_SPANS[span[1][-1]]}" if span else " at once"
    what = "The request is too large"
    if refusal.limit and refusal.requested:
        what += f": it has {tokens(refusal.requested)}, and {service.title} takes "
        what += f"{tokens(refusal.limit)}{per}"
    elif refusal.limit:
        what += f": {service.title} takes {tokens(refusal.limit)}{per}"
    else:
        what += f" for {service.title}"
    return TooLargeError(
        f"{what}. Send less, or leave out earlier turns.",
        limit=refusal.limit,
        requested=refusal.requested,
    )


def _rate_limited(service: Service, refusal: Refusal) -> EngineError:
    """429: wait; or, when the request alone is above the limit, send less."""
    wait = read_retry_after(refusal.headers, refusal.message)
    limit = refusal.limit
    span = _SPAN.search(refusal.message)
    counts_tokens = span is not None and span[1].startswith("T")
    if limit and counts_tokens and (refusal.requested or 0) > limit:
        return _too_large(service, refusal)
    if limit and span:
        what = f"{service.opening}’s limit of {limit:,} {_SPANS[span[1][0]]} {_SPANS[span[1][-1]]}"
        what += " is used up"
    else:
        what = f"{service.opening} has too many requests from you for the moment"
    then = f"It answers again in {duration(wait)}." if wait is not None else "Wait a little."
    return RateLimitedError(f"{what}. {then}", retry_after=wait)


def _failed(service: Service, refusal: Refusal) -> EngineError:
    """5xx, and other statuses that mean the same."""
    wait = read_retry_after(refusal.headers)
    if refusal.status in {498, 503, 529}:
        what = f"{service.opening} has no room for more requests at the moment"
    else:
        what = f"{service.opening} failed on its own side"
    sentence = service.says(f"{what} (status {refusal.status})", refusal.message)
    return ServiceFailedError(f"{sentence} Ask again in a moment.", retry_after=wait)


def _refused(service: Service, refusal: Refusal) -> EngineError:
    """Any other 4xx."""
    what = f"{service.opening} does not accept the request (status {refusal.status})"
    return RequestRefusedError(
        f"{service.says(what, refusal.message)} Change the question or pick another model."
    )


_Explain: TypeAlias = Callable[[Service, Refusal], EngineError]

_BY_STATUS: Final[Mapping[int, _Explain]] = {
    401: _key_refused,
    403: _not_allowed,
    404: _not_found,
    408: _failed,
    413: _too_large,
    429: _rate_limited,
    498: _failed,
}


def _is_too_large(refusal: Refusal) -> bool:
    """Whether a refusal means that the request has too many tokens."""
    return not _TOO_LARGE_CODES.isdisjoint((refusal.code, refusal.kind)) or bool(
        _TOO_LARGE_WORDS.search(refusal.message)
    )


def explain_refusal(service: Service, refusal: Refusal) -> EngineError:
    """The error that a refused request raises, with its sentence."""
    if refusal.code in {"model_decommissioned", "model_not_found"}:
        return _model_gone(service, refusal)
    if refusal.status in {400, 422} and _is_too_large(refusal):
        return _too_large(service, refusal)
    if refusal.status >= 500:
        return _failed(service, refusal)
    return _BY_STATUS.get(refusal.status, _refused)(service, refusal)
