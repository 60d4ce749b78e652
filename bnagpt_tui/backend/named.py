"""The names of conversations: who has one, and which are free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import NameTakenError
from .naming import folded

if TYPE_CHECKING:
    from .models import Conversation


class NamedConversations:
    """Conversations by id, which can be asked for by their names."""

    def __init__(self) -> None:
        self._conversations: dict[str, Conversation] = {}

    def named(self, name: str, *, other_than: str = "") -> Conversation | None:
        """The conversation that has this name, case and composition aside; `None` if none has."""
        wanted = folded(name)
        for item in self._conversations.values():
            if item.id != other_than and folded(item.name) == wanted:
                return item
        return None

    def free_name(self, name: str, *, other_than: str = "") -> str:
        """The name itself if nobody has it, else with the first free number behind it."""
        taken = {folded(i.name) for i in self._conversations.values() if i.id != other_than}
        candidate, number = name, 2
        while folded(candidate) in taken:
            candidate = f"{name} ({number})"
            number += 1
        return candidate

    def check_free(self, name: str, *, other_than: str) -> None:
        """Make sure that a name is free.

        Raises:
            NameTakenError: It is not; the error carries one that is.
        """
        if self.named(name, other_than=other_than):
            raise NameTakenError(name, self.free_name(name, other_than=other_than))
