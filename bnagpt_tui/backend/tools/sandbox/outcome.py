"""What an interpreter is to the sandbox, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from ..base import ProducedFile

Report: TypeAlias = Callable[[str], None]
"""Takes output as it comes."""


ENDED: Final = "What was defined before is gone."
"""What is said when an interpreter has ended with what it ran."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a run hands back of the files that it made or changed."""

    files: tuple[ProducedFile, ...] = ()
    left_out: tuple[str, ...] = ()
    """The names of files that were too many or too large."""
    unkept: tuple[str, ...] = ()
    """The names of files that are gone with the interpreter: too deep, too large, or no files."""
    trouble: str = ""
    """Why none could be kept; empty if they were."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run beside its output."""

    value: str = ""
    """The last expression's value, as the interpreter writes it; empty for none."""
    error: str = ""
    """The traceback, or why the run was ended; empty when it came to its end."""
    returned: Returned = Returned()
    """The files that it has made or changed."""


class Interpreter(Protocol):
    """Runs code, and remembers what earlier code defined."""

    async def run(self, code: str, report: Report) -> Outcome:
        """Run code; when it is cancelled, the code has stopped before it returns."""
        ...

    async def aclose(self) -> None:
        """End it and everything it started."""
        ...
