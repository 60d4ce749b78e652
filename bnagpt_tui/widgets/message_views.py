"""The rendered messages of a log: a few of them, made when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual.selection import Selection

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.text import visible

from .message_look import GUTTER, MARGIN, Look
from .message_paint import STRIDE
from .message_path import MessagePath
from .message_rows import NO_KEYS, NO_NOTE, KeyHints, State
from .message_view import MessageView

MOST_VIEWS: Final = 48
"""Messages that stay rendered; those that were asked for last."""

MOST_ROWS: Final = 20_000
"""Rows that they may have together, unless they are very few."""

_FEWEST_VIEWS: Final = 8
"""Messages that stay rendered whatever their height: more fit into a view only if they are low."""

_SAMPLE: Final = 16
"""Messages that are looked at to guess how tall the others are."""

_SAMPLED: Final = 20_000
"""Characters of such a message that are looked at."""

_MOST_RENDERED: Final = 30_000
"""Characters of a selection that are copied as they look; further messages as they were written."""


def _alone(_message_id: str) -> tuple[int, int]:
    return 1, 1


class MessageViews:
    """Messages, what is known about them, and what they look like at one width."""

    def __init__(self) -> None:
        self.path = MessagePath()
        """The messages."""
        self.siblings: Callable[[str], tuple[int, int]] = _alone
        """Gives which of its siblings a message is, from 1, and how many there are."""
        self.live: str | None = None
        """The id of the message that is being written."""
        self.note = NO_NOTE
        """A line under the live or the last message."""
        self.keys: KeyHints = NO_KEYS
        """The keys that act on the current message."""
        self.current: int | None = None
        """Which message they act on; `None` for none."""
        self.running: Mapping[str, str] = {}
        """How the tools go that run, by the ids of their results."""
        self.memory_begins: str | None = None
        """The id of the first message that the model is sent."""
        self.unfolded: set[str] = set()
        """The ids of messages whose reasoning or output is shown in full."""
        self.width = 0
        """Columns of a whole row."""
        self.look = Look()
        """The styles."""
        self._views: OrderedDict[int, MessageView] = OrderedDict()
        self._pending: dict[int, tuple[list[str], list[str]]] = {}

    def __len__(self) -> int:
        return len(self._views)

    def open(self, messages: Sequence[Message], siblings: Callable[[str], tuple[int, int]]) -> None:
        """Show other messages."""
        self.path = MessagePath(messages)
        self.siblings = siblings
        self.live = None
        self.running = {}
        self.note = NO_NOTE
        self.keys, self.current = NO_KEYS, None
        self.unfolded.clear()
        self._pending.clear()
        self._views.clear()

    def resize(self, width: int, look: Look) -> None:
        """Forget what is rendered: it is to look another way."""
        self.width = width
        self.look = look
        for index, view in list(self._views.items()):
            if view.is_long:
                view.refit(width, look)
            else:
                del self._views[index]

    def view(self, index: int) -> MessageView:
        """What a message looks like."""
        view = self._views.get(index)
        if view is None:
            view = self._views[index] = self._make(index)
            self._forget()
        else:
            self._views.move_to_end(index)
        return view

    def _forget(self) -> None:
        """Let go of messages that were not asked for in a long time."""
        rows = sum(view.height for view in self._views.values())
        while len(self._views) > MOST_VIEWS or (
            rows > MOST_ROWS and len(self._views) > _FEWEST_VIEWS
        ):
            _, view = self._views.popitem(last=False)
            rows -= view.height

    def replace(self, index: int, message: Message) -> None:
        """Put a message in the place of another."""
        self._flush(index)
        self.path.replace(index, message)

    def truncate(self, count: int) -> None:
        """Keep only the first `count` messages."""
        self.path.truncate(count)
        for index in [index for index in self._views if index >= count]:
            del self._views[index]
        for index in [index for index in self._pending if index >= count]:
            del self._pending[index]

    def extend(self, index: int, text: str, reasoning: str) -> None:
        """Add to what a message says; `flush` shows it."""
        self.path.extend(index, text, reasoning)
        pending = self._pending.get(index)
        if pending is None:
            pending = self._pending[index] = ([], [])
        pending[0].append(text)
        pending[1].append(reasoning)

    def flush(self) -> dict[int, int]:
        """Show what was added.

        Returns:
            The first row that changed, for each rendered message that did.
        """
        changed = {index: self._flush(index) for index in tuple(self._pending)}
        return {index: row for index, row in changed.items() if row is not None}

    def _flush(self, index: int) -> int | None:
        text, reasoning = self._pending.pop(index, ((), ()))
        view = self._views.get(index)
        if view is None or not (text or reasoning):
            return None
        return view.extend("".join(text), "".join(reasoning))

    def update(self, index: int) -> bool:
        """Bring a rendered message up to date.

        Returns:
            Whether it is rendered.
        """
        view = self._views.get(index)
        if view is None:
            return False
        self._flush(index)
        message = self.path[index]
        view.update(message, self._state(index, message))
        return True

    def estimate(self) -> int:
        """Rows that a message has, judged by a few of them."""
        count = len(self.path)
        if not count:
            return 4
        text_width = max(8, self.width - GUTTER - MARGIN)
        places = sorted({count * number // _SAMPLE for number in range(_SAMPLE)})
        rows = 0
        for place in places:
            content = self.path[place].content
            lines = content.count("\n", 0, _SAMPLED) * max(1, len(content) // _SAMPLED)
            rows += 3 + len(content) // text_width + lines
        return max(4, rows // len(places))

    def selected_text(self, selection: Selection) -> str:
        """The text under a selection, lines put together again that were wrapped for display."""
        start, end = selection
        last = len(self.path) - 1
        first = 0 if start is None else start.y // STRIDE
        last = last if end is None else min(end.y // STRIDE, last)
        parts: list[str] = []
        rendered = 0
        for index in range(first, last + 1):
            content = self.path[index].content
            if rendered > _MOST_RENDERED and first < index < last:
                parts += (visible(content), "\n\n")
            else:
                rendered += len(content)
                view = self._views[index] if index in self._views else self._make(index)
                parts.extend(view.copied(index, selection))
        return "".join(parts).rstrip("\n")

    def work(self) -> list[int]:
        """Look through more of messages that are very long; those are returned."""
        working = [index for index, view in self._views.items() if not view.is_cut][-1:]
        for index in working:
            self._views[index].work()
        return working

    @property
    def is_working(self) -> bool:
        """Whether there are such messages."""
        return not all(view.is_cut for view in self._views.values())

    def _make(self, index: int) -> MessageView:
        self._pending.pop(index, None)
        message = self.path[index]
        return MessageView(message, self._state(index, message), self.width, self.look)

    def _state(self, index: int, message: Message) -> State:
        live = message.id == self.live
        annotated = live if self.live is not None else index == len(self.path) - 1
        sibling, siblings = self.siblings(message.id)
        return State(
            live=live,
            unfolded=message.id in self.unfolded,
            memory_begins=message.id == self.memory_begins,
            sibling=sibling,
            siblings=siblings,
            note=self.note if annotated else NO_NOTE,
            keys=self.keys if index == self.current else NO_KEYS,
            running=self.running.get(message.id, ""),
            answered=bool(message.tool_calls) and self._is_answered(index),
        )

    def _is_answered(self, index: int) -> bool:
        """Whether a tool's result stands under a message."""
        below = index + 1
        return below < len(self.path) and self.path[below].role is Role.TOOL
