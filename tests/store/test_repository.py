from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ConversationNotFoundError, StoreError
from bnagpt_tui.backend.models import (
    Attachment,
    Message,
    Outcome,
    Role,
    ToolCall,
    Usage,
)
from bnagpt_tui.backend.store import Repository

from .store_support import MONDAY, FaultyFiles, answer, conversation, file_of, partial, question

WHOLE = Message(
    Role.ASSISTANT,
    "Canberra é 🦘\n\0\x1b[31m",
    parent="0123456789abcdef",
    reasoning="Not Sydney.",
    attachments=(Attachment("map.png", "image/png", "aa/map.png", "f" * 64),),
    tool_calls=(ToolCall("call_1", "python", '{"code": "1+1"}'),),
    tool_call_id="call_0",
    created=MONDAY,
    model="openai/gpt-oss-120b",
    usage=Usage(12, 34, 0.5),
    outcome=Outcome.LENGTH,
    problem="Cut short.",
)


def test_a_new_repository_makes_nothing_and_lists_nothing(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "data")
    assert repository.conversations() == []
    assert repository.trash() == []
    repository.close()
    assert list(tmp_path.iterdir()) == []
    Repository(tmp_path / "data").close()


def test_every_field_comes_back_from_another_process(tmp_path: Path) -> None:
    kept = conversation(
        head=WHOLE.id, assistant="Tutor", model="x/y", pinned=True, named=True, minutes=5
    )
    Repository(tmp_path).save(kept, [WHOLE])
    assert Repository(tmp_path).load(kept.id) == (kept, [WHOLE])
    assert Repository(tmp_path).conversations() == [kept]


