"""A part of a long text: where it is cut, and how it goes on."""

from __future__ import annotations

from typing import Final, NamedTuple

FENCE: Final = "fence"
"""A part that begins inside a block of code."""

TABLE: Final = "table"
"""A part that begins inside a table."""

PARAGRAPH: Final = "paragraph"
"""A part that begins inside a block of running text."""

LIST: Final = "list"
"""A part that begins inside an item of a list."""

EMPTY_ITEM: Final = "\ufeff"
"""What an item says that only stands for one in another part."""

FILLER: Final = "\ufeff" * 5_001
"""Stands for the beginning of a paragraph that is too long to be looked into.

No text that is drawn holds this character: it is taken out before.
"""


class Part(NamedTuple):
    """A piece of a text that is drawn by itself."""

    text: str
    """A text that holds the piece."""
    start: int
    """Where the piece begins in it."""
    end: int
    """Where it ends."""
    kind: str = ""
    """What it begins inside of: `FENCE`, `TABLE`, `LIST`, `PARAGRAPH`, or nothing."""
    prefix: str = ""
    """What has to stand before it for it to be read as what it is."""
    apart: bool = False
    """Whether a blank row stands before it."""
    joint: str = "\n"
    """What stands between its last row and the next part when both are copied."""
    is_cut_code: bool = False
    """Whether the next part goes on with the code that this one ends with."""
    is_all_code: bool = False
    """Whether it is nothing but lines of code that begins before it and goes on after it."""

    @property
    def source(self) -> str:
        """The piece."""
        return self.text[self.start : self.end]
