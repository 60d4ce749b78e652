from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from bnagpt_tui.backend.errors import StoreError
from bnagpt_tui.backend.store import Repository, Searcher
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.search_file import SEARCH_FILE, connect
from bnagpt_tui.backend.store.search_index import transaction

from .searching import found
from .store_support import conversation, question


async def test_an_empty_store_is_searched_without_a_trace(tmp_path: Path) -> None:
    searcher = Searcher(tmp_path / "nowhere")
    results = await searcher.search("word before:soon")
    assert (results.hits, results.indexed, results.total) == ((), 0, 0)
    assert not (tmp_path / "nowhere").exists()
    await searcher.close()


async def test_what_a_search_keeps_is_for_its_owner_alone(
    searcher: Searcher, repository: Repository, tmp_path: Path
) -> None:
    repository.save(conversation(), [question("word")])
    await found(searcher, "word")
    kept = [path for path in tmp_path.iterdir() if path.name.startswith("search-")]
    assert kept
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)


async def test_what_was_indexed_serves_the_next_start(
    tmp_path: Path, repository: Repository
) -> None:
    repository.save(conversation(), [question("word")])
    for _ in range(2):
        searcher = Searcher(tmp_path)
        assert await found(searcher, "word") == ["[word]"]
        await searcher.close()
        await searcher.close()
    assert not list(tmp_path.glob("search-*-wal"))


async def test_a_conversation_that_cannot_be_read_holds_nothing_up(
    searcher: Searcher, repository: Repository, tmp_path: Path
) -> None:
    repository.save(conversation(), [question("word")])
    (tmp_path / "conversations" / "broken.jsonl").write_bytes(b"\x00\xffno journal\n")
    (tmp_path / "conversations" / "directory.jsonl").mkdir()
    (tmp_path / "conversations" / "odd.jsonl").write_text('{"messages": [], "conversation": 3}')
    assert await found(searcher, "word") == ["[word]"]
    assert searcher.progress == (4, 4)


async def test_a_directory_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_text("a file")
    searcher = Searcher(tmp_path)
    with pytest.raises(StoreError, match="cannot be read"):
        await searcher.search("word")
    await searcher.close()


async def test_after_its_end_a_search_is_refused(searcher: Searcher) -> None:
    await searcher.close()
    with pytest.raises(StoreError, match="closed"):
        await searcher.search("word")


async def test_the_index_can_be_removed_at_any_time(tmp_path: Path, repository: Repository) -> None:
    repository.save(conversation(), [question("word")])
    searcher = Searcher(tmp_path)
    assert await found(searcher, "word") == ["[word]"]
    await searcher.close()
    (tmp_path / "search-1.sqlite").unlink()
    shutil.rmtree(tmp_path / "trash", ignore_errors=True)
    searcher = Searcher(tmp_path)
    assert await found(searcher, "word") == ["[word]"]
    await searcher.close()


class Counting(Files):
    """Files that count how often a directory was read."""

    looks = 0

    def entries(self, path: Path) -> list[os.DirEntry[str]]:
        self.looks += 1
        return super().entries(path)


async def test_no_file_is_looked_at_again_when_nothing_happened(
    tmp_path: Path, repository: Repository
) -> None:
    repository.save(conversation(), [question("word")])
    repository.close()
    files = Counting()
    searcher = Searcher(tmp_path, files, look_every=0)
    assert await found(searcher, "word") == ["[word]"]
    looks = files.looks
    assert len((await searcher.search("word")).hits) == 1
    assert files.looks == looks
    await searcher.close()


async def test_of_the_last_that_was_deleted_nothing_stays_in_the_index(
    searcher: Searcher, repository: Repository, tmp_path: Path
) -> None:
    kept = conversation()
    repository.save(kept, [question("word")])
    assert await found(searcher, "word") == ["[word]"]
    repository.delete(kept.id)
    assert await found(searcher, "word") == []
    with closing(connect(tmp_path / SEARCH_FILE)) as index:
        assert index.execute("SELECT count(*) FROM words").fetchone() == (0,)


def test_a_change_that_fails_on_the_way_changes_nothing(tmp_path: Path) -> None:
    def fail(connection: Connection) -> None:
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES(1)")
            raise KeyError

    with closing(connect(tmp_path / "x")) as connection:
        connection.execute("CREATE TABLE numbers(number)")
        with pytest.raises(KeyError):
            fail(connection)
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
