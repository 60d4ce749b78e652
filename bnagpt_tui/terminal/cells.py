"""Strips as cells: what stands in each column, and with which pen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.strip import Strip

from bnagpt_tui.backend.marks import uncrowded

from .drawable import drawable
from .pens import Pen, Pens

_MOST_STRIPS: Final = 1024
"""Strips of which the cells are remembered."""

_NARROW: Final = frozenset(
    chr(code)
    for first, last in (
        (0x20, 0x7E),
        (0xA0, 0xAC),
        (0xAE, 0x2FF),
        (0x370, 0x482),
        (0x48A, 0x52F),
        (0x2010, 0x2027),
        (0x2030, 0x205E),
        (0x20A0, 0x20C0),
        (0x2190, 0x2193),
        (0x2200, 0x22FF),
        (0x2500, 0x25A9),
        (0x25B2, 0x25B5),
        (0x25B7, 0x25BF),
        (0x25C1, 0x25FA),
        (0x2605, 0x2606),
        (0x2713, 0x2713),
        (0x2717, 0x2717),
        (0x2800, 0x28FF),
    )
    for code in range(first, last + 1)
)
"""Characters of which every terminal agrees that they take one column."""

_WIDE: Final = (
    "\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3131-\u318e\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60\uffe0-\uffe6"
)
"""Those of which they agree that they take two; of all others, joined characters and emoji above
all, they are in doubt."""


class Cells(NamedTuple):
    """What stands in some columns beside each other."""

    text: list[str]
    """The character of each; empty for the right half of a wide one."""
    pens: list[Pen]
    """The pen of each; a hollow one for blanks."""
    doubtful: bool
    """Whether a terminal may take another width for the text: it is one cell then, with more
    columns than it has."""


class Cutter:
    """Cuts strips into cells.

    Args:
        pens: The pens of the terminal.
    """

    def __init__(self, pens: Pens) -> None:
        self._pens = pens
        self._known: dict[int, tuple[Strip, Cells]] = {}

    def cut(self, strip: Strip) -> Cells:
        """The cells of a strip, which are not to be changed."""
        known = self._known.get(id(strip))
        if known is not None and known[0] is strip:
            return known[1]
        if len(self._known) >= _MOST_STRIPS:
            self._known.clear()
        cells = self._cut(strip)
        # The strip is kept, so that no other one gets its id.
        self._known[id(strip)] = strip, cells
        return cells

    def _cut(self, strip: Strip) -> Cells:
        text: list[str] = []
        pens: list[Pen] = []
        doubtful = False
        for part, style, control in strip:
            if not part or control:
                continue
            pen = self._pens.of(style)
            if _NARROW.issuperset(part):
                text += part
            elif _NARROW.issuperset(re.sub(f"[{_WIDE}]", "", part)):
                text += _halves(part)
            else:
                doubtful = True
                _add_doubtful(text, drawable(part), cell_len(part))
            pens += [pen] * (len(text) - len(pens))
        blank = [pen.blank if char == " " else pen for char, pen in zip(text, pens, strict=True)]
        return Cells(text, blank, doubtful)


def _add_doubtful(text: list[str], part: str, columns: int) -> None:
    """Add text as one cell; what takes no column goes to the character before it.

    Args:
        text: The cells so far.
        part: What is drawn.
        columns: Those that it was laid out in.
    """
    if columns:
        text += (part, *[""] * (columns - 1))
    elif text:
        last = next(place for place in range(len(text) - 1, -1, -1) if text[place])
        text[last] = uncrowded(text[last] + part)


def _halves(text: str) -> Iterable[str]:
    """The characters, each of the wide ones with an empty right half."""
    for char in text:
        yield char
        if char > "\u3000":
            yield ""
