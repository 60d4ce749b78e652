from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import (
    ConversationNotFoundError,
    DamagedConversationError,
    StoreError,
    StoreUnwritableError,
)
from bnagpt_tui.backend.models import Conversation, Message, Outcome
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.lines import unseal
from bnagpt_tui.backend.store.places import SUFFIX

from .store_support import CHANGING, FaultyFiles, answer, conversation, file_of, partial, question

ERRORS = pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES])

KEPT = conversation(id="aaaaaaaaaaaaaaaa")
ASKED = question(id="1111111111111111")
GROWING = partial("The", id="2222222222222222", parent=ASKED.id)
DONE = replace(GROWING, content="The cat", outcome=Outcome.COMPLETE)
NEXT = answer("And on.", id="3333333333333333")

Step = Callable[[Repository], object]
Loaded = tuple[Conversation, list[Message]]


def many_saves(repository: Repository) -> None:
    """So many that the file is written anew in the meantime."""
    for number in range(4):
        repository.save(KEPT, [replace(GROWING, content=str(number) * 9000)])
    repository.save(KEPT, [DONE])


STEPS: dict[str, tuple[list[Step], Step]] = {
    "a first save": ([], lambda repository: repository.save(KEPT, [ASKED])),
    "a save": (
        [lambda repository: repository.save(KEPT, [ASKED])],
        lambda repository: repository.save(KEPT, [GROWING]),
    ),
    "a part of an answer": (
        [lambda repository: repository.save(KEPT, [ASKED, GROWING])],
        lambda repository: repository.save(KEPT, [replace(GROWING, content="The cat")]),
    ),
    "many saves": ([lambda repository: repository.save(KEPT, [ASKED, GROWING])], many_saves),
    "a delete": (
        [lambda repository: repository.save(KEPT, [ASKED])],
        lambda repository: repository.delete(KEPT.id),
    ),
    "a restore": (
        [
            lambda repository: repository.save(KEPT, [ASKED]),
            lambda repository: repository.delete(KEPT.id),
        ],
        lambda repository: repository.restore(KEPT.id),
    ),
    "emptying the trash": (
        [
            lambda repository: repository.save(KEPT, [ASKED]),
            lambda repository: repository.delete(KEPT.id),
        ],
        lambda repository: repository.empty_trash(),
    ),
}


def loaded(repository: Repository) -> Loaded | None:
    try:
        return repository.load(KEPT.id)
    except ConversationNotFoundError:
        return None


def prepared(directory: Path, files: FaultyFiles, before: list[Step]) -> Repository:
    repository = Repository(directory, files)
    for step in before:
        step(repository)
    repository.conversations()
    files.operations.clear()
    return repository


@ERRORS
@pytest.mark.parametrize("name", STEPS)
def test_each_operation_failing_in_turn_leaves_memory_and_disk_agreeing(
    tmp_path: Path, name: str, error: int
) -> None:
    before, step = STEPS[name]
    sound = FaultyFiles()
    step(prepared(tmp_path / "sound", sound, before))
    for number, operation in enumerate(sound.operations):
        directory = tmp_path / str(number)
        files = FaultyFiles()
        repository = prepared(directory, files, before)
        files.error, files.fail_at = error, number
        failed = None
        try:
            step(repository)
        except StoreUnwritableError as problem:
            failed = problem
        files.fail_at = -1
        here = loaded(repository)
        assert here == loaded(Repository(directory)), (number, operation)
        listed = {each.id for each in repository.conversations()}
        assert listed == {each.id for each in Repository(directory).conversations()}
        assert listed == ({KEPT.id} if here else set()), (number, operation)
        if failed:
            assert str(directory) in str(failed)
            with suppress(StoreError):  # it may have been done after all, and be undone by this
                step(repository)
        assert loaded(repository) == loaded(Repository(directory))
        assert unclean(directory) == []


def unclean(directory: Path) -> list[object]:
    """What lies about that should not: unfinished files and lines that are no lines."""
    Repository(directory).conversations()  # clears away what is left of locks and moves
    found: list[object] = []
    for path in directory.rglob("*"):
        if path.suffix == ".new" or path.parent.name == "locks":
            found.append(path)
        if path.suffix == SUFFIX and path.is_file():
            lines = path.read_bytes().splitlines()
            found.extend(line for line in lines if unseal(line) is None)
    return found


@ERRORS
def test_a_save_that_failed_says_why_and_works_again(tmp_path: Path, error: int) -> None:
    files = FaultyFiles()
    files.error = error
    repository = Repository(tmp_path, files)
    repository.save(KEPT, [ASKED])
    for failing in CHANGING:
        files.fails = lambda operation, failing=failing: operation == failing  # type: ignore[misc]
        with suppress(StoreUnwritableError):
            repository.save(KEPT, [replace(NEXT, content=failing)])
        assert repository.load(KEPT.id) == Repository(tmp_path).load(KEPT.id)
    files.fails = lambda operation: False
    repository.save(KEPT, [NEXT])
    assert Repository(tmp_path).load(KEPT.id)[1] == [ASKED, NEXT]


