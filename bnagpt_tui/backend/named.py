"""Conversations of which no two have the same name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .taken_names import TakenNames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import Conversation, Hit


class NamedConversations:
    """Conversations by id, which can be asked for by their names."""

    def __init__(self) -> None:
        self._conversations: dict[str, Conversation] = {}
        self._names = TakenNames()

    def named(self, name: str, *, other_than: str = "") -> Conversation | None:
        """The conversation that has this name; `None` if none has."""
        owner = self._names.owner(name, other_than=other_than)
        return self._conversations.get(owner) if owner else None

    def free_name(self, name: str, *, other_than: str = "") -> str:
        """The name itself if nobody has it, else with the first free number behind it.

        What other processes have named in the last second is not known here; the store looks
        again, and gives another number where that is needed.
        """
        return self._names.free(name, other_than=other_than)

    def under_their_names(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """What was found, in conversations that are called as they are in the list."""
        return tuple(
            replace(hit, conversation_name=known.name)
            if (known := self._conversations.get(hit.conversation_id))
            and known.name != hit.conversation_name
            else hit
            for hit in hits
        )

    def put_all(self, conversations: dict[str, Conversation], names: TakenNames) -> None:
        """Know these conversations and no others, of which these are the names."""
        self._conversations, self._names = conversations, names

    def put_one(self, conversation: Conversation) -> Conversation | None:
        """Take in a conversation's new state; its last one is returned, if there was any."""
        before = self._conversations.get(conversation.id)
        self._conversations[conversation.id] = conversation
        self._names.put(conversation.id, conversation.name)
        return before

    def take_out(self, conversation_id: str) -> Conversation | None:
        """Know a conversation no more; what was known of it is returned, if anything was."""
        self._names.remove(conversation_id)
        return self._conversations.pop(conversation_id, None)
