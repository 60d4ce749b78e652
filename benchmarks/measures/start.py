"""From the command to a prompt that takes keys, and to the first request."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from ..bench import Bench
from ..programs import APPLICATION, MINIMAL, READY, Program
from ..rows import Row, row

HEAVY: Final = (
    "groq",
    "httpx",
    "pydantic",
    "pygments.lexers",
    "tinydb",
    "markdown_it",
    "xllamacpp",
    "sqlite3",
)
"""What nobody should wait for before the first picture."""

_KEY: Final = "ჟ"
_IMPORT: Final = re.compile(rb"^import time: +\d+ \| +\d+ \| +([\w.]+)", re.MULTILINE)

_Growing = defaultdict[str, list[float]]


def measure_start(bench: Bench) -> list[Row]:
    """Start the application and the minimal one, and type into them at once."""
    echo: _Growing = defaultdict(list)
    memory: _Growing = defaultdict(list)
    asked: _Growing = defaultdict(list)
    for _ in range(bench.size.rounds * bench.size.starts):
        for program in (MINIMAL, APPLICATION):
            _start(bench, program, echo, memory)
            asked[program.name].append(_first_request(bench, program))
    names = imported_early(bench)
    heavy = {APPLICATION.name: [float(len(names))]}
    return [
        row("start", "start → a key is echoed", "ms", echo, limit=0.7, against="minimal"),
        row(
            "start",
            "heavy imports before the first picture",
            "",
            heavy,
            limit=0,
            note=" ".join(names),
        ),
        row("start", "“hi” + Enter at first sight → request", "ms", asked, limit=500),
        row("start", "memory at the prompt", "MB", memory, limit=None, against="minimal"),
    ]


def _start(bench: Bench, program: Program, echo: _Growing, memory: _Growing) -> None:
    """Start a program and note when it echoes a key, and its memory when all is still."""
    with program.start(bench.home(), bench.service.url) as terminal:
        terminal.sees(READY)
        seen = len(terminal.output)
        terminal.type(_KEY)
        shown = terminal.sees(_KEY, after=seen)
        echo[program.name].append((shown - terminal.started) * 1000)
        terminal.settle(0.6)
        memory[program.name].append(terminal.memory_megabytes)


def _first_request(bench: Bench, program: Program) -> float:
    """Milliseconds from the first sight of the prompt, typed into at once, to a request."""
    bench.service.order(rate=0, count=20)
    with program.start(bench.home(), bench.service.url) as terminal:
        terminal.sees(READY)
        typed = terminal.type("hi\r")
        return (bench.service.when("asked") - typed) * 1000


def imported_early(bench: Bench) -> list[str]:
    """Heavy packages that the application imports before it shows its prompt."""
    with APPLICATION.start(
        bench.home(), bench.service.url, python=("-X", "importtime")
    ) as terminal:
        terminal.sees(READY)
        return heavy_among(bytes(terminal.output).partition(READY.encode())[0])


def heavy_among(output: bytes) -> list[str]:
    """Heavy packages among the imports that the interpreter reported in this output."""
    names = {name.decode() for name in _IMPORT.findall(output.replace(b"\r", b""))}
    return [one for one in HEAVY if any(f"{name}.".startswith(f"{one}.") for name in names)]
