from __future__ import annotations

import datetime
import errno
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.operations import add, delete, increment
from tinydb.table import Document

from bnagpt_tui.backend.errors import StoreUnwritableError
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.lock import Lock
from bnagpt_tui.backend.store.storage import JournalStorage
from bnagpt_tui.backend.store.table import Changes, JournalDatabase

from .store_support import FaultyFiles

DOCUMENT = {
    "none": [None, None],
    "int": 42,
    "float": 3.1415899999999999,
    "list": ["LITE", "RES_ACID", "SUS_DEXT"],
    "dict": {"hp": 13, "sp": 5},
    "bool": [True, False, True, False],
}


def journal_database(directory: Path) -> JournalDatabase:
    lock = Lock(directory / "lock", Files())
    return JournalDatabase(directory / "db", Files(), lock=lock, aside=directory / "aside")


def plain_database(directory: Path) -> TinyDB:
    return TinyDB(directory / "db", storage=JournalStorage)


DATABASES = pytest.mark.parametrize("make", [journal_database, plain_database])


def test_what_was_written_is_read_even_where_it_is_no_table(tmp_path: Path) -> None:
    storage: Any = JournalStorage(tmp_path / "db")
    assert storage.read() is None
    storage.write(DOCUMENT)
    assert storage.read() == DOCUMENT
    storage.close()
    assert JournalStorage(tmp_path / "db").read() == DOCUMENT


def test_writing_again_replaces_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "db"
    JournalStorage(path).write({"a": {"1": {"x": 1}}, "b": {}})
    JournalStorage(path).write({"a": {"1": {"y": 2}}})
    assert JournalStorage(path).read() == {"a": {"1": {"y": 2}}}


def test_reading_gives_a_copy(tmp_path: Path) -> None:
    storage = JournalStorage(str(tmp_path / "db"))
    storage.write({"a": {"1": {"x": [1]}}})
    read = storage.read()
    assert read
    read["a"]["1"]["x"].append(2)
    assert storage.read() == {"a": {"1": {"x": [1]}}}


@pytest.mark.parametrize(
    "value",
    [{1, 2}, object(), b"bytes", datetime.datetime.now(datetime.UTC), {1: 2}, 1j, float("nan")],
)
@DATABASES
def test_what_is_not_json_is_refused_before_anything_is_touched(
    tmp_path: Path, make: Any, value: object
) -> None:
    database = make(tmp_path)
    database.insert({"sound": True})
    before = (tmp_path / "db").read_bytes()
    with pytest.raises((TypeError, ValueError)):
        database.insert({"bad": {"deep": [value]}})
    with pytest.raises((TypeError, ValueError)):
        database.update({"bad": value})
    assert (tmp_path / "db").read_bytes() == before
    assert database.all() == [{"sound": True}]
    database.insert({"after": 1})
    assert make(tmp_path).all() == [{"sound": True}, {"after": 1}]


@pytest.mark.parametrize("value", ["\ud800", "fine\udfff"])
@DATABASES
def test_what_the_codec_refuses_leaves_no_trace(tmp_path: Path, make: Any, value: object) -> None:
    database = make(tmp_path)
    for sound in ([], [{"sound": True}]):
        with pytest.raises(UnicodeEncodeError):
            database.insert({"bad": value})
        assert database.all() == sound
        if not sound:
            database.insert({"sound": True})
    assert make(tmp_path).all() == [{"sound": True}]


@DATABASES
def test_all_of_tinydbs_changes_come_back(tmp_path: Path, make: Any) -> None:
    database = make(tmp_path)
    database.insert_multiple({"n": n, "list": [n]} for n in range(6))
    database.insert(Document({"n": 40}, doc_id=40))
    database.update(increment("n"), where("n") == 2)
    database.update({"even": True}, doc_ids=[1, 3, 99])
    database.update(add("n", 0), where("n") == 0)
    database.update(delete("even"), doc_ids=[3])
    database.upsert({"n": 40, "up": 1}, where("n") == 40)
    database.upsert(Document({"n": 50}, doc_id=50))
    database.remove(where("n") == 5)
    database.remove(doc_ids=[2])
    database.table("other").insert({"there": "too"})
    database.table("emptied").insert({"x": 1})
    database.table("emptied").truncate()
    expected = [
        (1, {"n": 0, "list": [0], "even": True}),
        (3, {"n": 3, "list": [2]}),
        (4, {"n": 3, "list": [3]}),
        (5, {"n": 4, "list": [4]}),
        (40, {"n": 40, "up": 1}),
        (50, {"n": 50}),
    ]
    for each in (database, make(tmp_path)):
        assert [(document.doc_id, dict(document)) for document in each] == expected
        assert each.table("other").all() == [{"there": "too"}]
        assert len(each.table("emptied")) == 0
        assert each.get(doc_id=40) == {"n": 40, "up": 1}
        assert each.count(where("n") == 3) == 2
    assert make(tmp_path).insert({"next": 1}) == 51


@DATABASES
def test_tables_can_be_dropped(tmp_path: Path, make: Any) -> None:
    database = make(tmp_path)
    database.table("one").insert({"x": 1})
    database.table("two").insert({"x": 1})
    database.drop_table("one")
    assert make(tmp_path).tables() == {"two"}
    database.drop_tables()
    assert make(tmp_path).tables() == set()
    database.close()


