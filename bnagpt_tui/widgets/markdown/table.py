"""Tables: beside each other where they fit, folded to one row per cell where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment

from .palette import Palette
from .rows import EMPTY, Row, Run, prefixed, wrap

NARROWEST_COLUMN: Final = 10
"""Columns narrower than this are not made by wrapping: the table is folded before."""

_GAP: Final = " │ "
_INDENT: Final = "  "


class Table(NamedTuple):
    """The cells of a table."""

    head: list[list[Run]]
    """The cells of the first row."""
    body: list[list[list[Run]]]
    """The cells of the other rows."""
    alignments: list[str]
    """`left`, `right` or `center` for each column."""
    is_begun: bool = False
    """Whether its first row was drawn before, with what came before these rows."""


def table_rows(table: Table, width: int, palette: Palette) -> list[Row]:
    """The rows of a table in at most `width` columns."""
    natural = [
        max(_cell_width(row[column]) for row in (table.head, *table.body))
        for column in range(len(table.head))
    ]
    widths = fitted(natural, width - len(_GAP) * (len(natural) - 1))
    if widths is None:
        return _folded(table, width, palette)
    rows: list[Row] = []
    if not table.is_begun:
        rule = "─┼─".join("─" * size for size in widths)
        rows += _laid_out(table.head, widths, table.alignments, palette)
        rows.append(Row((Segment(rule, palette.frame),), cell_len(rule), len(rule)))
    for cells in table.body:
        rows.extend(_laid_out(cells, widths, table.alignments, palette))
    return rows


def fitted(natural: Sequence[int], width: int) -> list[int] | None:
    """The widths that columns get, or `None` when they had to be too narrow to read.

    Args:
        natural: The width that each column would like.
        width: Columns for all of them together.
    """
    widths = [max(1, size) for size in natural]
    excess = sum(widths) - width
    while excess > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= NARROWEST_COLUMN:
            return None
        others = max((size for size in widths if size < widths[widest]), default=0)
        cut = min(excess, widths[widest] - max(others, NARROWEST_COLUMN) or 1)
        widths[widest] -= cut
        excess -= cut
    return widths


def _cell_width(cell: Sequence[Run]) -> int:
    text = "".join(text for text, _ in cell)
    return max(cell_len(line) for line in text.split("\n"))


def _laid_out(
    cells: Sequence[Sequence[Run]],
    widths: Sequence[int],
    alignments: Sequence[str],
    palette: Palette,
) -> list[Row]:
    """One row of a table: as many rows as its tallest cell needs."""
    columns = [wrap(cell, max(2, size)) for cell, size in zip(cells, widths, strict=True)]
    rows: list[Row] = []
    for line in range(max(map(len, columns))):
        segments: list[Segment] = []
        total = 0
        for number, (column, size) in enumerate(zip(columns, widths, strict=True)):
            if number:
                segments.append(Segment(_GAP, palette.frame))
            row = column[line] if line < len(column) else EMPTY
            before, after = _padding(size - row.cells, alignments[number])
            segments += (Segment(before, palette.text), *row.segments, Segment(after, palette.text))
            total += len(before) + row.cells + len(after)
        drawn = tuple(segment for segment in segments if segment.text)
        last = len(segments[-1].text)
        rows.append(Row(drawn, total + len(_GAP) * (len(widths) - 1), right=last))
    return rows


def _padding(free: int, alignment: str) -> tuple[str, str]:
    free = max(0, free)
    before = {"right": free, "center": free // 2}.get(alignment, 0)
    return " " * before, " " * (free - before)


def _folded(table: Table, width: int, palette: Palette) -> list[Row]:
    """Each cell on a row of its own, after the name of its column."""
    rows: list[Row] = []
    nothing: list[list[Run]] = [[] for _ in table.head]
    for number, cells in enumerate(table.body or [nothing]):
        if number or table.is_begun:
            rule = "─" * min(width, 20)
            rows.append(Row((Segment(rule, palette.frame),), len(rule), len(rule)))
        for name, cell in zip(table.head, cells, strict=True):
            runs = [*name, (": " if name else "", palette.dim), *cell]
            whole = wrap(runs, max(2, width))
            if len(whole) > 1:
                first, *others = wrap(runs, max(2, width - len(_INDENT)))
                indent = (_INDENT, palette.text)
                whole = [first, *prefixed(others, indent, indent, copied=False)]
            rows.extend(whole)
    return rows
