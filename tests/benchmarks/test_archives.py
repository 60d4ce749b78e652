"""The archives that are measured with are what they say they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinydb import TinyDB

from benchmarks.archives import MESSAGES, build_archive, build_pair, build_tinydb, name_of, text
from benchmarks.measures.storing import saves
from bnagpt_tui.backend.store import Repository


def test_a_large_archive_holds_so_many_conversations(tmp_path: Path) -> None:
    last = build_archive(tmp_path, 12)
    repository = Repository(tmp_path)
    found = sorted(repository.conversations(), key=lambda each: each.updated)
    assert [each.name for each in found] == [name_of(number) for number in range(12)]
    conversation, messages = repository.load(last)
    assert conversation == found[-1]
    assert len(messages) == MESSAGES
    assert conversation.head == messages[-1].id


def test_the_last_message_of_a_long_conversation_can_be_found(tmp_path: Path) -> None:
    build_pair(tmp_path, ("long", 50), ("short", 4), "the end")
    repository = Repository(tmp_path)
    for name, length in (("long", 50), ("short", 4)):
        messages = repository.load(repository.find(name).id)[1]
        assert len(messages) == length
        assert [m.content.endswith("the end") for m in messages].index(True) == length - 1


def test_texts_differ_and_are_of_one_size() -> None:
    texts = [text(number) for number in range(50)]
    assert len(set(texts)) == 50
    assert {len(each.encode()) // 10 for each in texts} <= {39, 40}


def test_tinydb_opens_what_was_written_for_it(tmp_path: Path) -> None:
    build_tinydb(tmp_path / "db.json", 3)
    documents = TinyDB(tmp_path / "db.json").all()
    assert [each["name"] for each in documents] == [name_of(number) for number in range(3)]
    assert len(documents[0]["messages"]) == MESSAGES


@pytest.mark.parametrize("kind", ["ours", "JSONStorage", "whole file"])
def test_a_save_writes_the_message_at_least(tmp_path: Path, kind: str) -> None:
    place = tmp_path / ("data" if kind == "ours" else "db.json")
    (build_archive if kind == "ours" else build_tinydb)(place, 2)
    milliseconds, size = saves(kind, place, 2)
    assert milliseconds > 0
    assert size > 400
    if kind != "ours":
        assert size > len(json.dumps(text(1))) * MESSAGES * 2
