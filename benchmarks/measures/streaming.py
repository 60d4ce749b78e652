"""An answer as it streams in: how late it shows, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..answer import FIRST, LAST
from ..bench import Bench
from ..programs import APPLICATION, LITE, MINIMAL, RAW, READY, Program
from ..rows import Row, row
from ..terminal import Terminal


@dataclass(frozen=True, slots=True)
class Streamed:
    """What one answer took."""

    first: float
    """Milliseconds from the first token's leaving the server to its being shown."""
    last: float
    """The same of the last token."""
    whole: float
    """Milliseconds from the first token's leaving to the last one's being shown."""
    cpu: float
    """Processor seconds for 1,000 tokens, until nothing moves any more."""
    size: float
    """Bytes to the terminal for each token, until nothing moves any more."""


_WARM: Final = "ᛞ"
"""The last letter of the first answer."""

Answers = dict[str, list[Streamed]]
"""What the answers of each program took, round by round."""


def warm_up(bench: Bench, terminal: Terminal) -> None:
    """Ask a first question, so that everything is loaded and connected."""
    terminal.sees(READY)
    bench.service.order(rate=0, count=40, first="ᚹ", last=f" {_WARM}")
    terminal.type("warm up\r")
    terminal.sees(_WARM)
    terminal.settle(0.6)


def stream(bench: Bench, program: Program, rate: float, seconds: float = 240.0) -> Streamed:
    """Have a program show an answer.

    Args:
        bench: The surroundings.
        program: Which.
        rate: Tokens each second; 0 for all at once.
        seconds: How long to wait for the last token to show.
    """
    service, count = bench.service, bench.size.tokens
    with program.start(bench.home(), service.url) as terminal:
        warm_up(bench, terminal)
        service.order(rate=rate, count=count)
        seen, cpu = len(terminal.output), terminal.cpu_seconds
        terminal.type("and now the long one\r")
        sent_first = service.when("first")
        sent_last = service.when("last", seconds=seconds)
        # All at once, the first token may be out of view before there is time to draw it.
        first = terminal.sees(FIRST, after=seen) if rate else sent_first
        last = terminal.sees(LAST.strip(), after=seen, seconds=seconds)
        terminal.settle(0.6)
        return Streamed(
            first=(first - sent_first) * 1000,
            last=(last - sent_last) * 1000,
            whole=(last - sent_first) * 1000,
            cpu=(terminal.cpu_seconds - cpu) / count * 1000,
            size=(len(terminal.output) - seen) / count,
        )


def stream_all(bench: Bench, programs: tuple[Program, ...], rate: float) -> Answers:
    """Have several programs show the answer, one after the other, in each round."""
    answers: Answers = {program.name: [] for program in programs}
    for _ in range(bench.size.rounds):
        for program in programs:
            answers[program.name].append(stream(bench, program, rate))
    return answers


def _of(answers: Answers, field: str, *hidden: Program) -> dict[str, list[float]]:
    """One figure of the answers of all programs but the hidden ones."""
    return {
        name: [getattr(one, field) for one in each]
        for name, each in answers.items()
        if name not in {program.name for program in hidden}
    }


def measure_burst(bench: Bench) -> list[Row]:
    """Have the whole answer come at once."""
    answers = stream_all(bench, (RAW, MINIMAL, APPLICATION), 0)
    what = f"{bench.size.tokens:,} tokens at once, all shown"
    return [
        row("burst", what, "ms", _of(answers, "whole"), limit=1.2, against="raw"),
        row("burst", "the same: CPU / 1,000", "s", _of(answers, "cpu"), limit=None, against="raw"),
    ]


def measure_rate(bench: Bench) -> list[Row]:
    """Have the answer come at 500 tokens a second."""
    answers = stream_all(bench, (RAW, *bench.size.beside(MINIMAL), APPLICATION, LITE), 500)
    lite = {APPLICATION.name: _of(answers, "size")[LITE.name]}
    return [
        row("rate", "first token sent → shown", "ms", _of(answers, "first", LITE), limit=15),
        row("rate", "500 tok/s: last sent → shown", "ms", _of(answers, "last", LITE), limit=50),
        row(
            "rate",
            "500 tok/s: CPU / 1,000 tokens",
            "s",
            _of(answers, "cpu"),
            limit=bench.size.limit(1.5),
            against="raw",
        ),
        row("rate", "500 tok/s: bytes a token", "B", _of(answers, "size", LITE), limit=120),
        row("rate", "500 tok/s: bytes a token, --lite", "B", lite, limit=30),
    ]


def measure_fast(bench: Bench) -> list[Row]:
    """Have the answer come at 1,000 tokens a second."""
    answers = stream_all(bench, (RAW, *bench.size.beside(MINIMAL), APPLICATION), 1_000)
    return [row("fast", "1,000 tok/s: last sent → shown", "ms", _of(answers, "last"), limit=50)]