def test_messages_keep_the_order_in_which_they_came_first(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation()
    messages = [question(str(number)) for number in range(5)]
    repository.save(kept, messages[:3])
    repository.save(kept, [messages[4], messages[3], replace(messages[0], content="edited")])
    order = [message.content for message in Repository(tmp_path).load(kept.id)[1]]
    assert order == ["edited", "1", "2", "4", "3"]


def test_a_field_set_back_to_its_default_is_so_after_loading(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    kept, failed = conversation(pinned=True), answer(problem="No network.")
    repository.save(kept, [failed])
    repository.save(replace(kept, pinned=False), [replace(failed, problem="")])
    assert Repository(tmp_path).load(kept.id) == (
        replace(kept, pinned=False),
        [replace(failed, problem="")],
    )


def test_a_growing_answer_costs_what_is_new_and_not_all_of_it(tmp_path: Path) -> None:
    repository, kept, text = Repository(tmp_path), conversation(), "word " * 4000
    growing = partial(text)
    repository.save(kept, [growing])
    before = file_of(tmp_path, kept.id).stat().st_size
    repository.save(kept, [replace(growing, content=text + "and more")])
    assert file_of(tmp_path, kept.id).stat().st_size - before < 150
    assert Repository(tmp_path).load(kept.id)[1][0].content == text + "and more"


def test_parts_of_an_answer_are_synced_once_a_second_at_most(tmp_path: Path) -> None:
    files, kept, growing = FaultyFiles(), conversation(), partial("")
    repository = Repository(tmp_path, files)
    repository.save(kept, [growing])
    files.operations.clear()
    for number in range(20):
        repository.save(kept, [replace(growing, content="x" * number)])
    assert files.operations.count("write") >= 20
    assert files.operations.count("sync") < 5
    files.operations.clear()
    repository.save(kept, [replace(growing, content="x" * 30, outcome=Outcome.COMPLETE)])
    assert files.operations.count("sync") == 1


def test_what_was_left_unsynced_is_synced_on_request(tmp_path: Path) -> None:
    files, kept, growing = FaultyFiles(), conversation(), partial("a")
    repository = Repository(tmp_path, files)
    repository.save(kept, [growing])
    repository.save(kept, [replace(growing, content="ab")])
    files.operations.clear()
    repository.sync()
    repository.sync()
    assert files.operations.count("sync") == 1


def test_saving_what_is_saved_writes_nothing(tmp_path: Path) -> None:
    repository, kept, asked = Repository(tmp_path), conversation(), question()
    repository.save(kept, [asked])
    before = file_of(tmp_path, kept.id).read_bytes()
    repository.save(kept, [asked])
    assert file_of(tmp_path, kept.id).read_bytes() == before


def test_ids_of_any_length_and_script_can_name_messages(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation()
    messages = [question("a", id="msg-1"), question("b", id="ü" * 100), question("c", id="")]
    repository.save(kept, messages)
    assert Repository(tmp_path).load(kept.id)[1] == messages


@pytest.mark.parametrize("bad", ["../escape", "", "a/b", "x" * 65, ".", "a\0b", "ü"])
def test_an_id_that_could_leave_the_directory_is_refused(tmp_path: Path, bad: str) -> None:
    repository = Repository(tmp_path / "data")
    with pytest.raises(StoreError, match="id"):
        repository.save(conversation(id=bad))
    with pytest.raises(ConversationNotFoundError):
        repository.load(bad)
    with pytest.raises(ConversationNotFoundError):
        repository.delete(bad)
    with pytest.raises(ConversationNotFoundError):
        repository.restore(bad)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["a/b\\c", "../../etc/passwd", "line\nline", "🦘" * 50, "x" * 10_000, "", "con", "\0", "[/]"],
)
def test_any_name_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    kept = conversation(name)
    Repository(tmp_path).save(kept)
    assert Repository(tmp_path).conversations() == [kept]
    assert {path.stem for path in (tmp_path / "conversations").iterdir()} == {kept.id}


def test_a_name_that_differs_in_case_or_normalisation_alone_is_given_a_number(
    tmp_path: Path,
) -> None:
    repository = Repository(tmp_path)
    for name in ("Cafe\u0301", "Caf\u00e9", "CAFÉ", "café "):
        repository.save(conversation(name))
    names = {each.name for each in Repository(tmp_path).conversations()}
    assert names == {"Cafe\u0301", "Caf\u00e9 (2)", "CAFÉ (3)", "café (4)"}


def test_half_a_character_is_replaced_and_the_rest_kept(tmp_path: Path) -> None:
    kept = conversation("bad \ud800 name")
    call = ToolCall("1", "python", "\udfff")
    Repository(tmp_path).save(kept, [question("a\ud83d b"), answer(tool_calls=(call,))])
    loaded, messages = Repository(tmp_path).load(kept.id)
    assert loaded.name == "bad \ufffd name"
    assert messages[0].content == "a\ufffd b"
    assert messages[1].tool_calls[0].arguments == "\ufffd"


def test_a_clock_that_went_backwards_changes_nothing(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation(minutes=60)
    repository.save(kept, [question("first")])
    earlier = replace(kept, updated=MONDAY.replace(year=1999))
    repository.save(earlier, [replace(question("second"), created=MONDAY.replace(year=1999))])
    loaded, messages = Repository(tmp_path).load(kept.id)
    assert loaded == earlier
    assert [message.content for message in messages] == ["first", "second"]


def test_a_time_without_a_zone_is_read_as_utc(tmp_path: Path) -> None:
    naive = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001
    kept = replace(conversation(), created=naive)
    Repository(tmp_path).save(kept, [replace(question(), created=naive)])
    loaded, messages = Repository(tmp_path).load(kept.id)
    assert loaded.created == messages[0].created == MONDAY


def test_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    kept = conversation()
    for mask in (0o000, 0o777):
        directory = tmp_path / str(mask)
        repository = Repository(directory)
        old = os.umask(mask)
        try:
            repository.save(kept, [question()])
            repository.delete(kept.id)
            repository.save(kept, [question()])
            repository.restore(kept.id)
        finally:
            os.umask(old)
        for path in [directory, *directory.rglob("*")]:
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_directory_of_the_users_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Repository(tmp_path).save(conversation())
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_many_conversations_can_be_written_in_turns(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    kept = [conversation(str(number)) for number in range(12)]
    for text in ("one", "two"):
        for each in kept:
            repository.save(each, [partial(text, id=each.id)])
    again = Repository(tmp_path)
    assert all(again.load(each.id)[1][0].content == "two" for each in kept)


def test_the_import_brings_neither_tinydb_nor_msgspec() -> None:
    program = (
        "import sys, bnagpt_tui.backend.store;"
        "print([name for name in ('tinydb', 'msgspec', 'textual') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_large_conversations_are_let_go_and_found_again(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    large = [conversation(str(number)) for number in range(3)]
    for each in large:
        repository.save(each, [question("x" * 9_000_000, id=each.id)])
    for each in large:
        repository.save(each, [question("y", id=f"{each.id}-2")])
        assert [len(message.content) for message in repository.load(each.id)[1]] == [9_000_000, 1]
