from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.lines import seal

from .store_support import conversation, file_of, partial, question


def index(directory: Path) -> Path:
    return directory / "index-1.jsonl"


def filled(directory: Path, count: int = 5) -> set[str]:
    repository = Repository(directory)
    for number in range(count):
        repository.save(conversation(f"number {number}"), [question()])
    repository.close()
    return {f"number {number}" for number in range(count)}


def names(repository: Repository) -> set[str]:
    return {each.name for each in repository.conversations()}


def test_a_deleted_index_is_rebuilt_with_progress_shown(tmp_path: Path) -> None:
    expected = filled(tmp_path, 101)
    index(tmp_path).unlink()
    repository = Repository(tmp_path)
    seen: list[tuple[int, int]] = []
    repository.on_progress = lambda done, total: seen.append((done, total))
    assert names(repository) == expected
    assert seen == [(0, 101), (100, 101), (101, 101)]
    assert index(tmp_path).exists()
    seen.clear()
    assert names(repository) == expected
    assert seen == []


def test_an_index_deleted_while_it_is_in_use_is_rebuilt(tmp_path: Path) -> None:
    expected = filled(tmp_path)
    here, there = Repository(tmp_path), Repository(tmp_path)
    assert names(here) == names(there) == expected
    index(tmp_path).unlink()
    here.save(conversation("new"))
    assert names(there) == names(here) == expected | {"new"}
    index(tmp_path).write_bytes(b"rubbish\n")
    assert names(here) == names(there) == expected | {"new"}


def test_a_sound_index_is_believed_without_reading_the_conversations(tmp_path: Path) -> None:
    expected = filled(tmp_path)
    repository = Repository(tmp_path)
    repository.on_progress = lambda done, total: pytest.fail("a conversation was read")
    assert names(repository) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish\n",
        b"\0" * 100,
        b"{}",
        seal({"format": "bnagpt-journal", "version": 99}),
        seal([["set", ["conversations", "7"], {"name": "no id"}]]),
        seal([["set", ["conversations"], 5]]),
        seal([["set", ["conversations", "7"], 5]]),
    ],
)
def test_a_broken_index_is_rebuilt(tmp_path: Path, content: bytes) -> None:
    expected = filled(tmp_path)
    index(tmp_path).write_bytes(content)
    assert names(Repository(tmp_path)) == expected
    repository = Repository(tmp_path)
    assert names(repository) == expected
    repository.save(conversation("one more"))
    assert names(Repository(tmp_path)) == expected | {"one more"}


def test_every_cut_of_the_index_gives_the_whole_list(tmp_path: Path) -> None:
    expected = filled(tmp_path, 3)
    whole = index(tmp_path).read_bytes()
    for size in range(0, len(whole), 23):
        index(tmp_path).write_bytes(whole[:size])
        assert names(Repository(tmp_path)) == expected


def test_files_put_in_or_taken_away_by_hand_are_noticed(tmp_path: Path) -> None:
    expected = filled(tmp_path)
    paths = sorted((tmp_path / "conversations").iterdir())
    paths[0].with_name("copy.jsonl").write_bytes(paths[1].read_bytes())
    paths[2].unlink()
    (tmp_path / "conversations" / "notes.txt").write_text("mine")
    (tmp_path / "conversations" / "bad id!.jsonl").write_text("mine")
    found = Repository(tmp_path).conversations()
    assert len(found) == len(expected)
    assert "copy" in {each.id for each in found}


def test_a_file_put_back_from_a_backup_is_noticed_at_equal_size(tmp_path: Path) -> None:
    there, kept = tmp_path / "there", conversation("before")
    Repository(tmp_path).save(kept)
    Repository(there).save(replace(kept, name="backup"))
    file_of(tmp_path, kept.id).write_bytes(file_of(there, kept.id).read_bytes())
    assert names(Repository(tmp_path)) == {"backup"}


def test_a_pin_set_while_an_answer_comes_is_seen_by_another_process(tmp_path: Path) -> None:
    repository, kept, growing = Repository(tmp_path), conversation(), partial("a")
    repository.save(kept, [growing])
    other = Repository(tmp_path)
    other.conversations()
    repository.save(replace(kept, pinned=True), [replace(growing, content="ab")])
    assert [each.pinned for each in other.conversations()] == [True]


def test_a_conversation_deleted_elsewhere_while_an_answer_comes_is_gone(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    kept, growing = conversation(), partial("a")
    for text in ("a", "ab"):
        here.save(kept, [replace(growing, content=text)])
    there.delete(kept.id)
    assert here.conversations() == []
    here.close()
    assert Repository(tmp_path).conversations() == there.conversations() == []


def test_a_conversation_renamed_elsewhere_while_an_answer_comes_is_renamed(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    kept, growing = conversation("old"), partial("a")
    for text in ("a", "ab"):
        here.save(kept, [replace(growing, content=text)])
    there.save(replace(there.load(kept.id)[0], name="new"))
    assert names(here) == {"new"}


def test_the_list_follows_an_answer_on_its_way_without_being_written(tmp_path: Path) -> None:
    repository, kept, growing = Repository(tmp_path), conversation(), partial("a")
    repository.save(kept, [growing])
    size = index(tmp_path).stat().st_size
    later = replace(kept, updated=kept.updated.replace(year=2027))
    repository.save(later, [replace(growing, content="ab")])
    assert index(tmp_path).stat().st_size == size
    assert repository.conversations() == [later]
    assert Repository(tmp_path).conversations() == [later], "a crash leaves the file to tell"
    repository.close()
    assert index(tmp_path).stat().st_size > size


def test_what_a_crash_left_behind_is_cleared_away(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    kept = conversation()
    file_of(tmp_path, kept.id).with_name(f"{kept.id}.jsonl.new").write_text("half")
    (tmp_path / "locks" / kept.id).write_text('{"pid": 1}')
    names(Repository(tmp_path))
    assert len(list((tmp_path / "conversations").iterdir())) == 1
    assert list((tmp_path / "locks").iterdir()) == []


def test_an_index_that_cannot_be_read_is_done_without(tmp_path: Path) -> None:
    expected = filled(tmp_path)
    index(tmp_path).unlink()
    index(tmp_path).mkdir()
    assert names(Repository(tmp_path)) == expected