@DATABASES
def test_a_document_number_that_is_taken_is_refused(tmp_path: Path, make: Any) -> None:
    database = make(tmp_path)
    database.insert(Document({"x": 1}, doc_id=7))
    with pytest.raises(ValueError, match="already exists"):
        database.insert(Document({"x": 2}, doc_id=7))
    assert make(tmp_path).all() == [{"x": 1}]


def test_it_works_under_the_caching_middleware(tmp_path: Path) -> None:
    cached: Any = CachingMiddleware(JournalStorage)  # type: ignore[no-untyped-call]
    with TinyDB(tmp_path / "db", storage=cached) as database:
        database.insert_multiple({"n": n} for n in range(10))
        assert not (tmp_path / "db").exists()
        database.update({"n": 0}, doc_ids=[3])
        database.remove(doc_ids=[4])
    assert [document["n"] for document in journal_database(tmp_path)] == [0, 1, 0, 4, 5, 6, 7, 8, 9]


@DATABASES
def test_two_databases_on_one_file_see_each_other(tmp_path: Path, make: Any) -> None:
    here, there = make(tmp_path), make(tmp_path)
    here.insert({"from": "here"})
    assert there.search(where("from") == "here") == [{"from": "here"}]
    there.insert({"from": "there"})
    here.update({"seen": True}, doc_ids=[1])
    for database in (here, there):
        assert database.all() == [{"from": "here", "seen": True}, {"from": "there"}]
        assert database.count(where("from") == "there") == 1


def change_and_fail(database: JournalDatabase) -> None:
    with database.storage.transaction():
        database.insert({"n": 4})
        database.remove(doc_ids=[1])
        database.update({"n": 5}, doc_ids=[2])
        database.table("third").insert({"n": 6})
        raise LookupError


def test_a_transaction_is_written_as_one_line_or_not_at_all(tmp_path: Path) -> None:
    database = journal_database(tmp_path)
    database.insert({"n": 1})
    before = (tmp_path / "db").read_bytes()
    with database.storage.transaction():
        database.insert({"n": 2})
        database.table("other").insert({"n": 3})
        assert (tmp_path / "db").read_bytes() == before
        assert len(database) == 2
    assert len((tmp_path / "db").read_bytes().splitlines()) == len(before.splitlines()) + 1
    with pytest.raises(LookupError):
        change_and_fail(database)
    assert database.all() == [{"n": 1}, {"n": 2}]
    assert database.storage.read() == journal_database(tmp_path).storage.read()


def test_documents_are_only_changed_in_a_transaction(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        journal_database(tmp_path).storage.stage("table", {"1": {"x": 1}})


def test_a_change_costs_what_it_changes(tmp_path: Path) -> None:
    database = journal_database(tmp_path)
    database.insert_multiple({"n": n, "text": "x" * 400} for n in range(500))
    size = (tmp_path / "db").stat().st_size
    database.update({"n": -1}, doc_ids=[250])
    assert (tmp_path / "db").stat().st_size - size < 80


def test_a_large_database_is_written_in_pieces(tmp_path: Path) -> None:
    database = journal_database(tmp_path)
    database.insert_multiple({"text": "x" * 300_000} for _ in range(10))
    assert len(journal_database(tmp_path).all()) == 10


def test_a_failed_whole_write_leaves_memory_as_the_file_is(tmp_path: Path) -> None:
    files = FaultyFiles()
    storage = JournalStorage(tmp_path / "db", files)
    storage.write({"t": {"1": {"n": 0}}})
    files.fails = lambda operation: operation == "write"
    with pytest.raises(OSError, match="No space"):
        storage.write({"t": {"1": {"n": 1}}})
    files.fails = lambda operation: False
    assert storage.read() == {"t": {"1": {"n": 0}}}


def test_after_a_failed_sync_the_file_is_written_anew(tmp_path: Path) -> None:
    files = FaultyFiles()
    files.error = errno.EIO
    storage = JournalStorage(tmp_path / "db", files)
    storage.write({"t": {"1": {"n": 0}}})
    files.fails = lambda operation: operation == "sync"
    with pytest.raises(OSError, match="Input/output"):
        storage.write({"t": {"1": {"n": 1}}})
    files.fails = lambda operation: False
    files.operations.clear()
    storage.write({"t": {"1": {"n": 2}}})
    assert "replace" in files.operations
    assert JournalStorage(tmp_path / "db").read() == {"t": {"1": {"n": 2}}}


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    storage = JournalStorage(tmp_path / "db")
    storage.write({"t": {"1": {"n": 0}}})
    storage.journal.version = 9
    with pytest.raises(StoreUnwritableError, match="newer"):
        storage.write({"t": {}})


def test_changes_behave_as_a_mapping() -> None:
    changes = Changes({"1": {"a": 1}, "2": {"b": 2}})
    changes[3] = {"c": 3}
    del changes[1]
    assert (dict(changes), len(changes)) == ({2: {"b": 2}, 3: {"c": 3}}, 2)
    assert 1 not in changes
    with pytest.raises(KeyError):
        del changes[1]
    with pytest.raises(KeyError):
        changes[1]
    del changes[3]
    changes.clear()
    assert list(changes) == []
    assert list(changes.items_touched()) == [("1", None), ("2", None)]
