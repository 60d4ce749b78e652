"""Very much at once: one very long message, very many conversations, very many of one name."""

from __future__ import annotations

from typing import Final

from ..bench import Bench
from ..rows import OURS, Row, row
from .storing import run_module

_ROWS: Final = (
    ("open", "a message of 5 MB is opened: the loop waits", "ms", 100),
    ("index", "it is indexed: the loop waits", "ms", 100),
    ("order", "a list of 100,000 is ordered: the loop waits", "ms", 100),
    ("name", "one of many of one name is made", "ms", None),
    ("memory", "memory for all that", "MB", None),
)


def measure_heavy(bench: Bench) -> list[Row]:
    """Do all this in new processes, in as many rounds as are made."""
    found = [
        run_module("benchmarks.heavy", str(bench.directory / f"heavy-{number}"))
        for number in range(bench.size.rounds)
    ]
    return [
        row("heavy", what, unit, {OURS: [each[key] for each in found]}, limit=limit)
        for key, what, unit, limit in _ROWS
    ]
