"""What the terminal shows, and what has to be sent for it to show something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from .brush import Brush
from .cells import Cutter
from .pens import Pens
from .row import Row, Run
from .shift import Shift, find_shift

_SEQUENCE: Final = 20
"""Characters of the sequence that moves rows."""

_TEARING: Final = 3
"""What a character counts that has to be put right after rows were moved, where the terminal may
show the way there."""

Update = ChopsUpdate | LayoutUpdate
"""What Textual's compositor wants to be drawn."""


class Piece(NamedTuple):
    """A strip and where it goes."""

    x: int
    y: int
    strip: Strip


class Picture:
    """The rows last sent.

    Args:
        size: Columns and rows of the terminal.
        colours: The colours that it has.
    """

    def __init__(self, size: Size, colours: ColorSystem) -> None:
        self._pens = Pens(colours)
        self._cutter = Cutter(self._pens)
        self.size = size
        """Columns and rows of the terminal."""
        self.atomic = False
        """Whether the terminal shows a frame only when it is whole."""
        self._rows: list[Row] = []
        self.forget(size)

    @property
    def is_known(self) -> bool:
        """Whether it is known what every cell shows."""
        return all(row.is_known for row in self._rows)

    def forget(self, size: Size) -> None:
        """Know nothing any more, of a terminal of this size."""
        self.size = size
        self._rows = [Row.unknown(size.width, self._pens.plain) for _ in range(size.height)]

    def draw(self, update: Update) -> str:
        """What to send for an update to be seen; empty when it is seen already."""
        wanted: dict[int, Row] = {}
        columns: Counter[Run] = Counter()
        for x, y, strip in _pieces(update):
            if y >= len(self._rows):
                continue
            cells = self._cutter.cut(strip)
            if y not in wanted:
                wanted[y] = self._rows[y].copy()
            wanted[y].put(x, cells)
            columns[Run(x, x + len(cells.text))] += len(cells.text)
        changed = {y: row for y, row in wanted.items() if not row.is_like(self._rows[y])}
        if not changed:
            return ""
        sequence = None
        if len(changed) > 2:
            sequence = self._move(wanted, columns.most_common(1)[0][0])
        if sequence is None:
            sequence = self._render(self._rows, changed)
        for y, row in changed.items():
            self._rows[y] = row
        return sequence

    def _move(self, wanted: dict[int, Row], columns: Run) -> str | None:
        """The sequence that moves rows; `None` when that would not be worth it."""
        shift = find_shift(self._rows, wanted, columns)
        if shift is None:
            return None
        rows = self._moved(shift)
        involved = {y: self._rows[y] for y in range(shift.top, shift.bottom + 1)} | wanted
        involved = {y: row for y, row in sorted(involved.items()) if not row.is_like(rows[y])}
        start, end = columns
        torn = sum(
            _differences(rows[y].text[:start], row.text[:start]) for y, row in involved.items()
        )
        torn += sum(_differences(rows[y].text[end:], row.text[end:]) for y, row in involved.items())
        if torn * (1 if self.atomic else _TEARING) + _SEQUENCE > shift.saved:
            return None
        return self._render(rows, involved, shift)

    def _moved(self, shift: Shift) -> list[Row]:
        """The rows after the terminal has moved some."""
        rows = self._rows[:]
        for y in range(shift.top, shift.bottom + 1):
            inside = shift.top <= y + shift.rows <= shift.bottom
            rows[y] = (
                self._rows[y + shift.rows]
                if inside
                else Row.unknown(self.size.width, self._pens.plain)
            )
        return rows

    def _render(self, rows: list[Row], wanted: dict[int, Row], shift: Shift | None = None) -> str:
        """The sequence that makes rows as wanted, after rows were moved if they are to be."""
        brush = Brush(self._pens)
        if shift is not None:
            brush.scroll(shift)
        for y, row in wanted.items():
            for run in rows[y].changes(row):
                brush.draw(row, y, run)
        return brush.sequence


def _pieces(update: Update) -> Iterator[Piece]:
    """The strips of an update."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield from _beside(update.region.x, y, line)
    else:
        yield from _chops(update)


def _beside(x: int, y: int, line: Iterable[Strip]) -> Iterator[Piece]:
    for strip in line:
        yield Piece(x, y, strip)
        x += strip.cell_length


def _chops(update: ChopsUpdate) -> Iterator[Piece]:
    """The strips that overlap the spans to update, cut as Textual cuts them."""
    for y, first, last in update.spans:
        chops = update.chops[y].items()
        for end, (x, strip) in zip(update.chop_ends[y], chops, strict=False):
            if strip is not None and x <= last and end > first:
                yield Piece(x, y, strip.crop(0, min(end, last) - x))


def _differences(one: list[str], other: list[str]) -> int:
    """In how many places two lists differ."""
    return 0 if one == other else sum(a != b for a, b in zip(one, other, strict=True))
