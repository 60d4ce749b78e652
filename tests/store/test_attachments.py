"""Attached files: shared, found again, exported, and gone with the last message that names them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import AttachmentError, StoreUnwritableError
from bnagpt_tui.backend.models import Attachment
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.exporting import export
from bnagpt_tui.backend.store.importing import read_import

from .store_support import FaultyFiles, conversation, question

PICTURE = b"\x89PNG not really \x00\xff"


def place(directory: Path, attachment: Attachment) -> Path:
    return directory / "attachments" / attachment.checksum


def aged(path: Path) -> None:
    """Make a file two days old."""
    moment = path.stat().st_mtime - 2 * 86400
    os.utime(path, (moment, moment))


def test_a_file_is_kept_under_its_checksum_for_its_owner_alone(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    kept = repository.keep_file("../../a picture\x1b.png", "image/png", PICTURE)
    assert kept.checksum == kept.path == sha256(PICTURE).hexdigest()
    assert place(tmp_path, kept).stat().st_mode & 0o777 == 0o600
    assert Repository(tmp_path).file(kept) == PICTURE


def test_the_same_file_is_there_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = repository.keep_file("one.png", "image/png", PICTURE)
    before = place(tmp_path, one).stat().st_ino
    other = repository.keep_file("other.png", "image/png", PICTURE)
    assert other == replace(one, name="other.png")
    assert place(tmp_path, one).stat().st_ino == before
    assert len(list((tmp_path / "attachments").iterdir())) == 1


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.write_bytes(b"another"), "damaged"),
    ],
    ids=["gone", "changed"],
)
def test_what_is_not_what_was_attached_is_a_sentence(
    tmp_path: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    repository = Repository(tmp_path)
    kept = repository.keep_file("a.png", "image/png", PICTURE)
    spoil(place(tmp_path, kept))
    with pytest.raises(AttachmentError, match=sentence):
        repository.file(kept)
    again = repository.keep_file("a.png", "image/png", PICTURE)
    if sentence == "cannot be read":
        assert repository.file(again) == PICTURE


def test_a_checksum_that_is_a_path_is_none(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(AttachmentError, match="no checksum"):
        Repository(tmp_path).file(Attachment("a", "b", "../secret", "../secret"))


@pytest.mark.parametrize("failing", ["create", "write", "sync", "replace", "sync_directory"])
def test_a_file_that_cannot_be_written_is_not_there_in_part(tmp_path: Path, failing: str) -> None:
    files = FaultyFiles()
    files.fails = lambda operation: operation == failing
    with pytest.raises(StoreUnwritableError):
        Repository(tmp_path, files).keep_file("a.png", "image/png", PICTURE)
    found = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert found in ([], [PICTURE])


def test_a_file_goes_with_the_last_conversation_that_names_it(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    shared = repository.keep_file("a.png", "image/png", PICTURE)
    alone = repository.keep_file("b.txt", "text/plain", b"alone")
    talks = [conversation("one"), conversation("two")]
    repository.save(talks[0], [question(attachments=(shared, alone))])
    repository.save(talks[1], [question(attachments=(shared,))])
    for attachment in (shared, alone):
        aged(place(tmp_path, attachment))
    there = []
    for talk in talks:
        repository.delete(talk.id)
        assert repository.file(shared) == PICTURE
        repository.empty_trash()
        there.append([place(tmp_path, each).exists() for each in (shared, alone)])
    assert there == [[True, False], [False, False]]


def test_a_file_that_was_attached_just_now_is_left_for_its_message(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    attachment = repository.keep_file("a.png", "image/png", PICTURE)
    talk = conversation()
    repository.save(talk, [question(attachments=(attachment,))])
    aged(place(tmp_path, attachment))
    repository.keep_file("again.png", "image/png", PICTURE)
    repository.delete(talk.id)
    repository.empty_trash()
    assert repository.file(attachment) == PICTURE


def test_json_carries_files_and_gives_them_back(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "here")
    attachment = repository.keep_file("a.png", "image/png", PICTURE)
    asked = question(attachments=(attachment,))
    talk = conversation(head=asked.id)
    exported = tmp_path / "talk.json"
    exported.write_text(export("json", talk, [asked], {attachment.checksum: PICTURE}))
    [imported] = read_import(exported).conversations
    assert (imported.conversation, imported.messages) == (talk, (asked,))
    assert imported.files == {attachment.checksum: PICTURE}


@pytest.mark.parametrize("spoiled", ["!!!", "YW5vdGhlcg==", 7, None])
def test_a_file_that_came_along_damaged_is_told(tmp_path: Path, spoiled: object) -> None:
    attachment = Repository(tmp_path).keep_file("a.png", "image/png", PICTURE)
    asked = question(attachments=(attachment,))
    exported = tmp_path / "talk.json"
    text = export("json", conversation(head=asked.id), [asked], {attachment.checksum: b"x"})
    spoiled_text = "null" if spoiled is None else repr(spoiled).replace("'", '"')
    exported.write_text(text.replace('"eA=="', spoiled_text))
    result = read_import(exported)
    assert result.conversations[0].files == {}
    assert "1 attached file" in result.problems[0]


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_what_is_read_names_the_files(name: str) -> None:
    attachment = Attachment("<b>a</b>.png", "image/png", "0" * 64, "0" * 64)
    text = export(name, conversation(), [question(attachments=(attachment,))])
    assert "Attached: " in text
    assert "image/png" in text
    assert ("<b>a</b>" in text) == (name == "markdown")
