"""How long huge messages hold the event loop."""

from __future__ import annotations

from ..bench import Bench
from ..rows import OURS, Row, row
from .storing import run_module

LIMIT = 100
"""Milliseconds that one step of the loop may take."""


def measure_freezes(bench: Bench) -> list[Row]:
    """Show huge messages, stored and streamed."""
    longest: dict[str, list[float]] = {}
    for _ in range(bench.size.rounds):
        found: dict[str, float] = run_module("benchmarks.freezing")
        for what, milliseconds in found.items():
            longest.setdefault(what, []).append(milliseconds)
    return [
        row("freezes", f"{what}: longest hold", "ms", {OURS: samples}, limit=LIMIT)
        for what, samples in longest.items()
    ]
