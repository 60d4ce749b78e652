"""Very many conversations at once, at the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bnagpt_tui.backend.store import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import CommandLine


def test_many_conversations_of_one_name_come_in_under_numbers(
    command_line: CommandLine, tmp_path: Path
) -> None:
    many = 350
    file = tmp_path / "many.json"
    talks = [
        {"title": "same", "messages": [{"role": "user", "content": f"question {number}"}]}
        for number in range(many)
    ]
    file.write_text(json.dumps(talks))
    ran = command_line.run("import", str(file))
    assert ran.status == 0
    assert f"{many} conversations imported." in ran.out
    names = {each.name for each in Repository(command_line.data).conversations()}
    assert names == {"same", *(f"same ({number})" for number in range(2, many + 1))}
    assert "question 7" in command_line.run("show", "same (8)").out


def test_what_is_imported_while_others_save_keeps_every_name_apart(
    command_line: CommandLine, tmp_path: Path
) -> None:
    other = command_line.repository
    other.conversations()
    file = tmp_path / "few.json"
    file.write_text(json.dumps({name: [{"role": "user", "content": "q"}] for name in ("a", "A ")}))
    assert command_line.run("import", str(file)).status == 0
    command_line.keep("a", "from elsewhere")
    names = sorted(each.name for each in Repository(command_line.data).conversations())
    assert names == ["A (2)", "a", "a (3)"]
