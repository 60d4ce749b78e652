"""The messages of the conversations that were used last."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from .tree import MessageTree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, KeysView

    from .models import Conversation, Message
    from .store import Archive

OPEN_AT_ONCE: Final = 8
"""Conversations whose messages stay in memory, those that were used last."""


class OpenTrees:
    """Trees of messages, by the ids of their conversations.

    What is put into one while it is being read is in what was read.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._trees: OrderedDict[str, MessageTree] = OrderedDict()
        self._late: dict[str, list[Message] | None] = {}

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._trees

    def __getitem__(self, conversation_id: str) -> MessageTree:
        return self._trees[conversation_id]

    def get(self, conversation_id: str) -> MessageTree | None:
        """The tree of a conversation; `None` when it is not in memory."""
        return self._trees.get(conversation_id)

    def keys(self) -> KeysView[str]:
        """The ids of the conversations whose trees are in memory."""
        return self._trees.keys()

    def begin(self, conversation_id: str) -> None:
        """Have an empty tree for a new conversation."""
        self._trees[conversation_id] = MessageTree()

    def put(self, conversation_id: str, messages: Iterable[Message]) -> None:
        """Put messages into a tree that is in memory or is being read; any other has them kept."""
        messages = tuple(messages)
        tree = self._trees.get(conversation_id)
        if tree is not None:
            for message in messages:
                tree.put(message)
        if conversation_id in self._late:
            self._late[conversation_id] = [*(self._late[conversation_id] or ()), *messages]

    async def read(self, conversation_id: str) -> Conversation | None:
        """Read a tree; not twice at a time.

        Returns:
            What is known of the conversation; `None` when it was changed here in the meantime.

        Raises:
            StoreError: It cannot be read.
        """
        self._late[conversation_id] = None
        try:
            conversation, tree = await self._archive.open(conversation_id)
        finally:
            late = self._late.pop(conversation_id)
        for message in late or ():
            tree.put(message)
        self._trees[conversation_id] = tree
        return conversation if late is None else None

    def drop(self, conversation_id: str) -> None:
        """Let go of a tree."""
        self._trees.pop(conversation_id, None)

    def use(self, conversation_id: str, *, keeping: Collection[str]) -> MessageTree:
        """A tree that is in memory; those that were used long ago are let go.

        Args:
            conversation_id: Whose tree.
            keeping: Conversations whose trees stay.
        """
        self._trees.move_to_end(conversation_id)
        free = [key for key in self._trees if key not in keeping and key != conversation_id]
        for key in free[: max(0, len(free) + 1 - OPEN_AT_ONCE)]:
            del self._trees[key]
        return self._trees[conversation_id]
