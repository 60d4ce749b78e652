"""Files of bnaGPT's own kinds, and files that are not what they should be."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bnagpt_tui.backend.models import Conversation, Message, Outcome, Role
from bnagpt_tui.backend.store.exporting import to_markdown
from bnagpt_tui.backend.store.importing import ImportResult, read_import
from tests.store.importing_files import SAVED, own, read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "saved_conversations.json"


def shape(result: ImportResult, index: int = 0) -> list[tuple[str, str, str | None]]:
    """Each message's id, content and parent."""
    return [(m.id, m.content, m.parent) for m in result.conversations[index].messages]


def test_the_first_bnagpts_file_comes_in_with_its_names(file: Path) -> None:
    file.write_text(json.dumps(SAVED), encoding="utf-8")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    result = read_import(file)
    first, second = result.conversations
    assert [first.conversation.name, second.conversation.name] == ["Capitais", "../../etc/passwd"]
    question, answer = first.messages
    assert (question.role, answer.role) == (Role.USER, Role.ASSISTANT)
    assert answer.parent == question.id
    assert first.conversation.head == answer.id
    assert first.conversation.named
    assert first.conversation.updated == datetime.fromtimestamp(1_700_000_000, UTC)
    assert second.conversation.id.isalnum()
    assert result.problems == ()


def test_entries_that_are_no_messages_are_counted(file: Path) -> None:
    entries = [
        {"role": "user", "content": "kept"},
        {"role": "wizard", "content": "x"},
        {"role": "user", "content": 7},
        {"content": "x"},
        "text",
        None,
        {"role": "Assistant", "content": [{"type": "text", "text": "parts"}, {"type": "image"}]},
    ]
    result = read(file, {"a": entries, "b": "no list", "c": []})
    imported = result.conversations[0].messages
    assert [m.content for m in imported] == ["kept", "x", "7", "x", "text", "parts"]
    assert [m.role.value for m in imported] == ["user", "tool", "user", "tool", "tool", "assistant"]
    assert imported[1].tool_calls[0].name == "wizard"
    assert len(result.conversations) == 1
    assert [problem.split("”")[0] for problem in result.problems] == [
        *["“a"] * 3,
        "“b",
        "“c",
    ]
    assert "1 image" in result.problems[0]
    assert "int" in result.problems[1]
    assert "3 messages from somebody" in result.problems[2]


def test_a_bare_list_of_messages_is_named_after_its_file(file: Path) -> None:
    result = read(file, SAVED["Capitais"])
    assert result.conversations[0].conversation.name == "saved_conversations"
    assert len(result.conversations[0].messages) == 2


def test_several_exports_in_one_list_all_come_in(file: Path) -> None:
    result = read(file, [own(), 3, own(), {"unknown": 1}])
    assert len(result.conversations) == 2
    assert "2 of 4 entries" in result.problems[0]


def test_a_damaged_question_stays_the_question_of_its_answer(file: Path) -> None:
    messages = [
        {"role": "user", "content": "1", "id": "m1", "parent": None},
        {"role": "user", "content": ["?"], "id": "m2", "parent": "m1"},
        {"role": "assistant", "content": "3", "id": "m3", "parent": "m2"},
        {"role": "assistant", "content": "again", "id": "m3", "parent": "m1"},
        "rubbish",
    ]
    result = read(file, own(messages=messages))
    (first, _, above), (second, said, parent), answer = shape(result)
    assert (first, above, said, parent) == ("m1", None, "?", "m1")
    assert answer == ("m3", "3", second)
    assert "3 damaged messages" in result.problems[0]


def test_a_message_with_a_damaged_detail_keeps_what_it_says(file: Path) -> None:
    messages = [{"role": "user", "content": "kept", "id": "m1", "created": "yesterday"}]
    result = read(file, own(messages=messages))
    assert shape(result) == [("m1", "kept", None)]


def test_messages_that_follow_each_other_in_a_circle_all_come_in(file: Path) -> None:
    messages = [
        {"role": "user", "content": "1", "id": "m1", "parent": "m2"},
        {"role": "user", "content": "2", "id": "m2", "parent": "m1"},
        {"role": "user", "content": "3", "id": "m3", "parent": "m3"},
    ]
    result = read(file, own(messages=messages))
    assert shape(result) == [("m1", "1", None), ("m2", "2", "m1"), ("m3", "3", None)]
    assert "follow each other" in result.problems[0]


def test_a_head_that_is_not_there_becomes_the_last_message(file: Path) -> None:
    changed = own()
    changed["conversation"]["head"] = "elsewhere"
    assert read(file, changed).conversations[0].conversation.head == "a"


