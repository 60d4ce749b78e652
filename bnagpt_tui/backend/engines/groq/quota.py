"""Which of a plan's limits a refusal speaks of, read from its words, whatever its status.

Groq's words, as sent: “Rate limit reached for model `X` in organization `org_…` service tier
`on_demand` on output tokens per minute (OTPM): Limit 1000, Used 72, Requested 981. Please try
again in 3.179999999s.” and “Request too large for model `X` … on tokens per minute (TPM): Limit
6000, Requested 18339, please reduce your message size and try again.”
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_KIND: Final = re.compile(r"\((?P<counts>RP|TP|ITP|OTP|AS|ASP)(?P<span>[SMHD])\)")
_IN_WORDS: Final = re.compile(
    r"(?P<counts>requests|(?:input |output |prompt |completion )?tokens|audio seconds|"
    r"seconds of audio) per (?P<span>second|minute|hour|day)",
    re.IGNORECASE,
)
_NUMBER: Final = r"\W{{0,3}}{word}:?\s*(\d[\d,_]*)"
_COUNTS: Final = {
    "RP": "requests",
    "TP": "tokens",
    "ITP": "input tokens",
    "OTP": "output tokens",
    "AS": "seconds of audio",
    "ASP": "seconds of audio",
    "prompt tokens": "input tokens",
    "completion tokens": "output tokens",
    "audio seconds": "seconds of audio",
}
_SPANS: Final = {"S": "a second", "M": "a minute", "H": "an hour", "D": "a day"}


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit that a request met."""

    counts: str
    """What is counted, as in `requests`, `tokens`, `output tokens`, `seconds of audio`."""
    span: str
    """Over which time: `a minute`, `an hour`, `a day`."""
    limit: int | None = None
    """How many there may be."""
    used: int | None = None
    """How many there were; `None` when not said."""
    requested: int | None = None
    """How many this request wanted; `None` when not said."""

    @property
    def per_day(self) -> bool:
        """Whether waiting means waiting until tomorrow."""
        return self.span == _SPANS["D"]

    @property
    def counts_tokens(self) -> bool:
        """Whether a shorter request would have passed."""
        return self.counts in {"tokens", "input tokens"}

    @property
    def counts_output(self) -> bool:
        """Whether a shorter answer would have passed."""
        return self.counts == "output tokens"

    @property
    def too_large(self) -> bool:
        """Whether the request is above the limit by itself, so that waiting does not help."""
        return bool(self.limit and self.requested and self.requested > self.limit)

    def __str__(self) -> str:
        """The limit in words: `8,000 tokens a minute`."""
        return f"{self.limit:,} {self.counts} {self.span}" if self.limit else ""


def read_quota(message: str) -> Quota | None:
    """The limit that a refusal's words speak of; `None` when they speak of none."""
    match = _KIND.search(message) or _IN_WORDS.search(message)
    if match is None or not re.search(r"limit|too large|quota|exceed", message, re.IGNORECASE):
        return None
    counts = match["counts"]
    rest = message[match.end() :]
    return Quota(
        counts=_COUNTS.get(counts) or _COUNTS.get(counts.lower(), counts.lower()),
        span=_SPANS[match["span"][0].upper()],
        limit=_figure("limit", rest),
        used=_figure("used", rest),
        requested=_figure("requested", rest),
    )


def _figure(word: str, text: str) -> int | None:
    """The number behind a word."""
    match = re.search(_NUMBER.format(word=word), text, re.IGNORECASE)
    return int(re.sub(r"[,_]", "", match[1])) if match else None
