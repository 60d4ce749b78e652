from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from bnagpt_tui.backend.errors import StoreError
from bnagpt_tui.backend.models import SearchResults
from bnagpt_tui.backend.store import Repository, Searcher
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.search_file import SEARCH_FILE, SearchConnection, SearchFile, connect

from .searching import found
from .store_support import conversation, question, until


@pytest.fixture
async def indexed(tmp_path: Path) -> Path:
    """A store with an index of it."""
    Repository(tmp_path).save(conversation(), [question("word")])
    searcher = Searcher(tmp_path)
    await found(searcher, "word")
    await searcher.close()
    return tmp_path


async def searched(directory: Path) -> list[str]:
    """What a new process would find."""
    searcher = Searcher(directory)
    snippets = await found(searcher, "word")
    await searcher.close()
    return snippets


@pytest.mark.parametrize("cut", [1.0, 0.5, 0.1])
async def test_a_broken_index_is_thrown_away_and_built_anew(indexed: Path, cut: float) -> None:
    file = indexed / SEARCH_FILE
    size = file.stat().st_size
    file.write_bytes(b"SQLite format 3\0"[: int(16 * cut)] + b"\xa5" * int(size * cut))
    assert await searched(indexed) == ["[word]"]
    assert file.read_bytes()[:16] == b"SQLite format 3\0"
    assert await searched(indexed) == ["[word]"]


async def test_an_index_with_broken_pages_is_built_anew(indexed: Path) -> None:
    file = indexed / SEARCH_FILE
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    assert await searched(indexed) == ["[word]"]


