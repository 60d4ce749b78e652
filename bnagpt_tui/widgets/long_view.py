"""A plain text of any length, scrolled; what is not in view is never wrapped."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from bnagpt_tui.backend.text import in_full

from .markdown import Row, row_of, wrap
from .markdown.plain_cutting import PlainCutter
from .message_heights import Heights
from .message_pencils import PlainPencil
from .message_text import LongText
from .message_window import Window

_TALLEST: Final = 500
"""Rows that it wants at the most; a style sheet allows fewer."""

_PAUSE: Final = 0.005
"""Seconds for all else while a very long text is looked through."""


class LongView(ScrollView, can_focus=False):
    """Shows a text with every character that cannot be seen written out.

    Args:
        text: The text.
    """

    ALLOW_SELECT = False

    below: reactive[int] = reactive(0, repaint=False)
    """Rows below the view; guessed in part where the text is very long."""

    def __init__(self, text: str, *, id: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self._cutter = PlainCutter()
        self._cutter.append(text.replace("\r\n", "\n"))
        self._text = self._for_width(1)
        self._columns = 0
        self._window = Window(lambda _index: self._text.height, self._realize)

    def _for_width(self, width: int) -> LongText:
        """The text in rows of some columns."""
        pencil = PlainPencil(lambda text: wrap([(text, self.rich_style)], max(2, width)), in_full)
        return LongText(pencil, self._cutter, width, row_of([("…", self.rich_style)]))

    def _realize(self, _index: int, row: int, rows: int) -> int:
        return self._text.realize(row, rows)

    def _fit(self, width: int) -> None:
        """Wrap for some columns, those of the scrollbar kept free, and show the beginning."""
        width -= self.styles.scrollbar_size_vertical
        if width <= 0 or width == self._columns:
            return
        self._columns = width
        self._text = self._for_width(width)
        self._text.append("")
        self._text.finish()
        self._window.heights = Heights(1)
        self._window.to_start()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All columns there are."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the text has, within reason."""
        self._fit(width)
        return min(_TALLEST, self._text.height)

    def on_resize(self) -> None:
        """Wrap for another size."""
        self._fit(self.size.width)
        self._sync()

    def _sync(self) -> None:
        """Bring scrollbar and view in line."""
        window = self._window
        window.rows = self.size.height
        window.settle()
        total = max(self._text.height, window.top + window.rows)
        self.virtual_size = Size(self._columns, total)
        if round(self.scroll_y) != window.top:
            self.set_reactive(Widget.scroll_y, float(window.top))
            self.set_reactive(Widget.scroll_target_y, float(window.top))
        self.below = max(0, window.below)
        self.refresh()
        if not self._text.is_cut:
            self.set_timer(_PAUSE, self._look_on)

    def _look_on(self) -> None:
        """Look through more of a very long text."""
        self._text.work()
        self._sync()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the reader."""
        super().watch_scroll_y(old_value, new_value)
        old, new = round(old_value), round(new_value)
        if old == new or not self._columns:
            return
        window = self._window
        if new <= 0:
            window.to_start()
        elif new >= self.max_scroll_y:
            window.to_end()
        elif abs(new - old) <= 3 * window.rows:
            window.move(new - old)
        else:
            window.jump(new)
        self._sync()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some rows, kept nowhere else."""
        self._styles_cache.clear()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        index = self._window.row + y
        row = self._text.row(index) if index < self._text.height else Row()
        segments = [*row.segments, Segment(" " * max(0, self.size.width - row.cells))]
        return Strip(segments).apply_style(self.rich_style)
