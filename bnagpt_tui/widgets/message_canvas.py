"""Draws the messages in view, row by row."""

from __future__ import annotations

from asyncio import get_running_loop
from time import perf_counter
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.selection import Selection
from textual.strip import Strip

from .frame_clock import FrameClock
from .markdown import EMPTY, Row
from .message_bar import MessageBar
from .message_look import COMPONENTS, GUTTER, MARGIN
from .message_paint import MORE, hint, line_number, placed, selected, span_of, with_end
from .message_rows import queued_rows
from .message_views import MessageViews
from .message_window import Slice

_MORE_CELLS: Final = cell_len(MORE)


class MessageCanvas(ScrollView):
    """Draws what is laid out; what that is, and when, is for subclasses to say.

    Rows are kept ready for the screen with their messages, so that scrolling costs little more
    than sending them. Where text is within a row is worked out only when the pointer asks.
    """

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    queued: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """Questions that wait their turn, shown at the end."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._views = MessageViews()
        self._clock = FrameClock(self, self._draw_frame)
        self._laid_out: list[Slice] = []
        self._dressed = False
        self._painting = False
        self._marked = False
        self._selected: Selection | None = None
        self._barred: int | None = None
        self._hinted: int | None = None

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made when it is first asked for, as Textual makes it."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = MessageBar(self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    def _get_component_classes(self) -> frozenset[str]:  # type: ignore[override]  # not for all
        """The parts with looks of their own; none as long as nothing is shown.

        Thirty parts take as long to style as all other widgets: nobody waits for it at the start.
        """
        return super()._get_component_classes() if self._dressed else frozenset()

    def _dress(self) -> None:
        """Have the parts styled, once the log is seen for the first time."""
        if not self._dressed:
            self._dressed = True
            self.app.stylesheet.apply(self)

    @property
    def is_up_to_date(self) -> bool:
        """Whether everything that the log was given has been laid out."""
        return not self._clock.is_waiting

    def _draw_frame(self) -> None:
        """Bring the layout up to date."""

    @property
    def rendered_messages(self) -> int:
        """How many messages are kept rendered."""
        return len(self._views)

    @property
    def text_area(self) -> Size:
        """Columns and rows beside the scrollbar."""
        width, height = self.size
        return Size(max(0, width - self.scrollbar_size_vertical), height)

    def place_at(self, y: int) -> tuple[int, int] | None:
        """The message at a row of the view, and the message's row there.

        Args:
            y: The row, counted from the top of the view.
        """
        for piece in self._laid_out:
            if piece.y <= y < piece.y + piece.rows:
                return piece.message, piece.row + y - piece.y
        return None

    def is_on_marker(self, x: int, y: int) -> bool:
        """Whether a place in the view is on the marker of more text below."""
        right = self.text_area.width - MARGIN
        return self._marked and y == self.size.height - 1 and right - _MORE_CELLS <= x < right

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some rows, without a second cache: messages keep theirs."""
        if not self._painting:
            self._painting = True
            get_running_loop().call_soon(self._count_painting, perf_counter())
        strips = [self._strip(y) for y in crop.line_range]
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        self._styles_cache.clear()
        return strips

    def _count_painting(self, begin: float) -> None:
        """Count as drawing all that the screen did until the loop had its turn again."""
        self._painting = False
        self._clock.spend(perf_counter() - begin)

    def render_line(self, y: int) -> Strip:
        """One row with the places of its text, which only the pointer asks for."""
        place = self.place_at(y)
        if place is None or place[0] >= len(self._views.path):
            return self._strip(y)
        index, number = place
        view = self._views.view(index)
        return placed(self._strip(y), view.row(number), line_number(index, view.line(number)))

    def _strip(self, y: int) -> Strip:
        place = self.place_at(y)
        if place is None:
            strip = Strip.blank(self.text_area.width, self._views.look.text)
        elif place[0] >= len(self._views.path):
            strip = self._queued_strip(place[1])
        else:
            strip = self._message_strip(*place)
        if self._marked and y == self.size.height - 1:
            return with_end(strip, MORE, _MORE_CELLS, self._views.look.more, inset=MARGIN)
        return strip

    def _message_strip(self, index: int, number: int) -> Strip:
        view = self._views.view(index)
        strip = view.strip(number, barred=index == self._barred)
        row = view.row(number)
        if index == self._hinted and row.code >= 0:
            strip = self._with_hint(strip, row._replace(code=view.code_number(number)))
        if self._selected is not None:
            span = span_of(row, line_number(index, view.line(number)), self._selected)
            if span is not None:
                style = self.screen.get_component_rich_style("screen--selection")
                return selected(strip, row, span, style)
        return strip

    def _with_hint(self, strip: Strip, row: Row) -> Strip:
        inset = strip.cell_length - GUTTER - row.cells + 1
        return with_end(strip, f" {hint(row.code)} ", 3, self._views.look.hint, inset=inset)

    def _queued_strip(self, number: int) -> Strip:
        width, look = self.text_area.width, self._views.look
        row = [*queued_rows(self.queued, width - GUTTER - MARGIN, look), EMPTY][number]
        blank = Strip.blank(GUTTER, look.text)
        strip = Strip.join([blank, Strip(row.segments, row.cells)])
        return strip.extend_cell_length(width, look.text).crop(0, width)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under a selection, as it is copied."""
        return self._views.selected_text(selection), "\n"
