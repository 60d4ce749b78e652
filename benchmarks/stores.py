"""Lists, opens and saves with one kind of store, as a process of its own.

    python -m benchmarks.stores ours DIRECTORY COUNT
    python -m benchmarks.stores JSONStorage FILE COUNT

The milliseconds of the list, of opening a conversation and of each save are printed as JSON, with
the bytes that each save wrote as the system counts them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

from tinydb import TinyDB
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage, Storage

from bnagpt_tui.backend.models import Message, Role, now
from bnagpt_tui.backend.store import Repository

from .archives import text
from .processes import written_bytes


class Kept(Protocol):
    """A store with many conversations, not opened yet."""

    def names(self) -> list[str]:
        """Open it and list them."""
        ...

    def open(self) -> int:
        """Read the messages of one of them; how many is returned."""
        ...

    def save(self, number: int) -> None:
        """Keep one message more in it."""
        ...


class Ours:
    """The store of the application."""

    def __init__(self, directory: Path) -> None:
        self._repository = Repository(directory)

    def names(self) -> list[str]:
        """Open it and list the conversations."""
        listed = sorted(self._repository.conversations(), key=lambda item: item.updated)
        self._conversation = listed[len(listed) // 2]
        return [item.name for item in listed]

    def open(self) -> int:
        """Read the messages of one of them; how many is returned."""
        return len(self._repository.load(self._conversation.id)[1])

    def save(self, number: int) -> None:
        """Keep one message more in it."""
        message = Message(Role.USER, text(number), parent=self._conversation.head)
        self._conversation = replace(self._conversation, head=message.id, updated=now())
        self._repository.save(self._conversation, [message])


class WholeFile(Storage):
    """Writes all of the database to a new file, syncs it, and puts it in the old one's place."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def read(self) -> dict[str, dict[str, Any]] | None:
        """All of the file."""
        found: dict[str, dict[str, Any]] = json.loads(self._path.read_bytes())
        return found

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Write all of it anew."""
        unfinished = self._path.with_suffix(".new")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)


class WithTinyDB:
    """A document for each conversation, in TinyDB with some storage.

    Args:
        storage: Makes the storage.
        file: Where the database is.
    """

    def __init__(self, storage: Callable[..., Storage], file: Path) -> None:
        self._make, self._file = storage, file

    def names(self) -> list[str]:
        """Open it and list the conversations."""
        self._database = TinyDB(str(self._file), storage=self._make)
        documents = self._database.all()
        self._number = documents[len(documents) // 2].doc_id
        return [document["name"] for document in documents]

    def open(self) -> int:
        """Read the messages of one of them; how many is returned."""
        return len(self._messages())

    def save(self, number: int) -> None:
        """Keep one message more in it."""
        kept = [*self._messages(), {"role": "user", "content": text(number)}]
        self._database.update({"messages": kept}, doc_ids=[self._number])

    def _messages(self) -> list[dict[str, str]]:
        document = self._database.get(doc_id=self._number)
        found: list[dict[str, str]] = document["messages"]
        return found


def _cached() -> Callable[..., Storage]:
    caching: Callable[..., Callable[..., Storage]] = CachingMiddleware
    return caching(JSONStorage)


KINDS: Final[Mapping[str, Callable[[Path], Kept]]] = {
    "ours": Ours,
    "JSONStorage": lambda file: WithTinyDB(JSONStorage, file),
    "CachingMiddleware": lambda file: WithTinyDB(_cached(), file),
    "whole file": lambda file: WithTinyDB(WholeFile, file),
}
"""The stores, by name."""


def timed(done: Callable[[], object]) -> float:
    """The milliseconds that something takes."""
    begin = time.perf_counter()
    done()
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    """Do it all with the store that the arguments name."""
    kind, place, count = sys.argv[1:]
    store = KINDS[kind](Path(place))
    listed, opened = timed(store.names), timed(store.open)
    times, sizes = [], []
    for number in range(int(count)):
        written = written_bytes()
        times.append(timed(lambda: store.save(number)))  # noqa: B023  # done at once
        sizes.append(written_bytes() - written)
    print(json.dumps({"list": listed, "open": opened, "times": times, "sizes": sizes}))


if __name__ == "__main__":
    main()
