"""`bnagpt list`, `show` and `delete`."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bnagpt_tui.backend.models import Message, Outcome, Role, now
from bnagpt_tui.cli.table import ago, fit, table, width

if TYPE_CHECKING:
    from .conftest import CommandLine


def test_the_list_shows_pinned_ones_first_then_the_last_used(command_line: CommandLine) -> None:
    present = now()
    command_line.keep("old", "q", updated=present - timedelta(hours=3, minutes=5))
    command_line.keep("new", "q", updated=present - timedelta(minutes=7))
    pinned = command_line.keep("kept", "q", pinned=True, updated=present - timedelta(days=3))
    ran = command_line.run("list")
    lines = [line.split() for line in ran.out.splitlines()]
    assert [line[:-1] for line in lines] == [["★", "kept", "3d"], ["new", "7m"], ["old", "3h"]]
    assert lines[0][-1] == pinned.id
    assert (ran.status, ran.err) == (0, "")


def test_the_list_as_json_holds_what_a_script_needs(command_line: CommandLine) -> None:
    kept = command_line.keep("Olá\x1b", "q", model="m")
    ran = command_line.run("list", "--json")
    assert json.loads(ran.out) == [
        {
            "id": kept.id,
            "name": "Olá\x1b",
            "pinned": False,
            "model": "m",
            "created": kept.created.isoformat(),
            "updated": kept.updated.isoformat(),
        }
    ]
    assert ran.out.isascii()
    assert "\x1b" not in ran.out


def test_an_empty_list_says_so_beside_the_output(command_line: CommandLine) -> None:
    ran = command_line.run("list")
    assert (ran.status, ran.out) == (0, "")
    assert "no conversations yet" in ran.err
    assert json.loads(command_line.run("list", "--json").out) == []


def test_a_hostile_name_stays_on_its_line_and_commands_nothing(command_line: CommandLine) -> None:
    command_line.keep("a\nb\x1b]0;title\x07\u202e" + "x" * 300, "q")
    ran = command_line.run("list")
    assert len(ran.out.splitlines()) == 1
    assert not set("\x1b\x07\u202e") & set(ran.out)
    assert "…" in ran.out


def test_columns_line_up_under_wide_characters() -> None:
    lines = table([("日本語", "1"), ("e\u0301te\u0301", "2"), ("plain", "3")])
    assert [width(line) for line in lines] == [9, 9, 9]
    assert fit("日本語日本語", 6) == "日本… "
    assert table([]) == []


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-30), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1m"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=30), "30d"),
        (timedelta(days=31), "2026-01-29"),
    ],
)
def test_moments_are_told_as_people_do(passed: timedelta, said: str) -> None:
    present = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert ago(present - passed, present) == said


def test_show_prints_the_path_and_not_the_other_branches(command_line: CommandLine) -> None:
    kept = command_line.keep("Capitals", "Capital?", "**Canberra**\x1b[2J")
    other = Message(Role.ASSISTANT, "Sydney")
    command_line.repository.save(kept, [other])
    ran = command_line.run("show", "capit")
    assert ran.out.startswith("Capitals\n\n> You · ")
    assert "Capital?\n" in ran.out
    assert "**Canberra**␛[2J\n" in ran.out
    assert "Sydney" not in ran.out


def test_show_says_how_an_answer_failed(command_line: CommandLine) -> None:
    kept = command_line.keep("a", "q")
    answer = Message(Role.ASSISTANT, outcome=Outcome.FAILED, problem="No network.", model="m")
    command_line.repository.save(kept, [answer])
    command_line.repository.save(replace(kept, head=answer.id))
    ran = command_line.run("show", kept.id)
    assert ran.out.endswith("· failed\n[No network.]\n")
    assert "< bnaGPT · m · " in ran.out


def test_an_unknown_name_is_a_sentence_that_names_the_nearest(command_line: CommandLine) -> None:
    command_line.keep("Capitals", "q")
    for command in ("show", "export", "delete"):
        ran = command_line.run(command, "Capitols")
        assert ran.status == 1
        assert ran.err.startswith("bnagpt: There is no conversation named “Capitols”.")
        assert "“Capitals”" in ran.err


def test_delete_moves_to_the_trash_and_says_how_to_undo_it(command_line: CommandLine) -> None:
    first, second = command_line.keep("one", "q"), command_line.keep("two", "q")
    ran = command_line.run("delete", "one", second.id)
    assert ran.status == 0
    assert f"bnagpt trash restore {first.id}" in ran.out
    assert command_line.repository.conversations() == []
    assert len(command_line.repository.trash()) == 2


def test_delete_moves_nothing_when_one_name_is_wrong(command_line: CommandLine) -> None:
    command_line.keep("one", "q")
    assert command_line.run("delete", "one", "nobody").status == 1
    assert len(command_line.repository.conversations()) == 1


def test_the_trash_is_listed_and_restored_from(command_line: CommandLine) -> None:
    kept = command_line.keep("one", "q")
    command_line.run("delete", "one")
    listed = command_line.run("trash")
    assert listed.out.split() == ["one", "now", kept.id]
    as_json = json.loads(command_line.run("trash", "list", "--json").out)
    assert [(item["id"], item["name"]) for item in as_json] == [(kept.id, "one")]
    restored = command_line.run("trash", "restore", "ONE")
    assert (restored.status, restored.out) == (0, "Brought back “one”.\n")
    assert command_line.repository.find("one").id == kept.id
    assert "empty" in command_line.run("trash").err


def test_restoring_what_is_not_in_the_trash_is_a_sentence(command_line: CommandLine) -> None:
    ran = command_line.run("trash", "restore", "nobody")
    assert ran.status == 1
    assert "“nobody” is not in the trash" in ran.err


def test_the_trash_is_emptied_only_when_somebody_says_so(command_line: CommandLine) -> None:
    command_line.keep("one", "q")
    command_line.run("delete", "one")
    refused = command_line.run("trash", "empty")
    assert refused.status == 2
    assert "--yes" in refused.err
    assert (
        "Deleted for good: 0"
        in command_line.run("trash", "empty", "--yes", "--older-than", "1").out
    )
    assert len(command_line.repository.trash()) == 1
    assert command_line.run("trash", "empty", "--yes").out == "Deleted for good: 1.\n"
    assert command_line.repository.trash() == []


class Terminal(io.StringIO):
    """A person at a terminal, who types this."""

    def isatty(self) -> bool:
        return True


class Interrupting(Terminal):
    """A person who presses Ctrl+C."""

    def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]  # as TextIO
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("stdin", "status", "left"),
    [
        (Terminal("Yes\n"), 0, 0),
        (Terminal("n\n"), 0, 1),
        (Terminal(""), 0, 1),
        (Interrupting(), 130, 1),
    ],
)
def test_at_a_terminal_emptying_the_trash_asks_first(
    command_line: CommandLine, stdin: Terminal, status: int, left: int
) -> None:
    command_line.keep("one", "q")
    command_line.run("delete", "one")
    assert command_line.run("trash", "empty", stdin=stdin).status == status
    assert len(command_line.repository.trash()) == left


def test_damage_that_was_found_is_told(command_line: CommandLine) -> None:
    kept = command_line.keep("n", "q", "a")
    (file,) = command_line.data.rglob(f"*{kept.id}*")
    with file.open("ab") as damaged:
        damaged.write(b"foreign\n")
    ran = command_line.run("show", "n")
    assert ran.status == 0
    assert "q\n" in ran.out
    assert ran.err.startswith("bnagpt: ")
