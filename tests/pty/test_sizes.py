"""Any size of the terminal, down to a single cell, and back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.groq_server import GroqServer
from tests.pty.terminal import COLUMNS, LINES, Terminal

SIZES = ((1, 1), (2, 2), (1, 50), (300, 1), (3, 40), (120, 2), (20, 5), (79, 24), (400, 150))


async def nothing(terminal: Terminal) -> None:
    """Leave the prompt as it is."""


async def dialog(terminal: Terminal) -> None:
    """Have a dialog open."""
    terminal.type("\x13")
    await terminal.sees("Save")


async def palette(terminal: Terminal) -> None:
    """Have the command palette open."""
    terminal.type("\x10")
    await terminal.rests()


async def switcher(terminal: Terminal) -> None:
    """Have the list of conversations open in a dialog."""
    terminal.type("\x0f")
    await terminal.rests()


async def searching(terminal: Terminal) -> None:
    """Have the search open."""
    terminal.type("\x06")
    await terminal.rests()


async def help_shown(terminal: Terminal) -> None:
    """Have the help open."""
    terminal.type("\x1bOP")
    await terminal.rests()


@pytest.mark.parametrize(
    "state",
    [nothing, dialog, palette, switcher, searching, help_shown],
    ids=lambda state: state.__name__,
)
async def test_any_size_and_back(
    home: Path, server: GroqServer, online: dict[str, str], state: object
) -> None:
    assert callable(state)
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("**question** one 漢字\r")
        await terminal.sees("You said: ")
        await state(terminal)
        for size in SIZES:
            terminal.resize(*size)
            await terminal.rests(0.1)
            terminal.type("\x1b[B\x1b[A\x1b[6~")
        generator = random.Random(4)
        for _ in range(60):
            terminal.resize(generator.randint(1, 200), generator.randint(1, 60))
        terminal.resize(COLUMNS, LINES)
        terminal.type("\x1b")
        await terminal.sees("You said: ", "one 漢", "enter send")
        terminal.type("\x15and on\r")
        await server.received(2)
        terminal.type("\x11")
        assert await terminal.ends() == 0
        assert b"Traceback" not in terminal.output


async def test_the_environment_does_not_say_how_large_the_terminal_is(
    home: Path, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online | {"COLUMNS": "50", "LINES": "10"}) as terminal:
        await terminal.sees("Ask anything", "Conversations", "f1 help")
        assert terminal.text.splitlines()[-1].strip().startswith("enter send")
        terminal.resize(100, 20)
        terminal.forget()
        await terminal.sees("Ask anything", "Conversations", "enter send")
        assert terminal.text.splitlines()[19].strip().startswith("enter send")


async def test_a_terminal_that_does_not_know_its_size_has_the_usual_one(
    home: Path, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        terminal.resize_unknown()
        await terminal.sees("Ask anything")