async def test_an_index_that_breaks_while_it_is_used_is_built_anew(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for number in range(300):
        repository.save(conversation(), [question(f"word {number} " + "filler " * 50)])
    searcher = Searcher(tmp_path, look_every=0)
    assert len(await found(searcher, "word", limit=400)) == 300
    file = tmp_path / SEARCH_FILE
    with closing(connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.execute("UPDATE words_data SET block = zeroblob(10)")
    repository.save(conversation(), [question("word 300")])
    assert len(await found(searcher, "word", limit=400)) == 301
    await searcher.close()


async def test_an_index_of_another_version_is_built_anew(indexed: Path) -> None:
    with closing(connect(indexed / SEARCH_FILE)) as other:
        other.execute("PRAGMA user_version = 99")
        other.execute("DROP TABLE message")
    assert await searched(indexed) == ["[word]"]


async def test_a_foreign_database_in_its_place_is_no_obstacle(indexed: Path) -> None:
    (indexed / SEARCH_FILE).unlink()
    with closing(sqlite3.connect(indexed / SEARCH_FILE)) as other:
        other.execute("CREATE TABLE words(x)")
    assert await searched(indexed) == ["[word]"]


async def test_a_directory_in_its_place_is_no_obstacle(indexed: Path) -> None:
    (indexed / SEARCH_FILE).unlink()
    (indexed / SEARCH_FILE).mkdir()
    assert await searched(indexed) == ["[word]"]


def impatient(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=0.05, isolation_level=None, check_same_thread=False)


async def test_an_index_that_another_process_locks_is_done_without(indexed: Path) -> None:
    Repository(indexed).save(conversation(), [question("word two")])
    with closing(connect(indexed / SEARCH_FILE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        searcher = Searcher(indexed, connect=impatient)
        assert sorted(await found(searcher, "word")) == ["[word]", "[word] two"]
        await searcher.close()
        other.execute("ROLLBACK")


async def test_a_directory_that_cannot_be_written_is_searched_all_the_same(
    indexed: Path,
) -> None:
    def refusing(path: Path) -> sqlite3.Connection:
        if path.parent == indexed:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(path)

    file = SearchFile(indexed, refusing)
    connection = SearchConnection(file)
    assert connection.run(lambda opened: opened.execute("SELECT 1").fetchall()) == [(1,)]
    place = file.path
    assert place.parent != indexed
    assert place.exists()
    connection.close()
    file.close()
    assert not place.exists()


def test_where_no_file_can_be_written_there_is_a_sentence(tmp_path: Path) -> None:
    def refusing(_path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    file = SearchFile(tmp_path, refusing)
    with pytest.raises(StoreError, match=r"cannot be kept anywhere \(disk I/O error\)"):
        SearchConnection(file).run(lambda opened: opened)
    file.close()


def test_without_a_place_for_temporary_files_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(_path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StoreError, match="cannot be kept anywhere"):
        SearchConnection(SearchFile(tmp_path, refusing)).run(lambda opened: opened)


def test_without_full_text_search_there_is_a_sentence(tmp_path: Path) -> None:
    class Plain(sqlite3.Connection):
        """A connection to an SQLite that was built without FTS5."""

        def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
            if "fts5" in sql:
                raise sqlite3.OperationalError("no such module: fts5")
            return super().execute(sql)

    def plain(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, factory=Plain, isolation_level=None)

    with pytest.raises(StoreError, match="built without"):
        SearchConnection(SearchFile(tmp_path, plain)).run(lambda opened: opened)


async def test_it_works_while_it_is_being_built_and_says_so(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for number in range(30):
        texts = [question(f"word {number} {part} " + "filler " * 300) for part in range(30)]
        repository.save(conversation(), texts)
    searcher = Searcher(tmp_path, look_every=0)
    seen: list[SearchResults] = []
    while not seen or seen[-1].indexed < seen[-1].total:
        seen.append(await searcher.search("word", limit=1000))
        await asyncio.sleep(0)
    assert seen[0].indexed < seen[0].total == 30
    assert len(seen[-1].hits) == 900
    assert [len(each.hits) for each in seen] == sorted(len(each.hits) for each in seen)
    await searcher.close()


class Halting(Files):
    """Files of which the tenth that is opened waits until the test goes on."""

    def __init__(self) -> None:
        self.opened = 0
        self.is_halted = Event()
        self.may_go_on = Event()

    def open_to_read(self, path: Path) -> int:
        self.opened += 1
        if self.opened == 10:
            self.is_halted.set()
            self.may_go_on.wait(20)
        return super().open_to_read(path)


async def test_closing_while_it_is_being_built_leaves_a_sound_index(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for number in range(40):
        repository.save(conversation(), [question(f"word {number}")])
    files = Halting()
    searcher = Searcher(tmp_path, files)
    await searcher.refresh()
    await until(files.is_halted.is_set)
    closing_down = asyncio.ensure_future(searcher.close())
    await asyncio.sleep(0)
    files.may_go_on.set()
    await closing_down
    assert files.opened == 10
    assert len(await searched(tmp_path)) == 40


async def test_closing_waits_for_no_long_conversation(tmp_path: Path) -> None:
    Repository(tmp_path).save(conversation(), [question(f"word {part}") for part in range(3000)])
    searcher = Searcher(tmp_path)
    await searcher.refresh()
    await searcher.close()
    with closing(connect(tmp_path / SEARCH_FILE)) as other:
        assert other.execute("SELECT count(*) FROM message").fetchone() == (0,)


async def test_processes_that_index_at_once_index_everything(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for number in range(200):
        repository.save(conversation(), [question(f"word {number} " + "filler " * 100)])
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from bnagpt_tui.backend.store import Searcher\n"
        "async def main():\n"
        "    searcher = Searcher(Path(sys.argv[1]))\n"
        "    await searcher.settle()\n"
        "    print(len((await searcher.search('word', 1000)).hits))\n"
        "    await searcher.close()\n"
        "asyncio.run(main())\n"
    )
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    assert [(await worker.communicate())[0] for worker in workers] == [b"200\n"] * 3
    with closing(connect(tmp_path / SEARCH_FILE)) as other:
        assert other.execute("SELECT count(*) FROM message").fetchone() == (200,)
        other.execute("INSERT INTO words(words) VALUES('integrity-check')")
