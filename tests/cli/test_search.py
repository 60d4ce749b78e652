"""`bnagpt search`."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bnagpt_tui.backend.store import Repository, Searcher
from bnagpt_tui.cli.console import Console
from bnagpt_tui.cli.search import settle
from tests.store.store_support import conversation, question
from tests.waiting import until

if TYPE_CHECKING:
    from .conftest import CommandLine


def test_what_is_found_is_printed_with_where_it_is(command_line: CommandLine) -> None:
    kept = command_line.keep("Capitals", "Qual é a capital?", "It is\n**Brasília**.")
    ran = command_line.run("search", "brasilia")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"Capitals  bnaGPT  now  {kept.id}\n    It is **Brasília**.\n"


def test_words_phrases_and_filters_are_one_search(command_line: CommandLine) -> None:
    command_line.keep("one", "the red car", "the car is red")
    ran = command_line.run("search", '"red car"', "role:user", "--json")
    [hit] = json.loads(ran.out)
    assert (hit["name"], hit["role"], hit["matches"]) == ("one", "user", ["red car"])
    assert hit["snippet"] == "the red car"
    assert ran.out.isascii()


def test_no_more_are_printed_than_wanted(command_line: CommandLine) -> None:
    command_line.keep("one", *["word"] * 30)
    assert len(command_line.run("search", "word").out.splitlines()) == 40
    assert len(command_line.run("search", "word", "--limit", "3").out.splitlines()) == 6


def test_a_name_is_found_and_nothing_commands_the_terminal(command_line: CommandLine) -> None:
    command_line.keep("Ledger\x1b[2J", "q\x1b]0;x\x07", named=True)
    ran = command_line.run("search", "ledger")
    assert "name  now" in ran.out
    assert not set("\x1b\x07") & set(ran.out)


def test_that_nothing_was_found_goes_to_standard_error(command_line: CommandLine) -> None:
    ran = command_line.run("search", "nothing")
    assert (ran.status, ran.out) == (0, "")
    assert "Nothing found." in ran.err
    assert json.loads(command_line.run("search", "x", "--json").out) == []


@pytest.mark.parametrize("words", ["nothing before:soon", "before:", "role:nobody", "in:"])
def test_a_filter_that_makes_no_sense_is_wrong_usage(command_line: CommandLine, words: str) -> None:
    command_line.keep("Notes", "nothing", named=True)
    ran = command_line.run("search", *words.split())
    assert (ran.status, ran.out) == (2, "")
    assert " takes " in ran.err


@pytest.mark.parametrize("limit", ["0", "-1", "many", "99999"])
def test_a_limit_that_is_none_is_wrong_usage(command_line: CommandLine, limit: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        command_line.run("search", "x", "--limit", limit)


def test_a_directory_that_cannot_be_read_is_a_sentence(command_line: CommandLine) -> None:
    command_line.data.mkdir()
    (command_line.data / "conversations").write_text("a file")
    ran = command_line.run("search", "x")
    assert ran.status == 1
    assert "cannot be read" in ran.err


async def test_as_a_process_of_its_own_it_finds_what_another_keeps(
    command_line: CommandLine,
) -> None:
    repository = Repository(command_line.data)
    await asyncio.to_thread(repository.save, conversation("kept"), [question("a word")])
    ran = await command_line.process("search", "wor")
    assert ran.status == 0
    assert ran.out.endswith("    a word\n")


class Terminal(io.StringIO):
    """Standard error that somebody watches."""

    def isatty(self) -> bool:
        return True


class Slow(Searcher):
    """A search whose index is ready when somebody has been told."""

    def __init__(self, watched: io.StringIO) -> None:
        super().__init__(Path())
        self._watched = watched

    async def settle(self) -> None:
        await until(self._watched.getvalue)

    @property
    def progress(self) -> tuple[int, int]:
        return 3200, 10_000


async def test_at_a_terminal_it_is_told_how_far_the_index_is() -> None:
    terminal = Terminal()
    await settle(Slow(terminal), Console(io.StringIO(), terminal), 0.001)
    assert "indexing 3,200 of 10,000 conversations…" in terminal.getvalue()
