"""The sandbox: an interpreter for each conversation, of the best kind that works here."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from ...errors import ToolError
from ..base import ToolResult
from .bubblewrap import NOBODY, Bubblewrap
from .monty import Monty, is_installed
from .options import SandboxOptions
from .outcome import Interpreter, Outcome, Report
from .pythons import Python, pythons
from .scratch import Returned, Scratch

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
        self._interpreters: OrderedDict[str, Interpreter] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def describe(self) -> tuple[str, bool]:
        """What runs code here, or what to install, in a sentence; and whether any does."""
        try:
            await self._choose()
        except ToolError as error:
            return str(error), False
        return self._title, True

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
            scratch = _scratch(self._options, conversation_id)
            interpreter = self._interpreters.get(conversation_id)
            if interpreter is None:
                await asyncio.to_thread(scratch.prune)
                interpreter = self._interpreters[conversation_id] = factory(scratch)
            self._interpreters.move_to_end(conversation_id)
            before = await asyncio.to_thread(scratch.marks)
            printed = _Printed(report, self._options.output_characters)
            outcome = await interpreter.run(code, printed.take)
            returned = await asyncio.to_thread(scratch.returned, before)
        return _result(printed.text(), outcome, returned)

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
            await asyncio.to_thread(_scratch(self._options, conversation_id).tidy)

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
        if kind in {"auto", "bwrap"} and (python := await self._python()):
            self._title = f"Code runs in bubblewrap, by {python.program}."
            return lambda scratch: Bubblewrap(python, self._options, scratch)
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

    async def _python(self) -> Python | None:
        """The first Python that runs inside `bwrap`, tried as it will be used."""
        if shutil.which("bwrap") is None:
            return None
        with tempfile.TemporaryDirectory(prefix="bnagpt-") as directory:
            options = replace(self._options, scratch=Path(directory), seconds=10.0)
            for python in await asyncio.to_thread(list, pythons(options.environment)):
                scratch = _scratch(options, "trial")
                trial = Bubblewrap(python, options, scratch)
                outcome = await trial.run("20 + 22", _ignore)
                await trial.aclose()
                scratch.discard()
                if outcome.value == "42":
                    return python
        return None


def _scratch(options: SandboxOptions, conversation_id: str) -> Scratch:
    """A conversation's scratch directory, which nobody owns where bnaGPT runs as root."""
    return Scratch(options, conversation_id, NOBODY if os.geteuid() == 0 else None)


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


def _result(printed: str, outcome: Outcome, returned: Returned) -> ToolResult:
    parts = [part.rstrip("\n") for part in (printed, outcome.value, outcome.error) if part.strip()]
    if returned.files:
        parts.append("Files: " + ", ".join(file.name for file in returned.files))
    if returned.left_out:
        parts.append("Too many or too large to hand back: " + ", ".join(returned.left_out[:20]))
    content = "\n".join(parts) or "It ran and printed nothing."
    return ToolResult(content, failed=bool(outcome.error), files=returned.files)
