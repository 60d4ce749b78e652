"""Replies that are no answers, told apart and put into sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from ...errors import (
    DayUsedUpError,
    EngineError,
    KeyRefusedError,
    ModelGoneError,
    NotAllowedError,
    RateLimitedError,
    RequestRefusedError,
    ServiceFailedError,
    TooLargeError,
    UnreachableError,
)
from .limits import read_retry_after
from .quota import read_quota
from .refusals import Refusal
from .sentences import Service, duration, tokens

_TOO_LARGE_CODES: Final = {
    "context_length_exceeded",
    "exceed_context_size_error",
    "request_too_large",
}
_TOO_LARGE_WORDS: Final = re.compile(
    r"context (?:length|size|window|limit)|reduce the length|too many tokens|"
    r"prompt is too long|token count.{0,20} exceeds",
    re.IGNORECASE,
)
_UNPAID: Final = re.compile(
    r"insufficient[ _](?:balance|credits?|quota|funds)|balance is (?:in|not )sufficient|"
    r"out of credits|account .{0,20}arrears",
    re.IGNORECASE,
)
_BAD_KEY: Final = re.compile(
    r"(?:api[ _-]?key|token) (?:is )?(?:not valid|invalid|incorrect|expired)|"
    r"(?:invalid|incorrect)[ _]api[ _-]?key|API_KEY_INVALID",
    re.IGNORECASE,
)
_NO_MODEL: Final = re.compile(
    r"\bmodel\b.{0,120}(?:does not exist|not found|not exist)|(?:unknown|no such) model\b",
    re.IGNORECASE,
)
_NETWORK: Final = re.compile(
    r"check your network settings|(?:country|region|territory|location)\W.{0,60}"
    r"(?:not (?:supported|available|allowed)|unsupported)|unsupported_country|vpn",
    re.IGNORECASE,
)
"""What a service says that refuses the network from which it is asked."""


def _key_refused(service: Service, refusal: Refusal) -> EngineError:
    """401."""
    del refusal
    where = " at console.groq.com/keys" if service.is_groq else ""
    if not service.secret:
        return KeyRefusedError(
            f"{service.opening} wants a key. Give it one with /key in the application."
        )
    which = "GROQ_API_KEY" if service.title == "Groq" else "it"
    return KeyRefusedError(
        f"{service.opening} does not accept the key. Check {which}, or give another "
        f"key{where} with /key in the application."
    )


def _not_allowed(service: Service, refusal: Refusal) -> EngineError:
    """403: the network, or the account."""
    if _NETWORK.search(refusal.words):
        what = f"{service.opening} takes no requests from this network or country"
        return NotAllowedError(
            f"{service.says(what, refusal.message)} The key may well be good: try without a VPN "
            "or a proxy, or from another network."
        )
    what = f"{service.opening} knows the key, but does not allow this"
    return NotAllowedError(
        f"{service.says(what, refusal.message)} Check the account and the network, or pick "
        "another model."
    )


def _sent_on(service: Service, refusal: Refusal) -> EngineError:
    """3xx: the server sends the request on, and nobody follows with a key and a question."""
    place = refusal.headers.get("location", "").partition("?")[0]
    place = re.sub(r"//[^/@]*@", "//", place)
    return UnreachableError(
        f"{service.host} sends requests on to {service.quote(place) or 'nowhere'}, which is not "
        "followed, since key and question would go there. If that is the right place, write it "
        "as the base URL."
    )


def _not_found(service: Service, refusal: Refusal) -> EngineError:
    """404: the model, or the whole address."""
    if refusal.code == "unknown_url" or not refusal.names_model:
        return RequestRefusedError(
            f"There is no chat service of the expected kind at {service.host}. "
            "Check the base URL: most servers want /v1 at its end.",
        )
    return _model_gone(service, refusal)


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
    quota = read_quota(refusal.message)
    per = f" {quota.span}" if quota else " at once"
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
    """429, or another status whose words speak of a limit: wait, or send less."""
    wait = read_retry_after(refusal.headers, refusal.message)
    quota = read_quota(refusal.words)
    if quota is None or not quota.limit:
        what = f"{service.opening} has too many requests from you for the moment"
        then = f"It answers again in {duration(wait)}." if wait is not None else "Wait a little."
        return RateLimitedError(f"{what}. {then}", retry_after=wait)
    if quota.too_large and quota.counts_tokens:
        return _too_large(service, refusal)
    if quota.too_large and quota.counts_output:
        return RequestRefusedError(
            f"{service.opening} takes answers of {quota} only. Set answer_tokens to less, or pick "
            "another model."
        )
    what = f"{service.opening}’s limit of {quota} is used up"
    if quota.per_day:
        then = f"It answers again in {duration(wait)}." if wait is not None else _TOMORROW
        return DayUsedUpError(f"{what}. {then} {_OTHER_MODELS}", retry_after=wait)
    then = f"It answers again in {duration(wait)}." if wait is not None else "Wait a little."
    return RateLimitedError(f"{what}. {then}", retry_after=wait)


_TOMORROW: Final = "It answers again tomorrow."
_OTHER_MODELS: Final = "Other models have budgets of their own: pick one with f2."


def _failed(service: Service, refusal: Refusal) -> EngineError:
    """5xx, and other statuses that mean the same."""
    wait = read_retry_after(refusal.headers)
    if refusal.status in {498, 503, 529}:
        what = f"{service.opening} has no room for more requests at the moment"
    else:
        what = f"{service.opening} failed on its own side"
    sentence = service.says(f"{what} (status {refusal.status})", refusal.message)
    if is_about_form(refusal):
        return _refused(service, refusal)
    return ServiceFailedError(f"{sentence} Ask again in a moment.", retry_after=wait)


def _refused(service: Service, refusal: Refusal) -> EngineError:
    """Any other 4xx."""
    what = f"{service.opening} does not accept the request (status {refusal.status})"
    if is_about_form(refusal):
        advice = "It is the model’s template that refuses: pick another model."
    elif _TOOLS.search(refusal.words):
        advice = "Take tools away with ctrl+t, or pick another model."
    else:
        advice = "Change the question or pick another model."
    return RequestRefusedError(f"{service.says(what, refusal.message)} {advice}")


def is_about_form(refusal: Refusal) -> bool:
    """Whether a refusal is about roles, their order or the template: asking again is no use."""
    return _FORM.search(refusal.words) is not None


_FORM: Final = re.compile(
    r"jinja|chat template|prompt template|template (?:error|render)|raise_exception|"
    r"roles? (?:must|should).{0,20}alternat|should be alternating|system role|"
    r"unexpected role|only user(?:,| and)",
    re.IGNORECASE,
)
_TOOLS: Final = re.compile(r"\btools?\b|\bfunctions?\b", re.IGNORECASE)

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


def _unpaid(service: Service, refusal: Refusal) -> EngineError:
    """402, or another status whose words speak of money."""
    what = f"{service.opening} wants to be paid before it answers"
    return NotAllowedError(
        f"{service.says(what, refusal.message)} Check the account’s balance, or pick another model."
    )


def _by_words(refusal: Refusal) -> _Explain | None:
    """What explains a refusal whose status says less than its words."""
    if refusal.status == 402 or (refusal.status < 500 and _UNPAID.search(refusal.words)):
        return _unpaid
    if refusal.status not in {400, 422}:
        return None
    if _is_too_large(refusal):
        return _too_large
    if _BAD_KEY.search(refusal.words):
        return _key_refused
    return _model_gone if refusal.model and _NO_MODEL.search(refusal.message) else None


def explain_refusal(service: Service, refusal: Refusal) -> EngineError:
    """The error that a refused request raises, with its sentence."""
    if refusal.code in {"model_decommissioned", "model_not_found"}:
        return _model_gone(service, refusal)
    if refusal.status != 401 and read_quota(refusal.message):
        return _rate_limited(service, refusal)
    if by_words := _by_words(refusal):
        return by_words(service, refusal)
    if 300 <= refusal.status < 400:
        return _sent_on(service, refusal)
    if refusal.status >= 500:
        return _failed(service, refusal)
    return _BY_STATUS.get(refusal.status, _refused)(service, refusal)
