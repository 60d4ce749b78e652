"""The log's scrollbar, drawn without a detour: it moves with nearly every frame."""

from __future__ import annotations

from typing import Final, cast

from rich.segment import Segment, Segments
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

_MOST_STRIPS: Final = 128
"""Rows that are kept ready: a glyph for each eighth of a row, in three states."""


class MessageBar(ScrollBar):
    """Looks and works like Textual's scrollbar.

    Args:
        thickness: Columns.
    """

    def __init__(self, thickness: int) -> None:
        super().__init__(vertical=True, name="vertical", thickness=thickness)
        self._strips: dict[Segment, Strip] = {}

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some rows."""
        width, height = self.size
        options = self.app.console.options.update_dimensions(width, height)
        bar = cast("ScrollBarRender", self.render())
        drawn = next(iter(bar.__rich_console__(self.app.console, options)))
        segments = cast("Segments", drawn).segments[crop.y : crop.bottom]
        strips = [self._strip(segment) for segment in segments]
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips

    def _strip(self, segment: Segment) -> Strip:
        """The row of a segment, the same object each time, so that what is known of it is found."""
        strip = self._strips.get(segment)
        if strip is None:
            if len(self._strips) >= _MOST_STRIPS:
                self._strips.clear()
            strip = self._strips[segment] = Strip([segment], len(segment.text))
        return strip
