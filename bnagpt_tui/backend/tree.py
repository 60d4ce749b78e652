"""The messages of one conversation, as the tree that they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .models import Message


class Kept(Protocol):
    """Messages that a store holds and gives one by one."""

    @property
    def parents(self) -> Mapping[str, str | None]:
        """The parent of each message by its id, in the order in which they were first kept."""
        ...

    def message(self, message_id: str) -> Message:
        """One of them."""
        ...


class Path(Sequence["Message"]):
    """Messages from a root of the tree down to one of its messages, each read when it is asked for.

    Equal to any sequence of equal messages.

    Args:
        ids: Which messages.
        read: Gives a message by its id.
    """

    def __init__(self, ids: Sequence[str], read: Callable[[str], Message]) -> None:
        self.ids = ids
        """The ids of the messages."""
        self._read = read
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Message: ...

    @overload
    def __getitem__(self, index: slice) -> Path: ...

    def __getitem__(self, index: int | slice) -> Message | Path:
        if isinstance(index, slice):
            return Path(self.ids[index], self._read)
        return self._read(self.ids[index])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to lists and tuples, which differ in theirs

    def index_of(self, message_id: str) -> int | None:
        """Where a message is; `None` when it is not there."""
        if self._places is None:
            self._places = {name: place for place, name in enumerate(self.ids)}
        return self._places.get(message_id)

    def ending_with(self, message: Message) -> Path:
        """The path with another state of its last message, or with a further message."""
        known = bool(self.ids) and self.ids[-1] == message.id
        ids = self.ids if known else [*self.ids, message.id]
        return Path(ids, lambda name: message if name == message.id else self._read(name))


class MessageTree:
    """Messages by id, each under its parent, siblings in the order in which they came.

    A message whose parent is unknown stands at the top, so that a damaged file still shows all
    that was read from it.

    Args:
        messages: Messages to begin with.
        kept: What a store holds, to begin with; read when it is asked for, and never as a whole.
    """

    def __init__(self, messages: Iterable[Message] = (), *, kept: Kept | None = None) -> None:
        self._kept = kept
        self._parents: dict[str, str | None] = dict(kept.parents) if kept else {}
        self._messages: dict[str, Message] = {}
        self._children: dict[str | None, list[str]] = {}
        self._last_path: tuple[str, Path] | None = None
        for message_id, parent in self._parents.items():
            self._children.setdefault(parent, []).append(message_id)
        for message in messages:
            self.put(message)

    def __len__(self) -> int:
        return len(self._parents)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._parents

    def __getitem__(self, message_id: str) -> Message:
        message = self._messages.get(message_id)
        if message is not None:
            return message
        if self._kept is None or message_id not in self._parents:
            raise KeyError(message_id)
        return self._kept.message(message_id)

    def __iter__(self) -> Iterator[Message]:
        return map(self.__getitem__, list(self._parents))

    def put(self, message: Message) -> None:
        """Add a message, or take its new state; a message never changes its parent."""
        if message.id not in self._parents:
            self._parents[message.id] = message.parent
            self._children.setdefault(message.parent, []).append(message.id)
            self._last_path = None
        self._messages[message.id] = message

    def path(self, head: str | None) -> Path:
        """The messages from the root down to `head`; empty for `None` or an unknown id."""
        if head is None or head not in self._parents:
            return Path((), self.__getitem__)
        if self._last_path is None or self._last_path[0] != head:
            self._last_path = head, Path(self._ids(head), self.__getitem__)
        return self._last_path[1]

    def _ids(self, head: str | None) -> list[str]:
        """The ids from the root down to a message; a circle is gone round once."""
        ids: list[str] = []
        seen: set[str] = set()
        while head is not None and head in self._parents and head not in seen:
            seen.add(head)
            ids.append(head)
            head = self._parents[head]
        ids.reverse()
        return ids

    def siblings(self, message_id: str) -> tuple[str, ...]:
        """The ids of the messages that share this one's parent, itself among them."""
        return tuple(self._children[self._parents[message_id]])

    def position(self, message_id: str) -> tuple[int, int]:
        """Which of its siblings a message is, counted from 1, and how many there are."""
        if message_id not in self._parents:
            return (1, 1)
        siblings = self._children[self._parents[message_id]]
        return (siblings.index(message_id) + 1, len(siblings))

    def tip(self, message_id: str) -> str:
        """The end of the newest path that leads through this message."""
        seen: set[str] = set()
        while (children := self._children.get(message_id)) and message_id not in seen:
            seen.add(message_id)
            message_id = children[-1]
        return message_id

    def last(self) -> str | None:
        """The message that was added last; `None` in an empty tree."""
        return next(reversed(self._parents), None)
