"""Tortures store, sandbox and keys for minutes: `python -m tests.torture --seconds 600 --seed 7`.

Each round has a seed of its own, which is printed, so that a round that fails can be had again
alone: `python -m tests.torture --round kills --seed 41 --seconds 0`. The first failure ends the run
with a traceback and leaves the directory of its round where it is.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from bnagpt_tui.backend.errors import StoreError, StoreUnwritableError
from bnagpt_tui.backend.models import Conversation, Message, Outcome
from bnagpt_tui.backend.store import Repository, Searcher
from bnagpt_tui.backend.store.search_file import SEARCH_FILE
from tests.app.hostile_session import meet
from tests.app.random_keys import press_anything
from tests.store.store_support import FaultyFiles, conversation, file_of, partial, question
from tests.store.test_faults import unclean
from tests.store.test_processes import acknowledged, check, output_of, start
from tests.tools.sandbox.conftest import has_bwrap
from tests.tools.sandbox.fuzzer import sandbox

Stored: TypeAlias = dict[str, tuple[Conversation, list[Message]]]
Round: TypeAlias = Callable[[Path, random.Random], str]
"""Does its worst in a directory; returns what it did, in a few words."""

_KILLS: Final = 10
_FAILURES: Final = 60
_DAMAGES: Final = 8
_PRESSED: Final = 600
_ERRORS: Final = (errno.ENOSPC, errno.EIO, errno.EACCES)


def stored(directory: Path) -> Stored:
    """Everything that a new process finds."""
    repository = Repository(directory)
    try:
        return {each.id: repository.load(each.id) for each in repository.conversations()}
    finally:
        repository.close()


def check_derived(directory: Path) -> None:
    """Lists and searches are the same after they were made anew from the files."""
    before = {key: kept for key, (kept, _) in stored(directory).items()}
    found = asyncio.run(_search(directory))
    for path in [*directory.glob("index-*"), *directory.glob(f"{SEARCH_FILE}*")]:
        path.unlink()
    assert {key: kept for key, (kept, _) in stored(directory).items()} == before
    assert asyncio.run(_search(directory)) == found


async def _search(directory: Path) -> set[tuple[str, str]]:
    """The messages that hold a word which most of them hold."""
    searcher = Searcher(directory)
    try:
        await searcher.settle()
        results = await searcher.search("word", 10_000)
        assert results.indexed == results.total
        return {(hit.conversation_id, hit.message_id) for hit in results.hits}
    finally:
        await searcher.close()


def kills(directory: Path, chance: random.Random) -> str:
    """Kill processes in the middle of random work; what they acknowledged is there."""
    expected: dict[tuple[str, str], int] = {}
    for number in range(_KILLS):
        ids = ("shared,aa", "shared,bb")[: chance.randint(1, 2)]
        workers = [start(directory, f"{number}-{each}", each) for each in ids]
        first = [output_of(worker).readline() for worker in workers]
        time.sleep(chance.random() * 0.2)
        for worker in workers:
            worker.kill()
        for worker, line in zip(workers, first, strict=True):
            rest, _ = worker.communicate()
            assert worker.returncode == -signal.SIGKILL
            expected |= acknowledged(line + rest)
        check(directory, expected)
    check_derived(directory)
    return f"{_KILLS} kills, {len(expected)} messages"


def together(directory: Path, chance: random.Random) -> str:
    """Have several processes write the same conversation; none loses a message."""
    count = chance.randint(5, 30)
    workers = [start(directory, f"w{each}", f"shared,own{each}", count) for each in range(3)]
    expected: dict[tuple[str, str], int] = {}
    for worker in workers:
        output, _ = worker.communicate()
        assert worker.returncode == 0
        expected |= acknowledged(output)
    assert len(expected) == 3 * count * 2
    check(directory, expected)
    check_derived(directory)
    return f"3 processes, {len(expected)} messages"


class Disk:
    """Random work on a disk that fails now and then.

    Args:
        directory: Where it works.
        chance: What it does.
    """

    def __init__(self, directory: Path, chance: random.Random) -> None:
        self._directory = directory
        self._chance = chance
        self._files = FaultyFiles()
        self._repository = Repository(directory, self._files)
        self._kept: dict[str, dict[str, Message]] = {}
        self._gone: set[str] = set()
        self.failures = 0
        """How many operations failed and were told."""

    def work(self) -> None:
        """Do one thing, during which one file operation may fail."""
        self._files.operations.clear()
        self._files.error = self._chance.choice(_ERRORS)
        self._files.fail_at = self._chance.randrange(24)
        action = self._chance.choice((self._save, self._save, self._grow, self._drop, self._back))
        try:
            action()
        except StoreUnwritableError:
            self.failures += 1
        self._files.fail_at = -1
        self.compare()

    def compare(self) -> None:
        """Memory and disk agree, and hold what was acknowledged."""
        repository, found = self._repository, stored(self._directory)
        assert {each.id for each in repository.conversations()} == found.keys()
        for key, both in found.items():
            assert repository.load(key) == both
        for key, wanted in self._kept.items():
            if key in self._gone:
                continue
            messages = {message.id: message for message in found[key][1]}
            for message in wanted.values():
                assert messages[message.id].content.startswith(message.content)
        assert unclean(self._directory) == []

    def _some(self) -> str:
        free = [key for key in self._kept if key not in self._gone]
        if not free or self._chance.random() < 0.1:
            return f"talk-{len(self._kept)}"
        return self._chance.choice(free)

    def _keep(self, key: str, message: Message) -> None:
        self._repository.save(conversation(f"the talk {key}", id=key), [message])
        self._kept.setdefault(key, {})[message.id] = message

    def _save(self) -> None:
        self._keep(self._some(), question("word " * self._chance.randrange(500)))

    def _grow(self) -> None:
        key, growing = self._some(), partial("word")
        for _ in range(self._chance.randrange(1, 5)):
            growing = replace(growing, content=growing.content + " more" * 200)
            self._keep(key, growing)
        self._keep(key, replace(growing, outcome=Outcome.COMPLETE))

    def _drop(self) -> None:
        key = self._some()
        if key in self._kept:
            self._gone.add(key)  # it may be gone even when that could not be told for sure
            self._repository.delete(key)

    def _back(self) -> None:
        if self._gone:
            key = self._chance.choice(sorted(self._gone))
            with suppress(StoreError):
                self._repository.restore(key)
            if key in {each.id for each in Repository(self._directory).conversations()}:
                self._gone.discard(key)


def disk(directory: Path, chance: random.Random) -> str:
    """Fail file operations under random work; memory and disk agree, and nothing is lost."""
    working = Disk(directory, chance)
    for _ in range(_FAILURES):
        working.work()
    check_derived(directory)
    return f"{_FAILURES} operations, {working.failures} of them failed"


def damage(directory: Path, chance: random.Random) -> str:
    """Break files in random ways; what is not broken is read, and what was there is kept."""
    repository = Repository(directory)
    for number in range(_DAMAGES):
        messages = [question(f"word {each}", id=f"m{each}") for each in range(12)]
        for message in messages:
            repository.save(conversation(id=f"talk-{number}", head=message.id), [message])
    repository.close()
    for number in range(_DAMAGES):
        path = file_of(directory, f"talk-{number}")
        whole = path.read_bytes()
        path.write_bytes(broken(whole, chance))
        found = Repository(directory)
        loaded: list[Message] = []
        with suppress(StoreError):
            loaded = found.load(f"talk-{number}")[1]
        assert {message.content for message in loaded} <= {f"word {each}" for each in range(12)}
        kept = [path, *(directory / "kept-aside").glob("*")]
        lines = {line for each in kept for line in each.read_bytes().splitlines()}
        assert sum(line in lines for line in whole.splitlines()) >= len(whole.splitlines()) - 2
        found.close()
    check_derived(directory)
    return f"{_DAMAGES} files broken"


def broken(whole: bytes, chance: random.Random) -> bytes:
    """A file's bytes with a byte flipped, a line too many, a line too few, or its end gone."""
    lines = whole.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    kind = chance.choice(("flip", "foreign", "short", "twice"))
    if kind == "flip":
        at = chance.randrange(len(whole))
        return whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]
    if kind == "foreign":
        return b"".join([*lines[:place], b'{"hello": "there"}\n', *lines[place:]])
    if kind == "twice":
        return b"".join([*lines[:place], lines[place], *lines[place:]])
    return whole[: -chance.randrange(1, len(lines[-1]))]


