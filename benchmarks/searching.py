"""Searches in an archive, as a process of its own.

    python -m benchmarks.searching DIRECTORY

Prints as JSON the seconds that the index took to be made, and the milliseconds of each search.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from bnagpt_tui.backend.store.search import LOOK_EVERY, Searcher

from .archives import vocabulary

_TIMES = 4


def questions() -> list[str]:
    """What is searched for: common and rare words, beginnings, phrases, filters, nothing."""
    words = vocabulary()
    rare = words[-2]
    return [
        words[0],
        rare,
        rare[:3],
        f"{words[0]} {words[40]} {words[90]}",
        f'"{words[0]} {words[1]}"',
        f"role:user {words[30]}",
        f"{words[60]} in:numbat",
        "nao já",
        "xyzzy",
    ]


async def search(directory: Path) -> None:
    """Make the index, search, and print how long that took."""
    searcher = Searcher(directory)
    begin = time.perf_counter()
    await searcher.settle()
    building = time.perf_counter() - begin
    times: dict[str, list[float]] = {}
    for number, text in enumerate(questions()):
        if number % 3 == 1:
            await asyncio.sleep(LOOK_EVERY)  # the next search looks at the files too
        times[text] = [await _milliseconds(searcher, text) for _ in range(_TIMES)]
    await searcher.close()
    print(json.dumps({"building": building, "texts": times}))


async def _milliseconds(searcher: Searcher, text: str) -> float:
    begin = time.perf_counter()
    await searcher.search(text)
    return (time.perf_counter() - begin) * 1000


if __name__ == "__main__":
    asyncio.run(search(Path(sys.argv[1])))
