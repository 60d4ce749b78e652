"""Typing while an answer streams in."""

from __future__ import annotations

import time
from itertools import cycle
from typing import Final

from ..answer import FIRST
from ..bench import Bench
from ..programs import APPLICATION, MINIMAL, Program
from ..rows import Row, percentile, row
from .streaming import warm_up

_KEYS: Final = "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփք"
"""Letters that stand nowhere else: where one shows, its key was echoed."""

_PAUSES: Final = (0.071, 0.113, 0.089, 0.131, 0.097)
"""Seconds between two keys, uneven so that they meet no frame clock in step."""

RATE: Final = 500
"""Tokens each second."""


def type_while_streaming(bench: Bench, program: Program) -> list[float]:
    """Milliseconds from each key to its echo."""
    found = []
    with program.start(bench.home(), bench.service.url) as terminal:
        warm_up(bench, terminal)
        bench.service.order(rate=RATE, count=bench.size.tokens)
        seen = len(terminal.output)
        terminal.type("and now the long one\r")
        first = terminal.sees(FIRST, after=seen)
        until = first + bench.size.tokens / RATE - 0.1
        for key, pause in zip(_KEYS, cycle(_PAUSES), strict=False):
            time.sleep(pause)
            if time.monotonic() > until:
                break
            seen = len(terminal.output)
            found.append(-terminal.type(key) + terminal.sees(key, after=seen))
    return [seconds * 1000 for seconds in found]


def measure_echo(bench: Bench) -> list[Row]:
    """Type into the application and the minimal one while they stream."""
    middle: dict[str, list[float]] = {}
    slow: dict[str, list[float]] = {}
    for program in (*bench.size.beside(MINIMAL), APPLICATION):
        middle[program.name], slow[program.name] = [], []
        for _ in range(bench.size.rounds):
            found = type_while_streaming(bench, program)
            middle[program.name].append(percentile(found, 0.5))
            slow[program.name].append(percentile(found, 0.95))
    return [
        row("echo", "key → echo at 500 tok/s, p50", "ms", middle, limit=15),
        row("echo", "key → echo at 500 tok/s, p95", "ms", slow, limit=35),
    ]
