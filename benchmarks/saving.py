"""Saves messages, as a process of its own whose written bytes the system counts.

    python -m benchmarks.saving ours DIRECTORY COUNT
    python -m benchmarks.saving tinydb FILE COUNT

The milliseconds and the bytes of each save are printed as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from .archives import name_of, text
from .processes import written_bytes


def savers_ours(directory: Path) -> Iterator[Callable[[], None]]:
    """Saves of one more message each, with the store of the application."""
    from bnagpt_tui.backend.models import Message, Role, now  # noqa: PLC0415
    from bnagpt_tui.backend.store import Repository  # noqa: PLC0415

    repository = Repository(directory)
    conversation = repository.find(name_of(len(repository.conversations()) // 2))
    repository.load(conversation.id)
    number = 0
    while True:
        number += 1
        message = Message(Role.USER, text(number), parent=conversation.head)
        conversation = replace(conversation, head=message.id, updated=now())
        yield lambda: repository.save(conversation, [message])  # noqa: B023


def savers_tinydb(file: Path) -> Iterator[Callable[[], None]]:
    """Saves of one more message each, with TinyDB's own storage."""
    from tinydb import TinyDB  # noqa: PLC0415

    database = TinyDB(file)
    number = 0
    while True:
        number += 1
        document = database.get(doc_id=1)
        kept = [*document["messages"], {"role": "user", "content": text(number)}]
        yield lambda: database.update({"messages": kept}, doc_ids=[1])  # noqa: B023


def main() -> None:
    """Save as the arguments say."""
    kind, place, count = sys.argv[1:]
    savers = {"ours": savers_ours, "tinydb": savers_tinydb}[kind](Path(place))
    times, sizes = [], []
    for _ in range(int(count)):
        save = next(savers)
        written, begin = written_bytes(), time.perf_counter()
        save()
        times.append((time.perf_counter() - begin) * 1000)
        sizes.append(written_bytes() - written)
    print(json.dumps({"times": times, "sizes": sizes}))


if __name__ == "__main__":
    main()
