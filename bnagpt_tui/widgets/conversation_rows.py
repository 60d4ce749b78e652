"""The rows of the conversation list: as many as there are, of which only those in sight exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..backend.models import Conversation, now
from ..backend.naming import loosely
from ..backend.text import one_line
from .late_hide import keep_focus

if TYPE_CHECKING:
    from rich.style import Style


_loosely = lru_cache(maxsize=131_072)(loosely)


def age(moment: datetime, present: datetime) -> str:
    """How long ago something was, in at most three characters: `now`, `5m`, `3h`, `2d`, `1y`."""
    seconds = max(0.0, (present - moment).total_seconds())
    if seconds < 60:
        return "now"
    for unit, length in (("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)):
        following = {"m": 3600, "h": 86_400, "d": 604_800, "w": 31_557_600}[unit]
        if seconds < following:
            return f"{int(seconds // length)}{unit}"
    return f"{min(int(seconds // 31_557_600), 99)}y"


@dataclass
class ConversationRequest(Message):
    """What is asked for about one conversation."""

    conversation: Conversation
    """Which one."""


class ConversationRows(ScrollView, can_focus=True):
    """One row for each conversation that the filter lets through, with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "conversation-rows--cursor",
        "conversation-rows--open",
        "conversation-rows--dim",
        "conversation-rows--running",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="list.open", tooltip="Open this conversation"),
        Binding("r", "rename", "rename", id="list.rename", tooltip="Give it another name"),
        Binding("d", "delete", "delete", id="list.delete", tooltip="Move it to the trash"),
        Binding("u", "undo", "undo", id="list.undo", tooltip="Bring back the last deleted one"),
        Binding("p", "pin", "pin", id="list.pin", tooltip="Keep it at the top, or let it go"),
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Show some of them"),
        Binding("up,k", "step(-1)", "up", id="list.up", tooltip="Up", show=False),
        Binding("down,j", "step(1)", "down", id="list.down", tooltip="Down", show=False),
        Binding("home,g", "jump(0)", "first", id="list.first", tooltip="First", show=False),
        Binding("end,G", "jump(-1)", "last", id="list.last", tooltip="Last", show=False),
        Binding("pageup", "page(-1)", "page up", id="list.pageup", tooltip="A page up", show=False),
        Binding(
            "pagedown",
            "page(1)",
            "page down",
            id="list.pagedown",
            tooltip="A page down",
            show=False,
        ),
    ]

    class Selected(ConversationRequest):
        """A conversation is to be opened."""

    class RenameRequested(ConversationRequest):
        """A conversation is to have another name."""

    class DeleteRequested(ConversationRequest):
        """A conversation is to go to the trash."""

    class PinRequested(ConversationRequest):
        """A conversation is to be pinned, or no longer."""

    class UndoRequested(Message):
        """The last deleted conversation is to come back."""

    class FilterRequested(Message):
        """The user wants to type a filter."""

    cursor: reactive[int] = reactive(0)
    """The row under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[Conversation, ...] = ()
        self._rows: tuple[Conversation, ...] = ()
        self._filter = ""
        self._open_id = ""
        self._busy: frozenset[str] = frozenset()
        self._dirty: frozenset[str] = frozenset()
        self._marked = ""
        """The id of the conversation that was last drawn with the cursor on it."""

    def on_mount(self) -> None:
        """Let the ages grow, once a minute."""
        self.set_interval(60, self.refresh)

    @property
    def current(self) -> Conversation | None:
        """The conversation under the cursor; `None` when there is no row."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def shown(self) -> tuple[Conversation, ...]:
        """The conversations that the filter lets through."""
        return self._rows

    def show(self, conversations: tuple[Conversation, ...], *, open_id: str) -> None:
        """Show these conversations, in this order.

        The cursor stays on the conversation that it was on, and goes to the open one whenever
        another is opened or the open one, which was new, comes into the list.
        """
        is_new = not any(item.id == open_id for item in self._all)
        follow = self.current.id if self.current else open_id
        if open_id != self._open_id or is_new:
            follow = open_id
        self._all, self._open_id = conversations, open_id
        self._select(follow)

    def mark(self, *, running: frozenset[str], unsaved: frozenset[str]) -> None:
        """Mark the conversations that are being answered, and those not on the disk."""
        if (running, unsaved) != (self._busy, self._dirty):
            self._busy, self._dirty = running, unsaved
            self.refresh()

    def filter(self, text: str) -> None:
        """Show only those whose name has every word of the text; an empty text shows all."""
        self._filter = text
        self._select("")

    def _select(self, follow: str) -> None:
        words = loosely(self._filter).split()
        self._rows = (
            self._all
            if not words
            else tuple(
                item for item in self._all if all(word in _loosely(item.name) for word in words)
            )
        )
        row = next((i for i, item in enumerate(self._rows) if item.id == follow), None)
        self.cursor = min(self.cursor, max(len(self._rows) - 1, 0)) if row is None else row
        if self._filter and row is None:
            self.cursor = 0
        self.virtual_size = Size(0, len(self._rows))
        self.refresh()
        self.refresh_bindings()

    def watch_cursor(self) -> None:
        """Keep the cursor in sight."""
        if self.is_attached:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the visible part."""
        width = self.size.width
        row = y + self.scroll_offset.y
        style = self.rich_style
        if row >= len(self._rows):
            return self._empty(y, width, style)
        item = self._rows[row]
        right = "●" if item.id in self._dirty else age(item.updated, now())
        dim = self.get_component_rich_style("conversation-rows--dim", partial=True)
        if item.id == self._open_id:
            style += self.get_component_rich_style("conversation-rows--open", partial=True)
        if row == self.cursor and self.has_focus:
            cursor = self.get_component_rich_style("conversation-rows--cursor", partial=True)
            style, dim = style + cursor, cursor
            self._marked = item.id
        mark, mark_style = self._mark(item, style)
        room = max(1, width - cell_len(right) - 5)
        name = one_line(item.name, 4 * room)
        if cell_len(name) > room:
            name = set_cell_size(name, room - 1) + "…"
        return Strip(
            [
                Segment("▌" if item.id == self._open_id else " ", mark_style),
                Segment(f"{mark} ", mark_style),
                Segment(set_cell_size(name, room), style),
                Segment(f" {right} ", style + dim),
            ]
        ).adjust_cell_length(width, style)

    def _mark(self, item: Conversation, style: Style) -> tuple[str, Style]:
        running = self.get_component_rich_style("conversation-rows--running", partial=True)
        if item.id in self._busy:
            return "⠹", style + running
        return ("★" if item.pinned else " "), style + running

    def _empty(self, y: int, width: int, style: Style) -> Strip:
        text = ""
        if y == 0 and not self._rows:
            text = "  nothing matches" if self._filter else "  none yet"
        dim = self.get_component_rich_style("conversation-rows--dim", partial=True)
        return Strip([Segment(text, style + dim)]).adjust_cell_length(width, style)

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus if it is shown again by now."""
        keep_focus(self, event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a row is there only with one."""
        return action not in {"open", "rename", "delete", "pin"} or self.current is not None

    def action_step(self, step: int) -> None:
        """Move the cursor by rows."""
        self.cursor = max(0, min(self.cursor + step, len(self._rows) - 1))

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_step(pages * max(1, self.size.height - 1))

    def action_jump(self, row: int) -> None:
        """Move the cursor to the first row, or with -1 to the last."""
        self.cursor = max(0, row % max(1, len(self._rows)))

    def action_open(self) -> None:
        """Ask for the conversation under the cursor."""
        if self.current:
            self.post_message(self.Selected(self.current))

    @property
    def marked(self) -> Conversation | None:
        """The conversation under the cursor, if the user can see that it is; else `None`.

        The list may have changed since it was last drawn, by another bnaGPT for example. What
        changes or deletes a conversation does so to the one that is marked on the screen.
        """
        current = self.current
        return current if current and current.id in {self._marked, self._open_id} else None

    def action_rename(self) -> None:
        """Ask for another name."""
        if self.marked:
            self.post_message(self.RenameRequested(self.marked))

    def action_delete(self) -> None:
        """Ask for a deletion."""
        if self.marked:
            self.post_message(self.DeleteRequested(self.marked))

    def action_pin(self) -> None:
        """Ask for a pin."""
        if self.marked:
            self.post_message(self.PinRequested(self.marked))

    def action_undo(self) -> None:
        """Ask for the last deleted one."""
        self.post_message(self.UndoRequested())

    def action_filter(self) -> None:
        """Ask for the filter."""
        self.post_message(self.FilterRequested())

    def on_click(self, event: events.Click) -> None:
        """Open the row under the mouse."""
        row = event.y + self.scroll_offset.y
        if row < len(self._rows):
            self.cursor = row
            self.action_open()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._marked = ""
        self.refresh()