def keys(directory: Path, chance: random.Random) -> str:
    """Press any key at any moment in the application, at any size."""
    before = Path.cwd()
    os.chdir(directory)  # files that tools made may be saved there
    try:
        pressed = asyncio.run(press_anything(directory / "data", chance, keys=_PRESSED))
    finally:
        os.chdir(before)
    return f"{len(pressed)} keys"


def screens(directory: Path, chance: random.Random) -> str:
    """Show texts that mean harm wherever there are texts; the terminal is sent drawing alone."""
    asyncio.run(meet(directory, chance.randrange(1 << 32)))
    return "every screen"


ROUNDS: Final[Mapping[str, Round]] = {
    "kills": kills,
    "disk": disk,
    "damage": damage,
    "together": together,
    "keys": keys,
    **({"sandbox": sandbox} if has_bwrap() else {}),
    "screens": screens,
}
"""What is done in turn."""


def run(name: str, seed: int) -> str:
    """Do one round in a directory of its own, which stays when it fails; what was done."""
    directory = Path(tempfile.mkdtemp(prefix=f"torture-{name}-{seed}-"))
    done = ROUNDS[name](directory, random.Random(seed))
    shutil.rmtree(directory)
    return done


def main() -> None:
    """Torture everything as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long; 0 for one turn")
    parser.add_argument("--seed", type=int, default=None, help="of the first round")
    parser.add_argument("--round", choices=ROUNDS, action="append", help="only these")
    arguments = parser.parse_args()
    seed = random.randrange(1_000_000) if arguments.seed is None else arguments.seed
    end = time.monotonic() + arguments.seconds
    rounds = 0
    while not rounds or time.monotonic() < end:
        for name in arguments.round or ROUNDS:
            print(f"{name} --seed {seed}", end=": ", flush=True)
            print(run(name, seed), flush=True)
            rounds += 1
        seed += 1
    print(f"{rounds} rounds, and nothing was lost")


if __name__ == "__main__":
    main()
