"""The current message: the one that the keys act on."""

from __future__ import annotations

from textual import events
from textual.reactive import reactive

from bnagpt_tui.backend.models import Message

from .late_hide import keep_focus
from .message_rows import NO_KEYS, KeyHints
from .message_scroll import MessageScroll


class MessageCursor(MessageScroll):
    """Keeps one message current and in view, and shows a bar beside it."""

    keys: reactive[KeyHints] = reactive(KeyHints(), repaint=False)
    """The keys that act on the current message, from where the focus is."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._cursor: int | None = None
        self._picking = ""

    @property
    def current(self) -> Message | None:
        """The message that the keys act on: the last one, unless the reader chose another."""
        index = self._current_index
        return None if index is None else self._views.path[index]

    @property
    def _current_index(self) -> int | None:
        count = len(self._views.path)
        if not count:
            return None
        return count - 1 if self._cursor is None else min(self._cursor, count - 1)

    def _move_bar(self) -> None:
        """Let the bar stand beside the current message, if the log has the focus."""
        barred = self._current_index if self.has_focus else None
        hinted = self._current_index if self._picking else None
        if (barred, hinted) != (self._barred, self._hinted):
            self._barred, self._hinted = barred, hinted
            self.refresh()
        self.refresh_bindings()
        if changed := self._aim_keys():
            super()._update_views(*changed)

    def _update_views(self, *indices: int) -> None:
        """Show messages as they are now, and where the keys act."""
        super()._update_views(*indices, *self._aim_keys())

    def watch_keys(self) -> None:
        """Say which keys act on the current message."""
        self._move_bar()

    def _aim_keys(self) -> set[int]:
        """Let the current message alone say which keys act on it, and only those that do.

        Returns:
            The messages that are to be drawn otherwise.
        """
        views, message, keys = self._views, self.current, NO_KEYS
        if message is not None:
            go_on = self.keys.go_on if self._can("continue", message) else ""
            keys = KeyHints(go_on, self.keys.again if self._can("regenerate", message) else "")
        before = views.current, views.keys
        views.current, views.keys = self._current_index, keys
        places = {before[0], views.current} if before != (views.current, keys) else set()
        return {place for place in places if place is not None}

    def _can(self, _action: str, _message: Message) -> bool:
        """Whether an action makes sense for a message."""
        return False

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus if it is shown again by now."""
        keep_focus(self, event)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show which message the keys act on, while they do."""
        super().watch_has_focus(has_focus)
        if not has_focus:
            self._picking = ""
        self._move_bar()

    def _reader_scrolled(self) -> None:
        """Take the cursor along, so that it is always on something in view."""
        current, last = self._current_index, len(self._views.path) - 1
        if self.following or current is None:
            self._cursor = None
        else:
            lowest, highest = self._laid_out[0].message, self._laid_out[-1].message
            self._cursor = max(lowest, min(current, highest, last))
        self._move_bar()

    def _go(self, index: int) -> None:
        """Move the cursor, and the view as far as it must."""
        last = len(self._views.path) - 1
        if last < 0:
            return
        self._cursor = max(0, min(index, last))
        self.following = False
        whole = [piece for piece in self._laid_out if piece.message == self._cursor]
        if not whole or whole[0].row or whole[0].rows < self._window.heights[self._cursor] - 1:
            self._window.to_message(self._cursor)
        self._sync()
        if self._cursor == last and self._window.below <= 0:
            self.following = True
        self._move_bar()

    def action_next(self) -> None:
        """Go to the next message."""
        self._go((self._current_index or 0) + 1)

    def action_previous(self) -> None:
        """Go to the previous message."""
        self._go((self._current_index or 0) - 1)

    def action_first(self) -> None:
        """Go to the first message."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the end, and stay there."""
        self._cursor = None
        self.following = True
        self._move_bar()
