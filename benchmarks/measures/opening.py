"""Opening a conversation, long or short."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..archives import build_pair
from ..bench import Bench
from ..programs import APPLICATION, READY
from ..rows import OURS, Row, row

_SHORT: Final = "ᛊ short"
_LONG: Final = "ᛚ long"
_LAST: Final = "ᛉ"
_SWITCH: Final = "\x0f"


def open_conversation(bench: Bench, home: Path, name: str) -> tuple[float, float]:
    """Milliseconds from Enter to the last message's being shown, and memory after that."""
    with APPLICATION.start(home, bench.service.url) as terminal:
        terminal.sees(READY)
        terminal.sees(_SHORT)
        terminal.settle(1.0)
        seen = len(terminal.output)
        terminal.type(_SWITCH)
        terminal.sees(_SHORT, after=seen)
        terminal.type(name)
        terminal.settle(0.4)
        seen = len(terminal.output)
        begin = terminal.type("\r")
        shown = terminal.sees(_LAST, after=seen)
        terminal.settle(0.6)
        return (shown - begin) * 1000, terminal.memory_megabytes


def measure_opening(bench: Bench) -> list[Row]:
    """Open a very long conversation and a short one."""
    home = bench.home()
    build_pair(home / "data", (_LONG, bench.size.messages), (_SHORT, 20), _LAST)
    times: dict[str, list[float]] = {OURS: [], "20 messages": []}
    memory: dict[str, list[float]] = {OURS: [], "20 messages": []}
    more: list[float] = []
    for _ in range(bench.size.rounds * bench.size.starts):
        for key, name in (("20 messages", _SHORT), (OURS, _LONG)):
            time, megabytes = open_conversation(bench, home, name)
            times[key].append(time)
            memory[key].append(megabytes)
        more.append(memory[OURS][-1] - memory["20 messages"][-1])
    what = f"open {bench.size.messages:,} messages"
    return [
        row("open", what, "ms", times, limit=1.5, against="20 messages"),
        row("open", f"{what}: memory more than with 20", "MB", {OURS: more}, limit=20),
    ]
