"""`bnagpt export` and `import`."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.store.exporting import to_json

if TYPE_CHECKING:
    from .conftest import CommandLine


def saved(tmp_path: Path, names: dict[str, str]) -> str:
    """A file of the first bnaGPT, with one message in each conversation."""
    file = tmp_path / "saved_conversations.json"
    value = {name: [{"role": "user", "content": text}] for name, text in names.items()}
    file.write_text(json.dumps(value), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        ((), "# Capitals\n"),
        (("--format", "markdown"), "# Capitals\n"),
        (("--format", "html", "--output", "-"), "<!DOCTYPE html>\n"),
        (("--format", "json"), "{\n"),
    ],
)
def test_export_writes_to_standard_output(
    command_line: CommandLine, arguments: tuple[str, ...], begins: str
) -> None:
    command_line.keep("Capitals", "q", "a")
    ran = command_line.run("export", "Capitals", *arguments)
    assert ran.status == 0
    assert ran.out.startswith(begins)


@pytest.mark.parametrize(
    ("ending", "begins"), [("md", "# "), ("json", "{"), ("HTML", "<!DOCTYPE"), ("x", "# ")]
)
def test_the_files_ending_decides_the_format(
    command_line: CommandLine, tmp_path: Path, ending: str, begins: str
) -> None:
    command_line.keep("n", "q")
    file = tmp_path / f"out.{ending}"
    ran = command_line.run("export", "n", "--output", str(file))
    assert (ran.status, ran.out, ran.err) == (0, f"Wrote {file}.\n", "")
    assert file.read_text(encoding="utf-8").startswith(begins)


def test_an_exported_file_is_its_owners_alone_whatever_the_umask(
    command_line: CommandLine, tmp_path: Path
) -> None:
    command_line.keep("n", "q")
    before = os.umask(0)
    try:
        command_line.run("export", "n", "--output", str(tmp_path / "out"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


def test_export_replaces_a_file_only_by_force(command_line: CommandLine, tmp_path: Path) -> None:
    command_line.keep("n", "q")
    file = tmp_path / "out.md"
    file.write_text("mine")
    ran = command_line.run("export", "n", "--output", str(file))
    assert ran.status == 1
    assert "--force" in ran.err
    assert file.read_text() == "mine"
    assert command_line.run("export", "n", "--output", str(file), "--force").status == 0
    assert file.read_text().startswith("# n")
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["out.md"]


def test_export_to_where_nothing_can_be_written_is_a_sentence(
    command_line: CommandLine, tmp_path: Path
) -> None:
    command_line.keep("n", "q")
    ran = command_line.run("export", "n", "--output", str(tmp_path / "none" / "out"))
    assert ran.status == 1
    assert "cannot be written: No such file or directory." in ran.err


def test_what_is_exported_as_json_comes_back_whole(
    command_line: CommandLine, tmp_path: Path
) -> None:
    kept = command_line.keep("n", "q", "a")
    command_line.repository.save(kept, [Message(Role.USER, "branch")])
    expected = command_line.repository.load(kept.id)
    file = str(tmp_path / "out.json")
    command_line.run("export", "n", "--output", file)
    command_line.run("delete", "n")
    command_line.run("trash", "empty", "--yes")
    ran = command_line.run("import", file)
    assert (ran.status, ran.err) == (0, "")
    assert command_line.repository.load(kept.id) == expected


def test_import_keeps_names_and_numbers_those_that_are_taken(
    command_line: CommandLine, tmp_path: Path
) -> None:
    command_line.keep("capitais", "q")
    command_line.keep("b", "q")
    command_line.keep("b (2)", "q")
    file = saved(tmp_path, {"Capitais": "x", "b": "y", "new": "z"})
    ran = command_line.run("import", file)
    assert ran.status == 0
    assert [line.strip() for line in ran.out.splitlines()] == [
        "Capitais (2) · 1 message",
        "b (3) · 1 message",
        "new · 1 message",
        f"{file}: 3 conversations imported.",
    ]
    _, messages = command_line.repository.load(command_line.repository.find("Capitais (2)").id)
    assert [m.content for m in messages] == ["x"]


def test_many_conversations_of_one_name_get_a_number_each(
    command_line: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "conversations.json"
    node = {"parent": None, "message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}
    chats = [
        {"title": "New chat", "conversation_id": str(number), "mapping": {"n": node}}
        for number in range(3)
    ]
    file.write_text(json.dumps(chats))
    command_line.run("import", str(file))
    names = sorted(item.name for item in command_line.repository.conversations())
    assert names == ["New chat", "New chat (2)", "New chat (3)"]
    again = command_line.run("import", str(file))
    assert again.out == f"{file}: 0 conversations imported, 3 already here.\n"


def test_what_is_here_already_is_not_imported_twice(
    command_line: CommandLine, tmp_path: Path
) -> None:
    command_line.keep("n", "q", "a")
    file = str(tmp_path / "out.json")
    command_line.run("export", "n", "--output", file)
    ran = command_line.run("import", file)
    assert ran.status == 0
    assert ran.out == f"{file}: 0 conversations imported, 1 already here.\n"
    assert len(command_line.repository.conversations()) == 1


def test_a_conversation_that_has_grown_elsewhere_comes_in_beside_ours(
    command_line: CommandLine, tmp_path: Path
) -> None:
    kept = command_line.keep("n", "q")
    _, messages = command_line.repository.load(kept.id)
    grown = Message(Role.ASSISTANT, "more", parent=messages[0].id)
    file = tmp_path / "grown.json"
    file.write_text(to_json(replace(kept, head=grown.id), [*messages, grown]))
    assert command_line.run("import", str(file)).status == 0
    beside = command_line.repository.find("n (2)")
    assert beside.id != kept.id
    assert len(command_line.repository.load(kept.id)[1]) == 1
    assert len(command_line.repository.load(beside.id)[1]) == 2


def test_an_import_never_takes_the_place_of_what_is_in_the_trash(
    command_line: CommandLine, tmp_path: Path
) -> None:
    kept = command_line.keep("n", "q")
    file = str(tmp_path / "out.json")
    command_line.run("export", "n", "--output", file)
    command_line.run("delete", "n")
    command_line.run("import", file)
    assert command_line.repository.find("n").id != kept.id
    assert command_line.run("trash", "restore", kept.id).status == 0
    assert len(command_line.repository.conversations()) == 2


def test_import_goes_on_after_a_file_that_is_none_and_says_so(
    command_line: CommandLine, tmp_path: Path
) -> None:
    broken = tmp_path / "broken\x1b.txt"
    broken.write_text("hello")
    ran = command_line.run("import", str(broken), saved(tmp_path, {"n": "x", "empty": ""}), "/none")
    assert ran.status == 1
    assert "2 conversations imported." in ran.out
    assert "holds no conversations" in ran.err
    assert "“none” cannot be read: No such file or directory." in ran.err
    assert "\x1b" not in ran.err + ran.out


def test_a_file_of_which_nothing_could_be_used_is_a_failure(
    command_line: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "f.json"
    file.write_text('{"n": []}')
    ran = command_line.run("import", str(file))
    assert ran.status == 1
    assert "“n” holds no messages and was left out." in ran.err
    assert ran.out.endswith("0 conversations imported.\n")


def test_import_into_a_directory_that_cannot_be_is_a_sentence(
    command_line: CommandLine, tmp_path: Path
) -> None:
    command_line.data.write_text("a file where the directory should be")
    ran = command_line.run("import", saved(tmp_path, {"n": "x"}))
    assert ran.status == 1
    assert ran.err.startswith("bnagpt: ")
    assert "imported" not in ran.out
