"""Reading a long conversation over a line of 64 kbit/s."""

from __future__ import annotations

import time
from typing import Final

from ..archives import build_pair
from ..bench import Bench
from ..programs import APPLICATION, READY
from ..rows import OURS, Row, row
from ..terminal import Terminal

RATE: Final = 8_000
"""Bytes a second: 64 kbit/s."""

_LONG: Final = "ᛚ long"
_SHORT: Final = "ᛊ short"
_LAST: Final = "ᛉ"
_TO_MESSAGES: Final = "\t"
_PAGE_UP: Final = "\x1b[5~"
_SWITCH: Final = "\x0f"
_PRESSES: Final = 15
_BETWEEN: Final = 0.1
"""Seconds between two presses of a key that is held down."""


def _rest(terminal: Terminal) -> float:
    """When the last byte came, nothing having followed it for a while."""
    terminal.settle(0.6, 6.0)
    return terminal.stamp(len(terminal.output))


def _page(terminal: Terminal, presses: int) -> tuple[float, float]:
    """Milliseconds from the last press to the last byte, and bytes of all of it."""
    seen = len(terminal.output)
    for _ in range(presses):
        pressed = terminal.type(_PAGE_UP)
        time.sleep(_BETWEEN if presses > 1 else 0)
    return (_rest(terminal) - pressed) * 1000, len(terminal.output) - seen


def measure_thin(bench: Bench) -> list[Row]:
    """Open a very long conversation over a thin line, turn a page, and hold the key down."""
    home = bench.home()
    build_pair(home / "data", (_LONG, bench.size.messages), (_SHORT, 20), _LAST)
    opened: list[float] = []
    page: list[float] = []
    size: list[float] = []
    held: list[float] = []
    for _ in range(bench.size.rounds):
        with APPLICATION.start(home, bench.service.url, rate=RATE) as terminal:
            terminal.sees(READY)
            terminal.sees(_SHORT)
            _rest(terminal)
            terminal.type(_SWITCH)
            _rest(terminal)
            terminal.type(_LONG)
            _rest(terminal)
            seen = len(terminal.output)
            chosen = terminal.type("\r")
            opened.append((terminal.sees(_LAST, after=seen) - chosen) * 1000)
            terminal.type(_TO_MESSAGES)
            _rest(terminal)
            time_, bytes_ = _page(terminal, 1)
            page.append(time_)
            size.append(bytes_)
            held.append(_page(terminal, _PRESSES)[0])
    line = "64 kbit/s"
    return [
        row(
            "thin",
            f"{line}: open {bench.size.messages:,} messages",
            "ms",
            {OURS: opened},
            limit=None,
        ),
        row("thin", f"{line}: a page up, all of it shown", "ms", {OURS: page}, limit=None),
        row("thin", f"{line}: the same: bytes", "B", {OURS: size}, limit=None),
        row("thin", f"{line}: the key held, let go → at rest", "ms", {OURS: held}, limit=None),
    ]
