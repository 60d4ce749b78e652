"""Finds rows that stand elsewhere than before, so that the terminal can move them itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from .row import Row, Run

_WORTH: Final = 40
"""Characters that have to be moved for it to be worth looking at."""


class Shift(NamedTuple):
    """Rows that moved together."""

    top: int
    """The first row of those that take part."""
    bottom: int
    """The last one."""
    rows: int
    """How far they moved up; negative for down."""
    saved: int
    """Characters that need not be sent."""


def find_shift(old: list[Row], new: Mapping[int, Row], columns: Run) -> Shift | None:
    """The move that leaves the least to send.

    Args:
        old: All rows as they are.
        new: The rows as they are to be, by number.
        columns: Where to look: other columns are drawn again where they do not fit.
    """
    start, end = columns
    places: defaultdict[str, list[int]] = defaultdict(list)
    for y in new:
        places["".join(old[y].text[start:end])].append(y)
    votes: Counter[int] = Counter()
    matches: defaultdict[int, list[int]] = defaultdict(list)
    for y, row in new.items():
        text = "".join(row.text[start:end])
        size = len(text.rstrip())
        for before in places.get(text, ()) if size else ():
            votes[before - y] += size
            matches[before - y].append(y)
    stay = votes.pop(0, 0)
    if not votes:
        return None
    rows, moved = votes.most_common(1)[0]
    if moved - stay < _WORTH:
        return None
    first, last = min(matches[rows]), max(matches[rows])
    return Shift(min(first, first + rows), max(last, last + rows), rows, moved - stay)
