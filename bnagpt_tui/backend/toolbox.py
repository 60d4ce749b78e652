"""The tools there are: those of this program, and those that servers lend."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .tools.base import Tool


class Lender(Protocol):
    """Something that has further tools."""

    async def tools(self) -> tuple[Tool, ...]:
        """The tools that it has at this moment."""
        ...

    def drain_reports(self) -> list[str]:
        """What went wrong since the last call, in sentences for the user."""
        ...

    async def aclose(self) -> None:
        """End whatever it started."""
        ...


class Closing(Protocol):
    """Something that has to be ended."""

    async def aclose(self) -> None:
        """End whatever it started."""
        ...


@dataclass(frozen=True, slots=True)
class Kit:
    """What a toolbox holds."""

    tools: Sequence[Tool] = ()
    """The program's own tools."""
    lenders: Sequence[Lender] = ()
    """Who has further ones."""
    closing: Sequence[Closing] = ()
    """What the tools use and is to be ended with them."""


class Toolbox:
    """Gives tools by their names. What goes wrong with them is reported, never raised.

    Args:
        make: Makes what it holds; called once, in a thread, when a tool is first needed.
    """

    def __init__(self, make: Callable[[], Kit] = Kit) -> None:
        self._make = make
        self._made: asyncio.Task[Kit] | None = None
        self._asked: set[asyncio.Task[tuple[Tool, ...]]] = set()
        self._reports: list[str] = []

    async def tools(self, *, patience: float | None = None) -> tuple[Tool, ...]:
        """All tools; of two with the same name the program's own.

        Args:
            patience: Seconds to wait for a lender, which may have to start something first; its
                tools are there when it has. `None` waits for as long as it takes.
        """
        if self._made is None:
            self._made = asyncio.create_task(self._kit())
        kit = await asyncio.shield(self._made)
        found = {tool.name: tool for tool in kit.tools}
        for lender in kit.lenders:
            asked = asyncio.create_task(self._lent(lender))
            self._asked.add(asked)
            asked.add_done_callback(self._asked.discard)
            done, _ = await asyncio.wait({asked}, timeout=patience)
            for tool in asked.result() if done else ():
                found.setdefault(tool.name, tool)
        return tuple(found.values())

    async def find(self, name: str) -> Tool | None:
        """The tool of a name; `None` when there is none."""
        return next((tool for tool in await self.tools() if tool.name == name), None)

    def drain_reports(self) -> list[str]:
        """What went wrong since the last call, in sentences for the user."""
        reports, self._reports = self._reports, []
        if self._made and self._made.done():
            for lender in self._made.result().lenders:
                reports += lender.drain_reports()
        return reports

    async def aclose(self) -> None:
        """End whatever the tools started."""
        if self._made is None:
            return
        kit = await self._made
        ends = (each.aclose() for each in (*kit.lenders, *kit.closing))
        await asyncio.gather(*ends, return_exceptions=True)

    async def _kit(self) -> Kit:
        """What the box holds; nothing where it cannot be made."""
        try:
            return await asyncio.to_thread(self._make)
        except Exception as error:  # noqa: BLE001  # whatever a library does when it is loaded
            self._report("There are no tools", error)
            return Kit()

    async def _lent(self, lender: Lender) -> tuple[Tool, ...]:
        """What a lender has; nothing where it fails."""
        try:
            return await lender.tools()
        except Exception as error:  # noqa: BLE001  # a lender is somebody else's program
            self._report("Some tools are missing", error)
            return ()

    def _report(self, what: str, error: Exception) -> None:
        """Say something went wrong, once."""
        sentence = f"{what}: {type(error).__name__}: {error}"
        if sentence not in self._reports:
            self._reports.append(sentence)
