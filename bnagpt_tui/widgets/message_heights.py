"""How tall messages are, most of them only guessed, with their offsets in O(log n)."""

from __future__ import annotations


class Heights:
    """The heights of a row of messages, and where each begins.

    A Fenwick tree that stores differences from the estimate, and those only where they were
    measured: a fresh one costs the same for ten messages and for ten million.

    Args:
        count: How many messages there are.
        estimate: Rows that a message has until it is measured, at least 1.
    """

    def __init__(self, count: int = 0, estimate: int = 1) -> None:
        self._estimate = estimate
        self._known: dict[int, int] = {}
        self._tree: dict[int, int] = {}
        self._count = count
        self._size = 1
        self._reserve()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> int:
        return self._known.get(index, self._estimate)

    def __setitem__(self, index: int, height: int) -> None:
        change = height - self[index]
        self._known[index] = height
        if change:
            self._add(index, change)

    @property
    def total(self) -> int:
        """Rows of all messages together."""
        return self.offset(self._count)

    def is_known(self, index: int) -> bool:
        """Whether a height was measured."""
        return index in self._known

    def offset(self, index: int) -> int:
        """Rows before a message."""
        rows = index * self._estimate
        node = index
        while node > 0:
            rows += self._tree.get(node, 0)
            node -= node & -node
        return rows

    def find(self, row: int) -> int:
        """The message that a row belongs to; the first or last one for rows outside."""
        index, step = 0, self._size
        while step:
            following = index + step
            if following <= self._count:
                rows = step * self._estimate + self._tree.get(following, 0)
                if rows <= row:
                    index, row = following, row - rows
            step //= 2
        return max(0, min(index, self._count - 1))

    def resize(self, count: int) -> None:
        """Add messages at the end, or take them away there."""
        for index in [index for index in self._known if index >= count]:
            self[index] = self._estimate
            del self._known[index]
        self._count = count
        self._reserve()

    def _reserve(self) -> None:
        """Double the tree until it covers all messages."""
        while self._size < self._count:
            total = self._tree.get(self._size, 0)
            self._size *= 2
            if total:
                self._tree[self._size] = total

    def _add(self, index: int, change: int) -> None:
        node = index + 1
        while node <= self._size:
            self._tree[node] = self._tree.get(node, 0) + change
            node += node & -node
