"""Finishing touches to a row: selected text, places for the pointer, letters and markers."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from .markdown import Row
from .message_look import GUTTER

STRIDE = 1 << 44
"""How far apart messages are in a selection's lines: no message has as many rows."""

MORE = " ↓ more below "
"""What the marker at the bottom says."""


def line_number(index: int, row: int) -> int:
    """The line of a selection for a row of a message.

    It stays the same whatever happens above the message.
    """
    return index * STRIDE + row


def span_of(row: Row, line: int, selection: Selection) -> tuple[int, int] | None:
    """The characters of a row's text that are selected."""
    span = selection.get_span(line)
    if span is None:
        return None
    size = len(row.text)
    start, end = span
    start = min(max(0, start), size)
    return start, size if end == -1 else min(max(start, end), size)


def selected(strip: Strip, row: Row, span: tuple[int, int], style: Style) -> Strip:
    """The strip with some of its text shown as selected."""
    ahead = GUTTER + row.left
    return Strip(_styled(strip, ahead + span[0], ahead + span[1], style), strip.cell_length)


def _styled(segments: Iterable[Segment], start: int, end: int, style: Style) -> list[Segment]:
    """The segments, with a style added to the characters from `start` to `end`."""
    result: list[Segment] = []
    at = 0
    for text, old, _ in segments:
        first, last = max(0, start - at), max(0, end - at)
        marked = (old or Style.null()) + style
        parts = (text[:first], old), (text[first:last], marked), (text[max(first, last) :], old)
        result.extend(Segment(part, look) for part, look in parts if part)
        at += len(text)
    return result


def placed(strip: Strip, row: Row, line: int) -> Strip:
    """The strip with the place of each segment noted, so that the pointer can be traced."""
    at = -GUTTER - row.left
    segments: list[Segment] = []
    for text, style, _ in strip:
        place = Style.from_meta({"offset": Offset(at, line)})
        segments.append(Segment(text, (style or Style.null()) + place))
        at += len(text)
    return Strip(segments, strip.cell_length)


def with_end(strip: Strip, text: str, cells: int, style: Style, *, inset: int) -> Strip:
    """The strip with something over its right end.

    Args:
        strip: What is drawn so far.
        text: What to put there.
        cells: Columns that the text takes.
        style: Its style.
        inset: Columns that stay at the right.
    """
    width = strip.cell_length
    start = max(0, width - cells - inset)
    middle = Strip([Segment(text, style)], cells)
    return Strip.join([strip.crop(0, start), middle, strip.crop(width - inset, width)])


def hint(number: int) -> str:
    """The letter that picks a block of code; the blocks after the 26th have none."""
    return chr(ord("a") + number) if number < 26 else "·"
