"""How long the store holds up an event loop, as a process of its own.

    python -m benchmarks.holding DIRECTORY NAME

The longest wait of a loop that has nothing else to do is printed as JSON, in milliseconds, by what
was done meanwhile with the archive in the directory and its conversation of this name.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from bnagpt_tui.__main__ import SWITCH_SECONDS
from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.store import Archive, Repository, Searcher

_TICK: Final = 0.001
_PARTS: Final = 60
_QUESTIONS: Final = ("the", "of", "request crosses", "não")


@asynccontextmanager
async def watched(waits: dict[str, float], what: str) -> AsyncIterator[None]:
    """Note the longest wait of the loop during the block."""

    async def tick() -> None:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(_TICK)
            late = (time.perf_counter() - begin - _TICK) * 1000
            waits[what] = max(waits.get(what, 0.0), late)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()


async def hold(directory: Path, name: str) -> dict[str, float]:
    """Do everything that is done with an archive; the longest waits are returned."""
    waits: dict[str, float] = {}
    archive = Archive(Repository(directory))
    async with watched(waits, "list"):
        await archive.conversations()
    conversation = await archive.find(name)
    async with watched(waits, "open"):
        await archive.open(conversation.id)
    async with watched(waits, "save"):
        answer = Message(Role.ASSISTANT, "", parent=conversation.head)
        for _ in range(_PARTS):
            answer = replace(answer, content=answer.content + "word " * 100)
            await archive.save(conversation, answer)
    searcher = Searcher(directory)
    async with watched(waits, "make the search index"):
        await searcher.settle()
    async with watched(waits, "search"):
        for question in _QUESTIONS:
            await searcher.search(question)
    await searcher.close()
    await archive.close()
    _forget_list(directory)
    again = Archive(Repository(directory))
    async with watched(waits, "make the list"):
        await again.conversations()
    await again.close()
    return waits


def _forget_list(directory: Path) -> None:
    for path in directory.glob("index-*"):
        path.unlink()


def main() -> None:
    """Measure and print."""
    sys.setswitchinterval(SWITCH_SECONDS)  # as the application does
    directory, name = sys.argv[1:]
    print(json.dumps(asyncio.run(hold(Path(directory), name))))


if __name__ == "__main__":
    main()
