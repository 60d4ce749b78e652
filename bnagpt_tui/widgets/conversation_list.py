"""The pane of conversations: a filter above their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from .conversation_rows import ConversationRows
from .field import Field

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ..backend.models import Conversation


class ConversationFilter(Field):
    """The field that is typed in to show only some conversations."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "leave", "to the list", id="filter.down", tooltip="To the rows"),
        Binding("escape", "clear", "clear", id="filter.clear", tooltip="Show all of them again"),
    ]

    def action_leave(self) -> None:
        """Go down to the rows."""
        self.screen.focus_next(ConversationRows)

    def action_clear(self) -> None:
        """Empty the filter and go down to the rows."""
        self.value = ""
        self.action_leave()


class ConversationList(Vertical):
    """All conversations, pinned and last used first, filtered as the user types."""

    rows = getters.query_one(ConversationRows)
    """The rows; their messages bubble up through this pane."""

    _field = getters.query_one(ConversationFilter)

    def compose(self) -> ComposeResult:
        """The filter and the rows."""
        yield ConversationFilter(placeholder="/ filter")
        yield ConversationRows()

    def on_mount(self) -> None:
        """Say what the pane holds."""
        self.border_title = "Conversations"

    def show(self, conversations: tuple[Conversation, ...], *, open_id: str) -> None:
        """Show these conversations, in this order.

        Args:
            conversations: All of them.
            open_id: The one that the log shows.
        """
        self.rows.show(conversations, open_id=open_id)

    def clear_filter(self) -> None:
        """Show all conversations again."""
        self._field.value = ""

    def mark(self, *, running: frozenset[str], unsaved: frozenset[str]) -> None:
        """Mark the conversations that are being answered, and those not on the disk."""
        self.rows.mark(running=running, unsaved=unsaved)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self.rows.filter(event.value)

    @on(Input.Submitted)
    def _open_first(self, event: Input.Submitted) -> None:
        event.stop()
        # A message that the parent makes its child post does not bubble past the parent.
        self.rows.call_later(self.rows.action_open)

    @on(ConversationRows.FilterRequested)
    def _to_filter(self, event: ConversationRows.FilterRequested) -> None:
        event.stop()
        self._field.focus()
