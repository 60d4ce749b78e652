"""A page as it came, before anybody has read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came."""

    address: str
    """Where it was in the end."""
    kind: str
    """Its media type, as in `text/html`."""
    charset: str
    """What the header says of its encoding; empty for nothing."""
    body: bytes
    is_cut: bool = False
    """Whether it is larger than what was read."""
