"""What every measurement is given: the server, a place for files, and how much to do."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from .programs import Program
from .rows import Row
from .service import Service


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    tokens: int
    """Of the answer that is streamed."""
    conversations: int
    """Of the large archive."""
    messages: int
    """Of the long conversation."""
    idle_seconds: float
    rest_seconds: float
    """Before the idle time, for what still goes on after an answer."""
    starts: int
    """How often in a round a program is started to see how long that takes."""
    is_whole: bool
    """Whether there is as much of everything as the budgets speak of."""

    def limit(self, budget: float) -> float | None:
        """A budget that holds only where there is as much of everything as it speaks of."""
        return budget if self.is_whole else None

    def beside(self, *references: Program) -> tuple[Program, ...]:
        """References that no budget needs, where there is time for them."""
        return references if self.is_whole else ()


FULL = Size(
    rounds=3,
    tokens=4_000,
    conversations=10_000,
    messages=10_000,
    idle_seconds=20.0,
    rest_seconds=2.0,
    starts=3,
    is_whole=True,
)
"""What the budgets speak of."""

QUICK = Size(
    rounds=1,
    tokens=800,
    conversations=500,
    messages=2_000,
    idle_seconds=4.0,
    rest_seconds=1.5,
    starts=1,
    is_whole=False,
)
"""A look within a minute. Little is stored and little is streamed: not all can be judged."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The surroundings of a measurement."""

    service: Service
    size: Size
    directory: Path
    """Where files may be made; it is removed at the end."""

    def home(self) -> Path:
        """A new, empty home for a program."""
        return Path(tempfile.mkdtemp(prefix="home-", dir=self.directory))


Measure: TypeAlias = Callable[[Bench], Sequence[Row]]
"""Measures the rows of one name."""
