"""Turns that wait for the one before theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from ..backend.events import TurnEvent


@dataclass(frozen=True, slots=True)
class Queued:
    """A turn that waits."""

    text: str
    """What the user typed for it."""
    begin: Callable[[], AsyncGenerator[TurnEvent, None]]
    """Gives the turn."""


def as_typed(waiting: Iterable[Queued]) -> str:
    """What the user typed for some turns, one to a line."""
    return "\n".join(item.text for item in waiting)
