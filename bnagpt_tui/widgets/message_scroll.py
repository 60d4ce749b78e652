"""Scrolls through messages, follows their end, and repaints only what changed."""

from __future__ import annotations

from typing import Any, Final

from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.selection import Selection
from textual.widget import Widget

from .frame_clock import FRAMES_A_SECOND, LITE_FRAMES_A_SECOND
from .message_canvas import MessageCanvas
from .message_heights import Heights
from .message_look import resolve
from .message_window import Slice, Window, changed_rows

_KEPT: Final = 4
"""The part of a page, as in one of so many, that is kept in view when it is turned."""

_PAUSE: Final = 0.005
"""Seconds for all else while a very long message is looked through."""

_FAR: Final = 3
"""Views: the reader who scrolls further than this wants to be somewhere else."""


class MessageScroll(MessageCanvas):
    """Lets the reader scroll; only following the end ever moves what the reader looks at.

    Scroll position and virtual size are set without their watchers: both would lay out the
    whole screen, and the position would be taken for the reader's doing.
    """

    following: reactive[bool] = reactive(True, repaint=False)
    """Whether the end stays in view when text is added."""

    lite: reactive[bool] = reactive(False, repaint=False)
    """Whether to draw seldom, and to turn pages rather than move all rows for each new one."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._window = Window(self._measure, self._realize)
        self._changed: dict[int, int] = {}
        self._restyled = True
        self._thumb = (-1, -1)
        self._looking = False

    def _measure(self, index: int) -> int:
        """The height of a message; after the last one stand the queued questions."""
        if index < len(self._views.path):
            return self._views.view(index).height
        return len(self.queued) + bool(self.queued)

    def _realize(self, index: int, row: int, rows: int) -> int:
        """Make sure of what is at some rows of a message."""
        if index < len(self._views.path):
            return self._views.view(index).realize(row, rows)
        return row

    def _start_anew(self) -> None:
        """Forget all heights: other messages, or another width."""
        self._window.heights = Heights(len(self._views.path) + 1, self._views.estimate())
        self._laid_out = []

    def _recount(self) -> None:
        """Take note that messages were added or taken away at the end."""
        heights = self._window.heights
        count = len(self._views.path) + 1
        first = min(len(heights), count) - 1
        heights.resize(first)
        heights.resize(count)
        for index in range(first, count):
            self._note_change(index, 0)

    def _sync(self) -> None:
        """Bring view, scrollbar and screen in line with the messages."""
        if not self.size or not self._views.width:
            return
        window = self._window
        window.rows = self.size.height
        if not self.following:
            window.settle()
        elif self.lite and self._laid_out and self._views.live is not None:
            window.turn(max(4, window.rows // _KEPT))
        else:
            window.to_end()
        self._repaint(window.slices())
        self._place_scrollbar()
        self._look_on()

    def _repaint(self, slices: list[Slice]) -> None:
        """Mark what is drawn otherwise than before."""
        width, height = self.text_area
        for start, end in changed_rows(self._laid_out, slices, self._changed, height):
            self.refresh(Region(0, start, width, end - start))
        self._laid_out = slices
        for piece in slices:
            if piece.message < len(self._views.path):
                self._views.view(piece.message).see(piece.row, piece.rows)
        self._changed.clear()
        marked = not self.following and self._window.below > 0
        if marked != self._marked:
            self._marked = marked
            self.refresh(Region(0, height - 1, width, 1))

    def _place_scrollbar(self) -> None:
        """Let scroll position and scrollbar say what the window shows, without a layout."""
        top, height = self._window.top, self.size.height
        total = max(self._window.heights.total, top + height)
        if total != self.virtual_size.height:
            self.set_reactive(Widget.virtual_size, Size(self.text_area.width, total))
        if round(self.scroll_y) != top:
            self.set_reactive(Widget.scroll_y, float(top))
            self.set_reactive(Widget.scroll_target_y, float(top))
        scale = 8 * height / max(1, total)
        thumb = round(top * scale), round(height * scale)
        if self.show_vertical_scrollbar and thumb != self._thumb:
            self._thumb = thumb
            bar = self.vertical_scrollbar
            bar.window_virtual_size = total
            bar.window_size = height
            bar.position = top

    def _look_through(self) -> None:
        """Go on with messages that are too long to be looked through at once."""
        self._looking = False
        for index in self._views.work():
            self._note_change(index, 0)
        self._sync()

    @property
    def is_looking(self) -> bool:
        """Whether very long messages are still being looked through."""
        return self._views.is_working

    def _look_on(self) -> None:
        """Have the rest of very long messages looked through, a little at a time."""
        if not self._looking and self._views.is_working:
            self._looking = True
            self.set_timer(_PAUSE, self._look_through)

    def _draw_frame(self) -> None:
        """Show what was streamed since the last frame."""
        if self._restyled:
            self._refit()
        for index, row in self._views.flush().items():
            self._note_change(index, row)
        self._sync()

    def _note_change(self, index: int, row: int) -> None:
        self._changed[index] = min(row, self._changed.get(index, row))

    def _update_views(self, *indices: int) -> None:
        """Show messages as they are now, at once: their rows must be those that are laid out."""
        for index in indices:
            if self._views.update(index):
                self._note_change(index, 0)
        self._sync()
        self.refresh_bindings()

    def notify_style_update(self) -> None:
        """Have the styles resolved again with the next frame."""
        super().notify_style_update()
        self._restyled = True
        if self.is_mounted:
            self._clock.request()

    def on_resize(self) -> None:
        """Lay the messages out for another size."""
        self._refit()
        self._sync()

    def _refit(self) -> None:
        """Render for the present width and styles, with the same text at the top."""
        width, views, window = self.text_area.width, self._views, self._window
        if width <= 0:
            return
        self._dress()
        look = resolve(self.rich_style, self.get_component_rich_style)
        self._restyled = False
        if width == views.width and look == views.look:
            return
        is_message = bool(views.width) and window.index < len(views.path)
        place = views.view(window.index).place_of(window.row) if is_message else None
        views.resize(width, look)
        self._start_anew()
        if place:
            window.row = views.view(window.index).row_of(place)
        self.refresh()

    def watch_lite(self) -> None:
        """Draw seldom on a thin line."""
        self._clock.rate = LITE_FRAMES_A_SECOND if self.lite else FRAMES_A_SECOND

    def watch_following(self) -> None:
        """Show the end, or the marker that there is more."""
        self._sync()

    def watch_queued(self) -> None:
        """Show the questions that wait."""
        self._changed[len(self._views.path)] = 0
        self._sync()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the reader: nothing but keys, wheel and scrollbar gets here."""
        old, new = round(old_value), round(new_value)
        if old == new or not self._laid_out:
            return
        end = self.max_scroll_y
        self._move_window(old, new)
        if new < old and new < end:
            self.following = False
        elif new > old and self._window.below <= 0:
            self.following = True
        self._sync()
        self._reader_scrolled()

    def _move_window(self, old: int, new: int) -> None:
        """Move by true rows when the way is short, to where guesses say when it is long."""
        window = self._window
        if new <= 0:
            window.to_start()
        elif abs(new - old) <= _FAR * window.rows:
            window.move(new - old)
        elif new >= self.max_scroll_y:
            window.to_end()
        else:
            window.jump(new)

    def scroll_to(self, *args: Any, **options: Any) -> None:
        """Scroll without an animation: each of its frames would be a screenful to send."""
        options["animate"] = False
        super().scroll_to(*args, **options)

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is selected; while something is, the text stands still."""
        self._selected = selection
        if selection is not None:
            self.following = False
        self.refresh()

    def _reader_scrolled(self) -> None:
        """Follow up on the reader's having scrolled."""
