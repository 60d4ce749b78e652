"""Markdown as rows of styled text, drawn while it arrives."""

from __future__ import annotations

from .highlight import highlight
from .inline import ADDRESS
from .palette import Palette
from .parser import parser
from .rows import EMPTY, Row, Run, prefixed, row_of, wrap
from .stream import MarkdownView

__all__ = [
    "ADDRESS",
    "EMPTY",
    "MarkdownView",
    "Palette",
    "Row",
    "Run",
    "prefixed",
    "prepare",
    "row_of",
    "wrap",
]


def prepare() -> None:
    """Import what the first text with code needs.

    Never required and never harmful; it takes about a tenth of a second and may run in a thread.
    """
    parser()
    highlight("pass", "python", Palette())
