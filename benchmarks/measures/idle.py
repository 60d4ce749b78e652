"""Nothing happens: nothing should be done."""

from __future__ import annotations

import time

from ..bench import Bench
from ..programs import APPLICATION, MINIMAL, Program
from ..rows import Row, row
from .streaming import warm_up


def sit_idle(bench: Bench, program: Program) -> tuple[float, float]:
    """Bytes that a program writes and processor seconds that it takes in 20 seconds of rest."""
    seconds = bench.size.idle_seconds
    with program.start(bench.home(), bench.service.url) as terminal:
        warm_up(bench, terminal)
        time.sleep(bench.size.rest_seconds)
        seen, cpu = len(terminal.output), terminal.cpu_seconds
        time.sleep(seconds)
        size, spent = len(terminal.output) - seen, terminal.cpu_seconds - cpu
    return size * 20 / seconds, spent * 20 / seconds


def measure_idle(bench: Bench) -> list[Row]:
    """Leave the application and the minimal one alone after an answer."""
    sizes: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    for program in (*bench.size.beside(MINIMAL), APPLICATION):
        size, seconds = sit_idle(bench, program)
        sizes[program.name], times[program.name] = [size], [seconds]
    return [
        row("idle", "20 s idle: bytes", "B", sizes, limit=0),
        row("idle", "20 s idle: CPU", "s", times, limit=bench.size.limit(0.1)),
    ]
