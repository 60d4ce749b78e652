"""The sandbox: an interpreter for each conversation, of the best kind that works here."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from ...errors import ToolError
from ..base import ToolResult
from .bubblewrap import Bubblewrap
from .groups import Groups, ways
from .monty import Monty, is_installed
from .options import SandboxOptions
from .outcome import Interpreter, Outcome, Report
from .pythons import pythons
from .scratch import Scratch
from .walls import Walls

INSTALL: Final = (
    "Code is run in a sandbox only, and there is none here: install bubblewrap "
    "(apt install bubblewrap), or pip install 'bnagpt-tui[sandbox]'."
)
"""What to do where nothing can run code."""

_Factory: TypeAlias = Callable[[Scratch], Interpreter]


class Sandbox:
    """Runs code, one run at a time in each conversation.

    Args:
        options: The kind, the place and the limits.
    """

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._choosing = asyncio.Lock()
        self._factory: _Factory | None = None
        self._title = ""
        self._walls: Walls | None = None
        self._interpreters: OrderedDict[str, Interpreter] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def describe(self) -> tuple[str, bool]:
        """What runs code here, or what to install, in a sentence; and whether any does."""
        try:
            await self._choose()
        except ToolError as error:
            return str(error), False
        return self._title, True

    def weaknesses(self) -> list[str]:
        """What does not hold here that holds elsewhere, after `describe`; a sentence for each."""
        found = []
        if self._walls and not self._walls.program:
            found.append(
                "System calls are not filtered: neither this processor's nor this kernel's can be. "
                "Code may reach parts of the kernel that it has no need of."
            )
        if self._walls and not self._walls.groups:
            found.append(
                "There is no control group to be had: memory that all processes of a run take "
                "together is looked at ten times a second, in place of being bounded."
            )
        return found

    async def run(
        self, conversation_id: str, code: str, report: Report, *, fresh: bool = False
    ) -> ToolResult:
        """Run code in a conversation's interpreter.

        Args:
            conversation_id: Whose.
            code: Python.
            report: Takes what is printed, as it comes.
            fresh: Whether what earlier code defined is forgotten first.

        Raises:
            ToolError: Nothing here can run code.
        """
        factory = await self._choose()
        try:
            return await self._run(factory, conversation_id, code, report, fresh=fresh)
        finally:  # also where it failed: or else its place would be taken for ever
            await self._end_unused()

    async def _run(
        self, factory: _Factory, conversation_id: str, code: str, report: Report, *, fresh: bool
    ) -> ToolResult:
        """Run code in a conversation's interpreter, which is made with its first run."""
        async with self._locks.setdefault(conversation_id, asyncio.Lock()):
            if fresh:
                await self._end(conversation_id)
            interpreter = self._interpreters.get(conversation_id)
            if interpreter is None:
                scratch = Scratch(self._options, conversation_id)
                await asyncio.to_thread(scratch.prune)
                interpreter = self._interpreters[conversation_id] = factory(scratch)
            self._interpreters.move_to_end(conversation_id)
            printed = _Printed(report, self._options.output_characters)
            outcome = await interpreter.run(code, printed.take)
        return _result(printed.text(), outcome)

    async def reset(self, conversation_id: str) -> None:
        """Forget what a conversation's code has defined."""
        async with self._locks.setdefault(conversation_id, asyncio.Lock()):
            await self._end(conversation_id)

    async def aclose(self) -> None:
        """End every interpreter and everything they started."""
        for conversation_id in list(self._interpreters):
            await self._end(conversation_id)

    async def _end(self, conversation_id: str) -> None:
        interpreter = self._interpreters.pop(conversation_id, None)
        if interpreter:
            await interpreter.aclose()

    async def _end_unused(self) -> None:
        """End the interpreters that were not used for the longest time, if there are too many."""
        idle = [key for key in self._interpreters if not self._locks[key].locked()]
        surplus = len(self._interpreters) - self._options.interpreters
        for conversation_id in idle[: max(0, surplus)]:
            await self._end(conversation_id)

    async def _choose(self) -> _Factory:
        """What makes interpreters, found out with the first run.

        Raises:
            ToolError: Nothing here can run code.
        """
        async with self._choosing:
            if self._factory is None:
                self._factory = await self._found()
            return self._factory

    async def _found(self) -> _Factory:
        kind = self._options.kind
        if kind in {"auto", "bwrap"} and (walls := await self._found_walls()):
            self._walls = walls
            self._title = f"Code runs in bubblewrap, by {walls.python.program}."
            return lambda scratch: Bubblewrap(walls, self._options, scratch)
        if kind in {"auto", "monty"} and await self._monty_works():
            self._title = "Code runs in pydantic-monty, a small Python without files."
            return lambda _scratch: Monty(self._options)
        raise ToolError(INSTALL)

    async def _monty_works(self) -> bool:
        """Whether `pydantic-monty` is there, tried as it will be used."""
        if not await asyncio.to_thread(is_installed):
            return False
        trial = Monty(replace(self._options, seconds=10.0))
        try:
            return (await trial.run("20 + 22", _ignore)).value == "42"
        finally:
            await trial.aclose()

    async def _found_walls(self) -> Walls | None:
        """The best walls that can be had here, tried as they will be used; `None` for none."""
        if shutil.which("bwrap") is None:
            return None
        options = self._options
        private = (*options.private, options.scratch)
        found = await asyncio.to_thread(list, pythons(options.environment, private))
        groups: list[Groups | None] = [*await asyncio.to_thread(list, ways()), None]
        for filters in (True, False):
            for python in found:
                for group in groups:
                    walls = Walls(python, filters, group)
                    if bool(walls.program) == filters and await self._hold(walls):
                        return walls
        return None

    async def _hold(self, walls: Walls) -> bool:
        """Whether code runs behind these walls, and the filter is there if it should be."""
        with tempfile.TemporaryDirectory(prefix="bnagpt-") as directory:
            options = replace(self._options, scratch=Path(directory), seconds=10.0)
            trial = Bubblewrap(walls, options, Scratch(options, "trial"))
            try:
                outcome = await trial.run(_TRIAL, _ignore)
            finally:
                await trial.aclose()
        return outcome.value == ("42, 2" if walls.filters else "42, 0").join("''")


