from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ConversationNotFoundError, StoreError
from bnagpt_tui.backend.store import TRASH_KEPT, Repository

from .store_support import answer, conversation, file_of, question


def age(directory: Path, days: float) -> None:
    """Make what is in the trash look as if it had been there for so many days."""
    for path in (directory / "trash").iterdir():
        seconds = int(datetime.now(UTC).timestamp() - days * 86400)
        path.rename(path.with_name(f"{path.name.split('.')[0]}.{seconds}.jsonl"))


def test_a_deleted_conversation_is_in_the_trash_and_can_be_had_back(tmp_path: Path) -> None:
    repository, kept, asked = Repository(tmp_path), conversation(), question()
    repository.save(kept, [asked])
    repository.delete(kept.id)
    assert repository.conversations() == []
    with pytest.raises(ConversationNotFoundError):
        repository.load(kept.id)
    with pytest.raises(ConversationNotFoundError):
        repository.delete(kept.id)
    [trashed] = Repository(tmp_path).trash()
    assert trashed.conversation == kept
    assert abs(datetime.now(UTC) - trashed.deleted) < timedelta(minutes=1)
    assert repository.restore(kept.id) == kept
    assert repository.trash() == []
    assert repository.load(kept.id) == (kept, [asked])
    assert repository.conversations() == Repository(tmp_path).conversations() == [kept]


def test_what_is_not_in_the_trash_cannot_be_restored(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation()
    repository.save(kept)
    with pytest.raises(ConversationNotFoundError):
        repository.restore(kept.id)
    repository.delete(kept.id)
    trashed = next((tmp_path / "trash").iterdir())
    file_of(tmp_path, kept.id).write_bytes(trashed.read_bytes())
    with pytest.raises(StoreError, match="back already"):
        repository.restore(kept.id)


def test_the_trash_is_listed_with_the_last_deleted_first(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for name in ("first", "second"):
        kept = conversation(name)
        repository.save(kept)
        repository.delete(kept.id)
        if name == "first":
            age(tmp_path, 1)
    assert [each.conversation.name for each in repository.trash()] == ["second", "first"]


def test_an_answer_that_ends_after_the_delete_is_kept_in_the_trash(tmp_path: Path) -> None:
    repository, kept, asked = Repository(tmp_path), conversation(), question()
    repository.save(kept, [asked])
    repository.delete(kept.id)
    late = answer("Late.", parent=asked.id)
    for repository_or_other in (repository, Repository(tmp_path)):
        repository_or_other.save(replace(kept, head=late.id), [late])
    assert repository.conversations() == Repository(tmp_path).conversations() == []
    repository.restore(kept.id)
    assert repository.load(kept.id)[1] == [asked, late]


def test_the_trash_keeps_what_is_younger_and_gives_up_the_rest(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    old, young = conversation("old"), conversation("young")
    repository.save(old)
    repository.delete(old.id)
    age(tmp_path, 31)
    repository.save(young)
    repository.delete(young.id)
    assert repository.empty_trash(TRASH_KEPT) == 1
    assert [each.conversation.name for each in repository.trash()] == ["young"]
    age(tmp_path, -400)
    assert repository.empty_trash(TRASH_KEPT) == 0, "a clock that went backwards empties nothing"
    assert repository.empty_trash() == 1
    assert repository.trash() == []


def test_what_is_deleted_twice_comes_back_as_it_was_last(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation("one")
    repository.save(kept)
    repository.delete(kept.id)
    copy = next((tmp_path / "trash").iterdir())
    copy.with_name(f"{kept.id}.1000.jsonl").write_bytes(copy.read_bytes())
    repository.save(replace(kept, name="two"))
    repository.restore(kept.id)
    assert [each.name for each in repository.conversations()] == ["two"]
    assert len(repository.trash()) == 1


def test_strange_files_in_the_trash_are_left_alone(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation()
    repository.save(kept)
    repository.delete(kept.id)
    strange = ["notes.txt", ".jsonl", "a.b.jsonl", f"x.{'9' * 40}.jsonl", "é.12.jsonl"]
    for name in strange:
        (tmp_path / "trash" / name).write_text("mine")
    assert [each.conversation for each in repository.trash()] == [kept]
    assert "x." in repository.drain_reports()[0]
    repository.empty_trash(TRASH_KEPT)
    assert {path.name for path in (tmp_path / "trash").iterdir()} >= set(strange)
