"""The one way of text to the terminal: whatever a widget draws, nothing commands the terminal.

Text keeps the columns that it was laid out in.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, InlineUpdate, LayoutUpdate
from textual.strip import Strip

from bnagpt_tui.backend.marks import uncrowded
from bnagpt_tui.backend.text import CONTROLS, REPLACEMENT, without_tags

LONGEST_LINK: Final = 2000
"""Characters of an address that a terminal is told; a longer one is text without a link."""

_REFUSED: Final = re.compile(f"[\t\n{CONTROLS}]")
_ADDRESS: Final = "".join(map(chr, range(0x21, 0x7F)))


def drawable(text: str) -> str:
    """The text without what a terminal would obey, or what would flood it.

    Args:
        text: A segment's text, whoever made it.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _REFUSED.sub(_stand_in, text)
    return text if text.isascii() else uncrowded(without_tags(text))


def _stand_in(match: re.Match[str]) -> str:
    """As many columns as the character was given: most controls have none, and vanish."""
    return REPLACEMENT * get_character_cell_size(match.group())


def link_of(style: Style) -> str:
    """The address of a style's link as the terminal may be told it; empty for none."""
    link = style.link
    if not link or len(link) > LONGEST_LINK:
        return ""
    return quote(link, safe=_ADDRESS, errors="replace")


def drawable_strip(strip: Strip) -> Strip:
    """The strip with drawable text, and links that end where they should."""
    segments = list(strip)
    made = [_segment(each) for each in segments if not each.control]
    return strip if made == segments else Strip(made, strip.cell_length)


def _segment(segment: Segment) -> Segment:
    text, style, _ = segment
    text = drawable(text)
    if style is not None and style.link and style.link != (link := link_of(style)):
        style = style.update_link(link or None)
    return Segment(text, style)


def drawable_update(update: object) -> ChopsUpdate | LayoutUpdate | InlineUpdate | None:
    """The update with strips that can be drawn; `None` for what is none of Textual's updates."""
    if isinstance(update, ChopsUpdate):
        chops = [
            {x: strip and drawable_strip(strip) for x, strip in line.items()}
            for line in update.chops
        ]
        return ChopsUpdate(chops, update.spans, update.chop_ends)
    if isinstance(update, LayoutUpdate):
        return LayoutUpdate(
            [list(map(drawable_strip, row)) for row in update.strips], update.region
        )
    if isinstance(update, InlineUpdate):
        return InlineUpdate(list(map(drawable_strip, update.strips)), update.clear)
    return None
