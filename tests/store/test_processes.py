from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import IO

import pytest

from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.lines import unseal

from .store_support import MONDAY, conversation, file_of, question

WORKER = textwrap.dedent(
    """
    import random, sys
    from dataclasses import replace
    from pathlib import Path
    from bnagpt_tui.backend.models import Conversation, Message, Outcome, Role
    from bnagpt_tui.backend.store import Repository

    directory, seed = Path(sys.argv[1]), sys.argv[2]
    ids, count = sys.argv[3].split(","), int(sys.argv[4])
    chance = random.Random(seed)
    repository = Repository(directory)
    talks = {each: Conversation(f"talk {each}", id=each) for each in ids}
    for number in range(count):
        talk = talks[chance.choice(ids)]
        asked = Message(Role.USER, f"{seed} {number}", id=f"q-{seed}-{number}")
        repository.save(talk, [asked])
        print("kept", talk.id, asked.id, len(asked.content), flush=True)
        growing = Message(Role.ASSISTANT, "", id=f"a-{seed}-{number}", parent=asked.id,
                          outcome=Outcome.INTERRUPTED)
        for _ in range(chance.randrange(6)):
            growing = replace(growing, content=growing.content + "word " * chance.randrange(400))
            repository.save(talk, [growing])
            print("kept", talk.id, growing.id, len(growing.content), flush=True)
        talks[talk.id] = talk = replace(talk, head=growing.id)
        repository.save(talk, [replace(growing, outcome=Outcome.COMPLETE)])
        print("kept", talk.id, growing.id, len(growing.content), flush=True)
    """
)


def start(directory: Path, seed: object, ids: str, count: int = 100_000) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(directory), str(seed), ids, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(output: str) -> dict[tuple[str, str], int]:
    """How many characters of each message were said to be kept."""
    found: dict[tuple[str, str], int] = {}
    for line in output.splitlines(keepends=True):
        if line.endswith("\n"):
            _, talk, message, size = line.split()
            found[talk, message] = int(size)
    return found


def check(directory: Path, expected: dict[tuple[str, str], int]) -> None:
    """Every acknowledged message is there, and every file is clean and listed."""
    repository = Repository(directory)
    talks = {each.id: repository.load(each.id) for each in repository.conversations()}
    lengths = {
        (talk, message.id): len(message.content)
        for talk, (_, messages) in talks.items()
        for message in messages
    }
    short = {key: size for key, size in expected.items() if lengths.get(key, -1) < size}
    assert not short
    assert repository.drain_reports() == []
    repository.close()
    for path in (directory / "conversations").iterdir():
        assert path.suffix == ".jsonl"
        tail = path.read_bytes().splitlines()[-1:]
        assert all(unseal(line) is not None for line in path.read_bytes().splitlines()[:-1]), tail
    assert list((directory / "locks").iterdir()) == []
    assert not (directory / "kept-aside").exists()


@pytest.mark.timeout(100)
def test_killed_at_any_instant_it_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(4)
    expected: dict[tuple[str, str], int] = {}
    for round_number in range(10):
        worker = start(tmp_path, round_number, "aa,bb,cc")
        first = output_of(worker).readline()
        time.sleep(chance.random() * 0.15)
        worker.kill()
        rest, _ = worker.communicate()
        assert worker.returncode == -signal.SIGKILL
        expected |= acknowledged(first + rest)
        check(tmp_path, expected)
    assert len(expected) > 50


def output_of(worker: subprocess.Popen[str]) -> IO[str]:
    assert worker.stdout
    return worker.stdout


@pytest.mark.timeout(100)
def test_processes_that_write_at_once_lose_none_of_each_others_messages(tmp_path: Path) -> None:
    workers = [start(tmp_path, seed, f"shared,own{seed}", 25) for seed in range(3)]
    expected: dict[tuple[str, str], int] = {}
    for worker in workers:
        output, _ = worker.communicate()
        assert worker.returncode == 0
        expected |= acknowledged(output)
    assert len(expected) == 3 * 25 * 2
    check(tmp_path, expected)


def test_one_conversation_does_not_wait_for_another(tmp_path: Path) -> None:
    held, free = conversation("held"), conversation("free")
    repository = Repository(tmp_path)
    repository.save(held)
    program = (
        "import sys; from pathlib import Path\n"
        "from bnagpt_tui.backend.store.files import Files\n"
        "from bnagpt_tui.backend.store.lock import Lock\n"
        "with Lock(Path(sys.argv[1]), Files()).held():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "locks" / held.id)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert output_of(holder).readline() == "held\n"
    begin = time.monotonic()
    repository.save(free, [question()])
    assert repository.load(held.id)[0] == held
    assert time.monotonic() - begin < 5
    owner = json.loads((tmp_path / "locks" / held.id).read_text())
    assert owner["pid"] == holder.pid
    holder.communicate()
    repository.save(held, [question()])


def test_another_process_sees_what_was_saved_here(tmp_path: Path) -> None:
    kept, asked = conversation(head="1"), question(id="1")
    repository = Repository(tmp_path)
    repository.save(kept, [asked])
    program = (
        "import sys; from pathlib import Path\n"
        "from dataclasses import replace\n"
        "from bnagpt_tui.backend.store import Repository\n"
        "repository = Repository(Path(sys.argv[1]))\n"
        "kept, messages = repository.load(repository.find('capitals').id)\n"
        "repository.save(replace(kept, pinned=True), [replace(messages[0], content='Seen.')])\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    assert repository.refresh(kept.id)
    loaded, [message] = repository.load(kept.id)
    assert (loaded.pinned, message.content, message.created) == (True, "Seen.", MONDAY)
    assert file_of(tmp_path, kept.id).stat().st_mode & 0o777 == 0o600
