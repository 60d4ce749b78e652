"""What the headers of Groq's replies say about the plan's allowance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ...models import Limits

_AGAIN: Final = re.compile(
    r"(?:try again|retry|wait)(?: again)? (?:in|after|for) "
    r"((?:\d[\d.]*\s?(?:ms|µs|us|ns|seconds?|minutes?|hours?|days?|[dhms])(?![a-z]))+)",
    re.IGNORECASE,
)
"""The time to wait in an error's own words."""

_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_SECONDS: Final = {
    "d": 86_400.0,
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
}


def seconds_of(text: str) -> float | None:
    """Seconds of a duration as Groq writes them: `2m59.56s`, `7.66s`, `120ms`, `12`.

    Returns:
        The seconds, at least 0; `None` when the text is no duration.
    """
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not text or _PART.sub("", text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def _number(text: str | None) -> int | None:
    """The whole number that a header holds; `None` when it holds none."""
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def read_limits(headers: Mapping[str, str]) -> Limits | None:
    """What the `x-ratelimit-*` headers say; `None` when they do not speak of tokens."""
    tokens = _number(headers.get("x-ratelimit-limit-tokens"))
    if tokens is None:
        return None
    left = _number(headers.get("x-ratelimit-remaining-tokens"))
    return Limits(
        tokens=tokens,
        tokens_left=tokens if left is None else left,
        tokens_reset=seconds_of(headers.get("x-ratelimit-reset-tokens", "")) or 0.0,
        requests=_number(headers.get("x-ratelimit-limit-requests")) or 0,
        requests_left=_number(headers.get("x-ratelimit-remaining-requests")) or 0,
        requests_reset=seconds_of(headers.get("x-ratelimit-reset-requests", "")) or 0.0,
    )


def _until(date: str) -> float | None:
    """Seconds from now to a date of HTTP; `None` when the text is none."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def read_retry_after(headers: Mapping[str, str], message: str = "") -> float | None:
    """Seconds that the service asks to wait; `None` when it does not say.

    Args:
        headers: Of the reply: `retry-after-ms`, or `retry-after` in seconds or as a date.
        message: The error's own words, which may hold “try again in 6m51.2s”.
    """
    milliseconds = seconds_of(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    header = headers.get("retry-after", "")
    told = seconds_of(header)
    if told is None and header:
        told = _until(header)
    if told is None:
        match = _AGAIN.search(message)
        told = seconds_of(re.sub(r"\s*(ms|[dhms])[a-z]*", r"\1", match[1])) if match else None
    return told
