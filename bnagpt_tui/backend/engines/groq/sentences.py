"""The pieces that sentences about failures are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...text import one_line


@dataclass(frozen=True, slots=True)
class Service:
    """Who a sentence is about."""

    title: str
    """What the interface calls the service, as it stands within a sentence."""
    host: str
    """Where it is, as people write it."""
    secret: str
    """The key; it is struck out of everything that is quoted."""
    is_groq: bool
    """Whether it is Groq itself, so that advice can name its pages."""

    @property
    def opening(self) -> str:
        """The title as it stands at the beginning of a sentence."""
        return self.title[:1].upper() + self.title[1:]

    def quote(self, words: str, limit: int = 160) -> str:
        """The service's own words in quotation marks, safe to show; empty when there are none."""
        if len(self.secret) >= 4:
            words = words.replace(self.secret, "…")
        line = one_line(words, limit)
        return f"“{line}”" if line else ""

    def says(self, what: str, words: str) -> str:
        """A clause and the service's own words, ended like a sentence."""
        quoted = self.quote(words)
        if not quoted:
            return f"{what}."
        return f"{what}: {quoted}" + ("" if quoted[-2] in ".!?…" else ".")


def _count(number: int, unit: str) -> str:
    """A number with its unit, in the singular or the plural."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def duration(seconds: float) -> str:
    """A time to wait in words, rounded up: `7 seconds`, `3 minutes`, `2 hours`."""
    if seconds <= 90:
        return _count(max(1, math.ceil(seconds)), "second")
    if seconds <= 90 * 60:
        return _count(math.ceil(seconds / 60), "minute")
    return _count(math.ceil(seconds / 3600), "hour")


def tokens(number: int) -> str:
    """A number of tokens in words: `8,000 tokens`."""
    return f"{number:,} tokens"
