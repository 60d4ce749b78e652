"""The process that works on what strangers wrote: started as `python -m …worker TASK`.

A task takes its request from standard input and gives its answer on standard output, both in
MessagePack. It ends by itself after a while, should nobody be left to end it.
"""

from __future__ import annotations

import resource
import signal
import sys
from contextlib import suppress
from typing import Final

import msgspec

from .fetched import Fetched

SECONDS: Final = 60
"""After how long the process ends by itself, whatever it does."""

MEMORY: Final = 2 * 1024**3
"""Bytes of address space that it may take."""


def article(request: bytes) -> bytes:
    """The `Page` that a `Fetched` is, without what stands around its text."""
    from .markup import article_of  # noqa: PLC0415  # each task loads only what it needs

    return msgspec.msgpack.encode(article_of(msgspec.msgpack.decode(request, type=Fetched)))


def plain(request: bytes) -> bytes:
    """The `Page` that a `Fetched` is, with all of its text."""
    from .markup import plain_of  # noqa: PLC0415  # each task loads only what it needs

    return msgspec.msgpack.encode(plain_of(msgspec.msgpack.decode(request, type=Fetched)))


def search(request: bytes) -> bytes:
    """The `Answer` to a query and a count."""
    from .metasearch import search_for  # noqa: PLC0415  # each task loads only what it needs

    query, count = msgspec.msgpack.decode(request, type=tuple[str, int])
    return msgspec.msgpack.encode(search_for(query, count))


TASKS: Final = {"article": article, "plain": plain, "search": search}
"""Every task by its name."""


def main() -> None:
    """Do the task that the command line names."""
    signal.alarm(SECONDS)
    with suppress(ValueError, OSError):  # not every system knows this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answer = TASKS[sys.argv[1]](sys.stdin.buffer.read())
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
