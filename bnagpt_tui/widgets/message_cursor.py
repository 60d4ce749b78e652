"""The current message: the one that the keys act on."""

from __future__ import annotations

from bnagpt_tui.backend.models import Message

from .message_scroll import MessageScroll


class MessageCursor(MessageScroll):
    """Keeps one message current and in view, and shows a bar beside it."""

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