def test_ids_and_paths_that_lead_elsewhere_are_not_used(file: Path) -> None:
    changed = own()
    changed["conversation"]["id"] = "../../../tmp/evil"
    changed["messages"][0]["id"] = "/etc/passwd"
    changed["messages"][1]["parent"] = "/etc/passwd"
    paths = ["../x", "/etc/x", "a/../../x", "a\\..\\x", "", "ab/cd.png"]
    changed["messages"][1]["attachments"] = [
        {"name": "n", "kind": "k", "path": path, "checksum": "c"} for path in paths
    ]
    conversation, messages = (
        read(file, changed).conversations[0].conversation,
        read(file, changed).conversations[0].messages,
    )
    assert "/" not in conversation.id
    assert "/" not in messages[0].id
    assert messages[1].parent == messages[0].id
    assert [a.path for a in messages[1].attachments] == ["ab/cd.png"]


def test_what_is_known_of_a_conversation_may_be_damaged(file: Path) -> None:
    result = read(file, own(conversation={"name": "N", "pinned": "maybe", "head": "q"}))
    assert result.conversations[0].conversation.name == "N"
    assert result.conversations[0].conversation.head == "q"
    assert len(result.conversations[0].messages) == 2
    assert "damaged" in result.problems[0]


@pytest.mark.parametrize("version", [2, None, "1", 1.5])
def test_an_export_of_a_newer_version_is_left_out(file: Path, version: Any) -> None:
    result = read(file, own(version=version))
    assert result.conversations == ()
    assert "newer bnaGPT" in result.problems[0]


@pytest.mark.parametrize(
    "usage",
    [
        {"seconds": 1e999},
        {"prompt_tokens": -1},
        {"completion_tokens": 10**40},
    ],
)
def test_figures_that_cannot_be_are_dropped(file: Path, usage: dict[str, Any]) -> None:
    changed = own()
    changed["messages"][1]["usage"] = usage
    result = read(file, changed)
    assert result.conversations[0].messages[1].usage is None
    assert len(result.conversations[0].messages) == 2


def test_a_time_without_a_zone_is_utc_and_one_beyond_the_calendar_is_replaced(file: Path) -> None:
    changed = own()
    changed["messages"][0]["created"] = "2024-01-02T03:04:05"
    changed["messages"][1]["created"] = "0001-01-01T00:00:00+14:00"
    first, second = read(file, changed).conversations[0].messages
    assert first.created == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert second.created.year > 2000


def test_several_markdown_exports_in_one_file_all_come_in(file: Path) -> None:
    text = "".join(
        to_markdown(Conversation(name), [Message(Role.USER, f"in {name}")]) for name in "ab"
    )
    result = read(file, text)
    assert [item.conversation.name for item in result.conversations] == ["a", "b"]
    assert result.conversations[1].messages[0].content == "in b"


def test_markdown_saved_by_an_editor_with_other_line_ends_comes_in(file: Path) -> None:
    text = to_markdown(Conversation("n"), [Message(Role.USER, "one\ntwo", outcome=Outcome.LENGTH)])
    message = read(file, text.replace("\n", "\r\n")).conversations[0].messages[0]
    assert message.content == "one\ntwo"
    assert message.outcome is Outcome.LENGTH


def test_markdown_with_damaged_comments_gives_what_is_sound(file: Path) -> None:
    text = (
        '<!-- bnagpt:conversation {"version": 1} -->\n'
        "<!-- bnagpt:content {} -->\nnobody's\n"
        "<!-- bnagpt:message {broken} -->\n<!-- bnagpt:content {} -->\nlost\n"
        '<!-- bnagpt:message {"role": "user", "created": 5, "outcome": []} -->\n'
        "<!-- bnagpt:content {} -->\nkept\n"
    )
    result = read(file, text)
    imported = result.conversations[0].messages
    assert [m.content for m in imported] == ["nobody's", "lost", "kept"]
    assert [m.role.value for m in imported] == ["tool", "tool", "user"]
    assert len(result.problems) == 2
    assert result.conversations[0].conversation.name == "saved_conversations"


def test_markdown_with_a_damaged_first_comment_holds_nothing(file: Path) -> None:
    result = read(file, '<!-- bnagpt:conversation {"version": 1 -->\n\ntext\n')
    assert result.conversations == ()
    assert "no messages" in result.problems[0]


def test_a_message_without_a_content_is_left_out(file: Path) -> None:
    result = read(file, own(messages=[{"role": "user", "id": "m"}]))
    assert result.conversations == ()
    assert "1 damaged message." in result.problems[0]


def test_markdown_of_a_newer_version_is_left_out(file: Path) -> None:
    result = read(file, '<!-- bnagpt:conversation {"version": 9, "name": "x"} -->\n')
    assert result.conversations == ()
    assert "newer bnaGPT" in result.problems[0]
