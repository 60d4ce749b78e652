"""A field of one line, as all dialogs have it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input
from textual.widgets.input import Selection

from .graphemes import boundary_after, boundary_before
from .late_hide import keep_focus


class Field(Input):
    """An input without a frame or a blinking cursor."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        max_length: int = 0,
        select_on_focus: bool = True,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            max_length=max_length,
            select_on_focus=select_on_focus,
            compact=True,
        )
        self.cursor_blink = False

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus if it is shown again by now."""
        keep_focus(self, event)

    # What a user sees as one character is one, however many Unicode makes of it.

    def action_cursor_left(self, select: bool = False) -> None:
        """Move the cursor in front of the visible character before it."""
        if select or self.selection.is_empty:
            self._move(boundary_before(self.value, self.cursor_position), select)
        else:
            super().action_cursor_left()

    def action_cursor_right(self, select: bool = False) -> None:
        """Move the cursor behind the visible character at it."""
        if not self.cursor_at_end and (select or self.selection.is_empty):
            self._move(boundary_after(self.value, self.cursor_position), select)
        else:
            super().action_cursor_right(select)

    def action_delete_left(self) -> None:
        """Delete the visible character before the cursor, or what is selected."""
        if self.selection.is_empty:
            self.delete(boundary_before(self.value, self.cursor_position), self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right(self) -> None:
        """Delete the visible character at the cursor, or what is selected."""
        if self.selection.is_empty and not self.cursor_at_end:
            self.delete(self.cursor_position, boundary_after(self.value, self.cursor_position))
        else:
            self.delete_selection()

    def _move(self, place: int, select: bool) -> None:
        start = self.selection.start if select else place
        self.selection = Selection(start, place)
