from __future__ import annotations

from pathlib import Path

from bnagpt_tui.backend.store.storage import JournalStorage

from .store_support import FaultyFiles
from .test_storage import journal_database


def test_garbage_is_cleared_when_it_is_more_than_half(tmp_path: Path) -> None:
    database = journal_database(tmp_path)
    database.insert_multiple({"text": "x" * 1000} for _ in range(20))
    largest = 0
    for number in range(300):
        database.update({"text": f"{number}" * 300}, doc_ids=[1 + number % 20])
        largest = max(largest, (tmp_path / "db").stat().st_size)
    assert largest < 4 * 20 * 1000 + 40_000
    assert journal_database(tmp_path).all() == database.all()


def test_a_file_full_of_garbage_is_cleared_at_the_first_write(tmp_path: Path) -> None:
    database = journal_database(tmp_path)
    database.insert({"n": 0})
    for number in range(100):
        database.update({"n": number})
    assert len((tmp_path / "db").read_bytes().splitlines()) > 50
    journal_database(tmp_path).update({"n": -1})
    assert len((tmp_path / "db").read_bytes().splitlines()) == 2
    assert database.all() == [{"n": -1}]


def test_a_failed_clearing_of_garbage_fails_no_write(tmp_path: Path) -> None:
    files = FaultyFiles()
    storage = JournalStorage(tmp_path / "db", files)
    storage.write({"t": {"1": {"n": 0}}})
    files.fails = lambda operation: operation == "replace"
    for number in range(50):
        storage.write({"t": {"1": {"n": number, "text": str(number) * 2000}}})
        assert JournalStorage(tmp_path / "db").read() == storage.read()
    assert not (tmp_path / "db.new").exists()