def test_the_sentence_tells_a_full_disk_from_a_forbidden_one(tmp_path: Path) -> None:
    sentences = {errno.ENOSPC: "is full", errno.EROFS: "may not be written", errno.EIO: "Check the"}
    for error, words in sentences.items():
        files = FaultyFiles()
        files.error, files.fail_at = error, 0
        with pytest.raises(StoreUnwritableError, match=words):
            Repository(tmp_path, files).save(KEPT)


def test_a_full_disk_under_a_growing_answer_loses_nothing_before_it(tmp_path: Path) -> None:
    files = FaultyFiles()
    repository = Repository(tmp_path, files)
    repository.save(KEPT, [ASKED, GROWING])
    files.fails = lambda operation: operation in {"write", "create"}
    for text in ("The c", "The ca", "The cat"):
        with pytest.raises(StoreUnwritableError):
            repository.save(KEPT, [replace(GROWING, content=text)])
    assert Repository(tmp_path).load(KEPT.id)[1] == [ASKED, GROWING]
    files.fails = lambda operation: False
    repository.save(KEPT, [DONE])
    assert Repository(tmp_path).load(KEPT.id)[1] == [ASKED, DONE]


def test_a_write_that_can_be_neither_finished_nor_undone_is_read_again(tmp_path: Path) -> None:
    files = FaultyFiles()
    repository = Repository(tmp_path, files)
    repository.save(KEPT, [ASKED])
    files.fails = lambda operation: (
        operation == "sync" or (operation == "truncate" and "sync" in files.operations[-3:])
    )
    with pytest.raises(StoreUnwritableError):
        repository.save(KEPT, [NEXT])
    files.fails = lambda operation: False
    assert repository.load(KEPT.id) == Repository(tmp_path).load(KEPT.id)


@pytest.mark.parametrize("failing", ["write", "sync"])
def test_a_save_that_failed_is_not_in_the_file(tmp_path: Path, failing: str) -> None:
    files = FaultyFiles()
    files.error = errno.EIO
    repository = Repository(tmp_path, files)
    repository.save(KEPT, [ASKED])
    before = file_of(tmp_path, KEPT.id).read_bytes()
    files.fails = lambda operation: operation == failing
    with pytest.raises(StoreUnwritableError):
        repository.save(KEPT, [NEXT])
    assert file_of(tmp_path, KEPT.id).read_bytes() == before
    assert repository.load(KEPT.id)[1] == [ASKED]


def test_an_index_that_cannot_be_written_fails_no_save(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (tmp_path / "index-1.jsonl").mkdir()
    repository.save(KEPT, [ASKED])
    assert repository.conversations() == [KEPT]
    repository.close()
    (tmp_path / "index-1.jsonl").rmdir()
    assert Repository(tmp_path).conversations() == [KEPT]


def test_a_file_in_the_directorys_place_is_said_to_be_unwritable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnwritableError):
        Repository(tmp_path / "data").save(KEPT)


def test_a_file_that_cannot_be_opened_is_said_to_be_unreadable(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    path = file_of(tmp_path, KEPT.id)
    path.mkdir(parents=True)
    with pytest.raises(DamagedConversationError, match="cannot be read"):
        repository.load(KEPT.id)
    with pytest.raises(StoreUnwritableError):
        repository.save(KEPT)


def test_a_sync_that_fails_is_made_good_by_writing_anew(tmp_path: Path) -> None:
    files = FaultyFiles()
    repository = Repository(tmp_path, files)
    repository.save(KEPT, [GROWING])
    repository.save(KEPT, [replace(GROWING, content="The ca")])
    files.fails = lambda operation: operation == "sync"
    with pytest.raises(StoreUnwritableError):
        repository.sync()
    files.fails = lambda operation: False
    files.operations.clear()
    repository.sync()
    assert "replace" in files.operations
    assert Repository(tmp_path).load(KEPT.id)[1][0].content == "The ca"


def test_a_sync_that_failed_brings_back_nothing_that_was_deleted(tmp_path: Path) -> None:
    files = FaultyFiles()
    repository = Repository(tmp_path, files)
    repository.save(KEPT, [GROWING])
    repository.save(KEPT, [replace(GROWING, content="The ca")])
    files.fails = lambda operation: operation == "sync"
    with pytest.raises(StoreUnwritableError):
        repository.sync()
    files.fails = lambda operation: False
    Repository(tmp_path).delete(KEPT.id)
    repository.sync()
    assert Repository(tmp_path).conversations() == repository.conversations() == []
