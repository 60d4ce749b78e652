"""Files in the wrong encoding, cut off, too large, hostile, or not what they seem."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnagpt_tui.backend.errors import ImportFileError
from bnagpt_tui.backend.store.exporting import to_json
from bnagpt_tui.backend.store.import_values import MOST_PROBLEMS
from bnagpt_tui.backend.store.importing import read_import
from bnagpt_tui.backend.store.places import is_id
from tests.store.importing_files import SAVED, own, read, refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "saved_conversations.json"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_unicode_encoding_is_recognised(file: Path, encoding: str) -> None:
    result = read(file, json.dumps(SAVED, ensure_ascii=False).encode(encoding))
    assert result.conversations[0].messages[0].content == "Qual é a capital da Austrália?"
    assert result.problems == ()


def test_latin_1_is_read_and_said(file: Path) -> None:
    result = read(file, json.dumps(SAVED, ensure_ascii=False).encode("latin-1"))
    assert result.conversations[0].messages[0].content == "Qual é a capital da Austrália?"
    assert "Latin-1" in result.problems[0]


def test_a_damaged_byte_in_utf8_costs_one_character(file: Path) -> None:
    data = json.dumps({"n": [{"role": "user", "content": "ação ação X"}]}, ensure_ascii=False)
    result = read(file, data.encode().replace(b"X", b"\xff"))
    assert result.conversations[0].messages[0].content == "ação ação \ufffd"
    assert "damaged characters" in result.problems[0]


def test_halves_of_characters_become_a_replacement(file: Path) -> None:
    result = read(file, r'{"n\ud800": [{"role": "user", "content": "a \udfff b 😀"}]}')
    assert result.conversations[0].conversation.name == "n\ufffd"
    assert result.conversations[0].messages[0].content == "a \ufffd b 😀"


def test_numbers_that_are_none_are_not_taken(file: Path) -> None:
    result = read(file, '{"n": [{"role": "user", "content": NaN}, {"role":"user","content":"x"}]}')
    assert [m.content for m in result.conversations[0].messages] == ["x"]


def test_a_list_that_breaks_off_gives_what_came_before(file: Path) -> None:
    text = json.dumps([own(), own(), own()])
    result = read(file, text[: len(text) - 300])
    assert len(result.conversations) == 2
    assert "broken at character" in result.problems[0]


def test_an_object_that_breaks_off_gives_what_came_before(file: Path) -> None:
    result = read(file, json.dumps(SAVED)[:-20])
    assert [item.conversation.name for item in result.conversations] == ["Capitais"]
    assert "broken at character" in result.problems[0]


def test_an_object_with_something_else_than_a_key_gives_what_came_before(file: Path) -> None:
    result = read(file, '{"a": [{"role": "user", "content": "x"}], 5: []}')
    assert len(result.conversations) == 1


@pytest.mark.parametrize(
    "value",
    [
        "",
        "hello",
        "{}",
        "[]",
        "[1, 2]",
        "{",
        "[",
        '{"a": 1}',
        '{"a": 1} trailing',
        '"text"',
        "12",
        b"\x00\x01\x02\xff" * 10,
        "[" * 100_000,
        '{"a":' * 100_000,
        '[{"mapping": ' + "[" * 100_000,
        '{"n": [' + "9" * 10_000 + "]}",
        "# Some Markdown\n\nof somebody else",
    ],
)
def test_what_is_no_conversation_is_refused_with_a_sentence(file: Path, value: Any) -> None:
    sentence = refused(file, value)
    assert sentence.endswith(".")
    assert len(sentence) < 300


def test_a_file_beyond_the_limit_is_refused_without_being_read(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(101 * 1024 * 1024)
    began = time.monotonic()
    with pytest.raises(ImportFileError, match="larger than 100 MB"):
        read_import(file)
    assert time.monotonic() - began < 5


def test_a_zip_archive_is_told_apart(file: Path) -> None:
    assert "ZIP" in refused(file, b"PK\x03\x04rest")


def test_a_directory_a_pipe_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none", Path("/dev/zero")):
        with pytest.raises(ImportFileError, match=r"is not a regular file|cannot be read"):
            read_import(path)


def test_problems_beyond_counting_are_summed_up(file: Path) -> None:
    result = read(file, {str(number): [] for number in range(MOST_PROBLEMS + 50)})
    assert len(result.problems) == MOST_PROBLEMS + 1
    assert "50 more" in result.problems[-1]


def test_many_nodes_in_one_chain_are_read_in_time(file: Path) -> None:
    messages = [
        {"role": "user", "content": "x", "id": f"m{n}", "parent": f"m{n - 1}" if n else None}
        for n in range(20_000)
    ]
    began = time.monotonic()
    result = read(file, own(messages=messages))
    assert len(result.conversations[0].messages) == 20_000
    assert time.monotonic() - began < 10


KEYS = st.sampled_from(
    [
        *("format", "version", "conversation", "messages", "mapping", "message", "author", "role"),
        *("content", "parts", "text", "id", "parent", "children", "title", "chat", "history"),
        *("currentId", "current_node", "create_time", "metadata", "usage", "name"),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["user", "assistant", "bnagpt-conversation", "text", "a", "../x", ""])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_whatever_json_holds_it_is_read_or_refused_and_what_is_read_is_sound(
    file: Path, value: Any
) -> None:
    try:
        result = read(file, value)
    except ImportFileError:
        return
    for conversation, messages in ((i.conversation, i.messages) for i in result.conversations):
        ids = {message.id for message in messages}
        assert len(ids) == len(messages) > 0
        assert {message.parent for message in messages} <= ids | {None}
        assert conversation.head in ids
        assert is_id(conversation.id)
        to_json(conversation, messages).encode()
