from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.models import Message, Outcome
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.store.glance import FEWEST, TAIL
from bnagpt_tui.backend.tree import MessageTree
from bnagpt_tui.backend.tree import Path as TreePath

from .store_support import Patient, answer, break_disk, conversation, file_of, partial, question

LONG = "word " * 100


def grown(directory: Path, count: int = 600, seed: int = 1) -> str:
    """Keep a conversation of questions and answers, some of them in parts or several times."""
    chance = random.Random(seed)
    repository = Repository(directory)
    talk = conversation()
    parent: str | None = None
    for number in range(count):
        asked = question(f"{number} {LONG}", parent=parent)
        growing = partial("", parent=asked.id)
        repository.save(replace(talk, head=asked.id), [asked])
        for _ in range(chance.randrange(3)):
            growing = replace(growing, content=growing.content + LONG)
            repository.save(replace(talk, head=growing.id), [growing])
        whole = replace(growing, content=growing.content + "end", outcome=Outcome.COMPLETE)
        other = answer(f"other {number}", parent=asked.id)
        kept = [whole, other] if chance.random() < 0.2 else [whole]
        repository.save(replace(talk, head=whole.id), kept)
        parent = whole.id
    repository.close()
    return talk.id


def whole_path(directory: Path, talk_id: str) -> TreePath:
    """What reading all of it gives."""
    repository = Repository(directory)
    kept, messages = repository.load(talk_id)
    return MessageTree(messages).path(kept.head)


@pytest.mark.parametrize("seed", range(4))
def test_a_glance_shows_the_end_of_what_reading_all_shows(tmp_path: Path, seed: int) -> None:
    talk_id = grown(tmp_path, seed=seed)
    assert file_of(tmp_path, talk_id).stat().st_size > 3 * TAIL
    path = whole_path(tmp_path, talk_id)
    found = Repository(tmp_path).glance(conversation(id=talk_id))
    assert found
    seen = found.tree.path(found.head)
    assert FEWEST <= len(seen) < len(path)
    assert path[-len(seen) :] == seen


def test_a_short_or_missing_conversation_is_read_whole(tmp_path: Path) -> None:
    talk_id = grown(tmp_path, count=20)
    repository = Repository(tmp_path)
    assert repository.glance(conversation(id=talk_id)) is None
    assert repository.glance(conversation(id="nowhere")) is None


@pytest.mark.parametrize(
    "end",
    [
        b"foreign\n",
        b'["00000000",[["set",["messages","1"],{}]]]\n',
        b"{}\n" * 2,
    ],
)
def test_an_end_that_is_out_of_the_ordinary_is_read_whole(tmp_path: Path, end: bytes) -> None:
    talk_id = grown(tmp_path)
    with file_of(tmp_path, talk_id).open("ab") as file:
        file.write(end)
    assert Repository(tmp_path).glance(conversation(id=talk_id)) is None


def test_a_torn_end_is_passed_over(tmp_path: Path) -> None:
    talk_id = grown(tmp_path)
    path = whole_path(tmp_path, talk_id)
    with file_of(tmp_path, talk_id).open("ab") as file:
        file.write(b'["0123')
    found = Repository(tmp_path).glance(conversation(id=talk_id))
    assert found
    assert found.head == path[-1].id


def test_a_line_longer_than_the_end_is_read_whole(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    messages: list[Message] = []
    for number in range(800):
        parent = messages[-1].id if messages else None
        messages.append(question(f"{number} {LONG}", parent=parent))
    talk = conversation(head=messages[-1].id)
    repository.save(conversation(id=talk.id), [question("first")])
    repository.save(talk, messages)
    assert repository.glance(talk) is None


def test_a_head_that_is_not_among_the_last_is_read_whole(tmp_path: Path) -> None:
    talk_id = grown(tmp_path)
    path = whole_path(tmp_path, talk_id)
    repository = Repository(tmp_path)
    kept, _ = repository.load(talk_id)
    repository.save(replace(kept, head=path[2].id))
    assert repository.glance(kept) is None


def test_messages_that_follow_no_others_are_too_few_for_a_glance(tmp_path: Path) -> None:
    talk_id = grown(tmp_path)
    repository = Repository(tmp_path)
    kept, _ = repository.load(talk_id)
    alone = question("alone")
    repository.save(replace(kept, head=alone.id), [alone])
    assert repository.glance(kept) is None


async def test_what_is_not_on_the_disk_is_not_glanced_over(
    tmp_path: Path, archive: Archive, files: Patient
) -> None:
    talk_id = grown(tmp_path)
    kept, _ = await archive.load(talk_id)
    assert await archive.glance(kept)
    break_disk(files)
    with pytest.raises(Exception, match="could not be saved"):
        await archive.save(kept, question("unwritten"))
    assert await archive.glance(kept) is None