_TRIAL: Final = """
with open("/proc/self/status") as status:
    mode = [line.split()[1] for line in status if line.startswith("Seccomp:")]
f"{20 + 22}, {(mode or ['0'])[0]}"
"""
"""Code that tells whether code runs, and whether its system calls are filtered."""


class _Printed:
    """What was printed, up to a limit."""

    def __init__(self, report: Report, most: int) -> None:
        self._report = report
        self._most = most
        self._pieces: list[str] = []
        self._size = 0

    def take(self, text: str) -> None:
        """Take more, and pass it on."""
        if self._size < self._most:
            self._pieces.append(text[: self._most - self._size])
            self._report(self._pieces[-1])
        self._size += len(text)

    def text(self) -> str:
        """All of it, with a word about what is missing."""
        text = "".join(self._pieces)
        if self._size > self._most:
            text += f"\n[{self._size - self._most} more characters were printed.]\n"
        return text


def _ignore(_text: str) -> None:
    """Take nothing."""


def _result(printed: str, outcome: Outcome) -> ToolResult:
    returned = outcome.returned
    parts = [part.rstrip("\n") for part in (printed, outcome.value, outcome.error) if part.strip()]
    if returned.files:
        parts.append("Files: " + ", ".join(file.name for file in returned.files))
    if returned.left_out:
        parts.append("Too many or too large to hand back: " + ", ".join(returned.left_out[:20]))
    if returned.unkept:
        parts.append("Too deep or too large to keep: " + ", ".join(returned.unkept[:20]))
    if returned.trouble:
        parts.append(f"The files could not be kept: {returned.trouble}.")
    content = "\n".join(parts) or "It ran and printed nothing."
    return ToolResult(content, failed=bool(outcome.error), files=returned.files)
