"""Who asked for a call, as far as this process saw it with its own eyes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import ToolCall


class Origin(StrEnum):
    """Who asked for a call."""

    USER = "user"
    """The user, in this process."""
    MODEL = "model"
    """A model, in an answer that this process received."""
    FILE = "file"
    """Nobody that this process knows of: the call was read from a file."""


class Origins:
    """Remembers who asked for the calls that are not done yet, until this process ends.

    What a file says of it is worth nothing: anybody may have written it. So none is asked, and
    none holds it. A call counts as known only as it was asked for, to the last character.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, ToolCall], Origin] = {}

    def note(self, conversation_id: str, calls: Iterable[ToolCall], origin: Origin) -> None:
        """Remember who asked for some calls of a conversation."""
        self._known |= {(conversation_id, call): origin for call in calls}

    def of(self, conversation_id: str, call: ToolCall) -> Origin:
        """Who asked for a call."""
        return self._known.get((conversation_id, call), Origin.FILE)

    def forget(self, conversation_id: str, call: ToolCall) -> None:
        """Let go of a call that is done."""
        self._known.pop((conversation_id, call), None)
