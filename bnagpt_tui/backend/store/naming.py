"""Names looked up and given in one step, however many processes do so at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import NameTakenError
from ..models import Conversation

if TYPE_CHECKING:
    from threading import RLock

    from .shelf import Shelf


class Naming:
    """Gives names to the conversations of a repository; any thread may call any method."""

    def __init__(
        self,
        lock: RLock,
        shelf: Callable[[], Shelf],
        save: Callable[[Conversation], Conversation],
    ) -> None:
        """Look at nothing yet.

        Args:
            lock: What keeps the repository's callers apart.
            shelf: Gives what the repository holds in memory.
            save: Keeps a conversation.
        """
        self._lock = lock
        self._shelf = shelf
        self._save = save

    def open_or_make(self, conversation: Conversation) -> Conversation:
        """The one that has this one's name; where none has, this one, kept from here on.

        Of many processes that do so at once one makes it, and all others get the same.

        Raises:
            StoreError: It is not there and could not be saved, or the list cannot be read.
        """
        with self._lock:
            shelf = self._shelf()
            shelf.conversations(None)
            with shelf.naming():
                return shelf.named(conversation.name) or self._save(conversation)

    def rename(self, conversation: Conversation, name: str) -> Conversation:
        """Give a kept conversation a name that nobody else has.

        Raises:
            NameTakenError: Another has it; nothing has changed.
            StoreUnwritableError: It could not be saved.
        """
        with self._lock:
            shelf = self._shelf()
            with shelf.naming():
                _check(shelf, name, conversation.id)
                return self._save(replace(conversation, name=name, named=True))

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """Save many conversations in the block; it is on the disk itself after it.

        Others who give names wait meanwhile, so it should not last long.

        Raises:
            StoreUnwritableError: The names are locked for too long.
        """
        with self._lock, self._shelf().in_bulk():
            yield

    def check(self, name: str, *, other_than: str) -> None:
        """Make sure that no other conversation has a name, as far as the list tells.

        Raises:
            NameTakenError: One has; the error carries a name that is free.
            StoreError: The list cannot be read.
        """
        with self._lock:
            shelf = self._shelf()
            shelf.conversations(None)
            _check(shelf, name, other_than)


def _check(shelf: Shelf, name: str, other_than: str) -> None:
    if shelf.named(name, other_than=other_than):
        raise NameTakenError(name, shelf.free_name(name, other_than=other_than))
