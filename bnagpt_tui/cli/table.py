"""Columns that line up, whatever characters are in them, and moments as people say them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from ..backend.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

GAP: Final = "  "
"""What stands between two columns."""

_NO_WIDTH: Final = {"Mn", "Me", "Cf"}

_STEPS: Final = ((86_400, "d"), (3600, "h"), (60, "m"))


def width(text: str) -> int:
    """How many columns of a terminal a line takes: two for each wide character."""
    return sum(_cells(character) for character in text)


def fit(text: str, columns: int) -> str:
    """The text on one line that takes exactly so many columns: padded, or cut with `…`."""
    text = one_line(text, 1000)
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def table(rows: Iterable[Sequence[str]], most: int = 60) -> list[str]:
    """The rows as lines, each column as wide as its widest cell.

    Args:
        rows: Cells; every row has as many.
        most: Columns of the terminal that a cell may take; longer ones are cut.
    """
    rows = [[one_line(cell, 1000) for cell in row] for row in rows]
    widths = [min(max(map(width, column)), most) for column in zip(*rows, strict=True)]
    return [
        GAP.join(fit(cell, wide) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def ago(moment: datetime, present: datetime) -> str:
    """How long ago a moment was, as in `5m`; its date when that is over 30 days."""
    passed: timedelta = present - moment
    if passed.days > 30:
        return moment.astimezone().strftime("%Y-%m-%d")
    seconds = passed.total_seconds()
    for step, letter in _STEPS:
        if seconds >= step:
            return f"{int(seconds // step)}{letter}"
    return "now"


def _cells(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
