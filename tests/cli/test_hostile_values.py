"""Whatever stands in any value, a command prints words, and nothing that a terminal obeys."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.app.hostile_session import conversation
from tests.cli.conftest import CommandLine
from tests.groq_server import Answer, GroqServer
from tests.hostile import hostile, obeyed

TABS = frozenset("\t")
"""What plain text may hold; it moves on to the next column, and no further."""


def as_argument(text: str) -> str:
    """The text as a program gets it among its arguments: bytes that may be no text."""
    return (
        text.replace("\x00", "").encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    )


def commands(chance: random.Random, known: str, directory: Path) -> list[tuple[str, ...]]:
    """Every command of the command line, with hostile arguments where it takes any."""
    text = as_argument(hostile(chance))
    odd = directory / "odd.json"
    odd.write_bytes(text.encode("utf-8", "replace"))
    return [
        ("list",),
        ("list", "--json"),
        ("show", known),
        ("show", text),
        ("search", "plain"),
        ("search", text),
        ("search", "--json", "plain"),
        ("export", known, "--output", str(directory / "out.md")),
        ("export", known, "--output", str(directory / "out.html")),
        ("export", text),
        ("import", str(odd)),
        ("import", str(directory / "missing" / text.replace("/", "_")[:40])),
        ("delete", text),
        ("trash", "list"),
        ("trash", "restore", text),
        ("delete", known),
        ("trash", "list"),
        ("trash", "restore", known),
        ("doctor",),
        ("doctor", "--model", text),
    ]


@pytest.mark.parametrize("seed", range(2))
def test_no_command_prints_what_a_terminal_obeys(
    command_line: CommandLine, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(3):
        kept, messages = conversation(chance)
        command_line.repository.save(kept, messages)
    for words in commands(chance, kept.id, tmp_path):
        ran = command_line.run(*words)
        assert not obeyed(ran.out) - TABS, words
        assert not obeyed(ran.err) - TABS, words


@pytest.mark.parametrize("seed", range(2))
async def test_no_answer_prints_what_a_terminal_obeys(
    command_line: CommandLine, server: GroqServer, seed: int
) -> None:
    chance = random.Random(seed)
    text = hostile(chance)
    server.script(Answer(text.encode("utf-8", "replace").decode()))
    ran = await command_line.ask("--model", hostile(chance), "--save", hostile(chance), text)
    assert ran.status in {0, 1}
    assert not obeyed(ran.out) - TABS
    assert not obeyed(ran.err) - TABS
