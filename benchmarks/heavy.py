"""How long very much at once holds up an event loop, as a process of its own.

    python -m benchmarks.heavy DIRECTORY

Printed as JSON: the loop's longest wait, in milliseconds, while a message of five million
characters is opened and while it is indexed, and while a list of 100,000 is put in order; the
milliseconds for each of some conversations of one name that are made in one go; megabytes of
memory at the most.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from bnagpt_tui.backend.library import Library
from bnagpt_tui.backend.listing import in_order
from bnagpt_tui.backend.models import Conversation, Message, Role, now
from bnagpt_tui.backend.store import Archive, Repository, Searcher

from .archives import UnsyncedFiles, text
from .holding import watched

_CHARACTERS: Final = 5_000_000
_LISTED: Final = 100_000
_ALIKE: Final = 300


def _long_one(directory: Path) -> Conversation:
    """A conversation with a very long answer, which is kept in the directory."""
    asked = Message(Role.USER, "?")
    words = text(1)
    long = (words + "\n") * (_CHARACTERS // len(words))
    answer = Message(Role.ASSISTANT, long, parent=asked.id)
    conversation = Conversation("long", head=answer.id, named=True)
    repository = Repository(directory, UnsyncedFiles())
    kept = repository.save(conversation, [asked, answer])
    repository.close()
    return kept


def _alike(directory: Path) -> float:
    """Milliseconds for each of some conversations of one name."""
    repository = Repository(directory)
    begin = time.perf_counter()
    with repository.names.in_bulk():
        for _ in range(_ALIKE):
            repository.save(Conversation("same"), [Message(Role.USER, "?")])
    taken = (time.perf_counter() - begin) * 1000 / _ALIKE
    repository.close()
    return taken


async def _waits(directory: Path, conversation: Conversation) -> dict[str, float]:
    waits: dict[str, float] = {}
    library = Library(Archive(Repository(directory)))
    await library.read()
    async with watched(waits, "open"):
        await library.tree(conversation.id)
        assert library.path(conversation.id)[-1].content
    await library.archive.close()
    searcher = Searcher(directory)
    async with watched(waits, "index"):
        await searcher.settle()
    await searcher.close()
    present = now()
    listed = [
        Conversation(f"talk {number}", updated=present - timedelta(seconds=number))
        for number in range(_LISTED)
    ]
    async with watched(waits, "order"):
        await asyncio.to_thread(in_order, listed)
    return waits


def main() -> None:
    """Measure in the directory that the argument names."""
    directory = Path(sys.argv[1])
    found = asyncio.run(_waits(directory / "long", _long_one(directory / "long")))
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["name"] = _alike(directory / "alike")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
