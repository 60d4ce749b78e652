from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from msgspec import Raw

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.store.documents import Documents
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.journal import Journal
from bnagpt_tui.backend.store.lines import header
from bnagpt_tui.backend.store.messages import KeptMessages

from .store_support import answer, conversation, file_of, partial, question


def kept(**records: Any) -> KeptMessages:
    """Messages as they stand in a file, each under the number behind the `n`."""
    documents = Documents()
    for name, record in records.items():
        documents.stored[name[1:]] = Raw(
            record if isinstance(record, bytes) else json.dumps(record).encode()
        )
    return KeptMessages(documents)


def test_messages_are_decoded_when_they_are_asked_for() -> None:
    messages = kept(
        n1={"id": "a", "role": "user", "content": "one", "unknown": [1]},
        n2={"id": "b", "role": "assistant", "parent": "a", "content": "two"},
    )
    assert messages.parents == {"a": None, "b": "a"}
    assert (len(messages), messages.last(), messages.lost) == (2, "b", 0)
    assert [message.content for message in messages] == ["one", "two"]
    assert messages.message("b").role is Role.ASSISTANT


@pytest.mark.parametrize(
    ("record", "content"),
    [
        ({"role": "user", "content": "no id"}, "no id"),
        ({"id": "a", "role": "user", "content": 5}, ""),
        ({"id": "a", "role": "user", "content": "wrong", "created": []}, "wrong"),
        (
            {"id": "a", "role": "user", "content": "naive", "created": "2026-03-02T09:30:00"},
            "naive",
        ),
        ({"id": "a", "role": "user", "parent": 7, "content": "parent"}, "parent"),
    ],
)
def test_what_makes_no_sense_in_a_record_is_passed_over(
    record: dict[str, Any], content: str
) -> None:
    [message] = kept(n10=record)
    assert message.content == content
    assert message.id == record.get("id", "000000000000000a")
    assert message.created.tzinfo is UTC


@pytest.mark.parametrize(
    "record", [{"id": "a"}, {"id": "a", "role": "king"}, [], 5, b"{", b'"\xff"', b"[" * 5000]
)
def test_a_record_beyond_recognition_is_counted(record: Any) -> None:
    messages = kept(n1=record, n2={"id": "b", "role": "user"})
    assert (messages.lost, list(messages.parents)) == (1, ["b"])
    assert kept(nx={"id": "b", "role": "user"}).lost == 1


def test_a_message_whose_text_is_none_says_so() -> None:
    messages = kept(n1=b'{"id":"a","role":"user","parent":"p","content":"\xff"}')
    message = messages.message("a")
    assert (message.id, message.parent, message.role) == ("a", "p", Role.USER)
    assert "cannot be read" in message.problem


def test_messages_that_are_decoded_already_stand_among_the_others() -> None:
    documents = Documents({"1": {"id": "a", "role": "user"}, "2": "no record"})
    messages = KeptMessages(documents)
    assert (list(messages.parents), messages.lost) == (["a"], 1)


def test_documents_are_a_mapping_whatever_is_decoded() -> None:
    documents = Documents({"1": {"n": 1}})
    documents.stored["2"] = Raw(b'{"n":2}')
    documents.stored["3"] = Raw(b"{")
    copy = Documents(documents)
    assert documents == {"1": {"n": 1}, "2": {"n": 2}, "3": None}
    assert type(copy.stored["2"]) is Raw
    documents["2"]["n"] = 5
    assert documents["2"] == {"n": 5}
    del documents["1"]
    assert "1" not in documents
    assert list(copy) == ["1", "2", "3"]


def test_what_was_opened_is_not_changed_by_what_is_saved_later(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    talk, asked, growing = conversation(), question("one"), partial("two")
    repository.save(talk, [asked, growing])
    opened = Repository(tmp_path)
    _, messages = opened.open(talk.id)
    opened.save(talk, [replace(growing, content="two and a half"), answer("three")])
    assert [message.content for message in messages] == ["one", "two"]
    assert [m.content for m in opened.load(talk.id)[1]] == ["one", "two and a half", "three"]


def test_a_file_that_was_only_read_is_written_anew_as_it_was(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    talk = conversation()
    repository.save(talk, [question(str(number)) for number in range(5)])
    journal = Journal(file_of(tmp_path, talk.id), Files())
    journal.catch_up()
    journal.rewrite()
    again = Journal(journal.path, Files())
    again.catch_up()
    assert again.tables == journal.tables
    assert Repository(tmp_path).load(talk.id) == repository.load(talk.id)


def test_operations_of_any_form_add_up_to_the_same(tmp_path: Path) -> None:
    operations = [
        '[["set",["t"],{"1":{"a":"x"}}]]',
        '[["set",["t","2"],{"a":"y"}],["grow",["t","2","a"],1,"z"]]',
        '[["set",["t","1","b"],[1]],["remove",["t","3"]]]',
        '[["set",["new","1"],{}],["remove",["new","1"]]]',
        '[["set",["t","4"],{"deep":{"er":1}}],["remove",["t","4","deep","er"]]]',
        '[["set",["t","5"],1,"too much"]]',
    ]
    lines = [b'["%08x",%b]\n' % (crc32(each.encode()), each.encode()) for each in operations]
    path = tmp_path / "journal"
    path.write_bytes(header() + b"".join(lines))
    journal = Journal(path, Files())
    journal.catch_up()
    assert journal.tables["t"] == {"1": {"a": "x", "b": [1]}, "2": {"a": "yz"}, "4": {"deep": {}}}
    assert journal.tables["new"] == {}
    assert journal.damaged == 1


async def test_the_archive_opens_what_is_on_the_disk_and_what_is_not(archive: Archive) -> None:
    talk, asked = conversation(), Message(Role.USER, "one", id="one")
    await archive.save(talk, asked)
    opened, tree = await archive.open(talk.id)
    assert (opened, list(tree)) == (talk, [asked])


def test_huge_messages_that_stand_together_are_decoded_once() -> None:
    """Each look at the screen asks for all of them; one takes a tenth of a second."""
    huge = {
        name: f'{{"id":"{name}","role":"user","content":"{name * 18_000_000}"}}' for name in "ab"
    }
    messages = kept(n1=huge["a"].encode(), n2=huge["b"].encode())
    first = {name: messages.message(name) for name in huge}
    assert all(messages.message(name) is first[name] for name in huge)
