"""However the application ends, the question and what came of the answer are there."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bnagpt_tui.backend.models import Message, Outcome
from bnagpt_tui.backend.store import Repository
from tests.groq_server import Answer, Gate, GroqServer
from tests.pty.terminal import Terminal
from tests.waiting import until

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h")
"""The normal screen and the cursor, as a terminal is left in good order."""


def stored(home: Path) -> list[Message]:
    repository = Repository(home / "data")
    conversations = repository.conversations()
    return repository.load(conversations[0].id)[1] if conversations else []


async def streaming(terminal: Terminal, server: GroqServer) -> None:
    """Ask, and wait until half of the answer is on the screen and on the disk."""
    gate = Gate(after=3)
    server.script(Answer("One two three four five six seven.", gate=gate))
    await terminal.sees("Ask anything")
    terminal.type("count for me\r")
    await gate.reached.wait()
    await terminal.sees("One two")


@pytest.mark.parametrize(
    ("ending", "restored"),
    [
        ("quit", True),
        ("escape twice, then quit", True),
        (signal.SIGTERM, True),
        (signal.SIGHUP, True),
        (signal.SIGKILL, False),
    ],
    ids=str,
)
async def test_what_was_asked_and_shown_is_kept(
    home: Path,
    server: GroqServer,
    online: dict[str, str],
    ending: signal.Signals | str,
    restored: bool,
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await streaming(terminal, server)
        if ending is signal.SIGKILL:
            await until(lambda: len(stored(home)) == 2)
        if isinstance(ending, signal.Signals):
            terminal.kill(ending)
        elif ending == "quit":
            terminal.type("\x11")
        else:
            terminal.type("\x1b")
            await terminal.sees("stopped")
            terminal.type("\x1b")
            terminal.type("\x11")
        status = await terminal.ends()
        assert status == (0 if restored else -signal.SIGKILL)
        assert all((code in terminal.output) is restored for code in RESTORED)
    question, answer = stored(home)
    assert question.content == "count for me"
    assert answer.content.startswith("One two")
    assert answer.outcome is Outcome.INTERRUPTED


async def test_after_a_kill_the_next_start_shows_what_there_is(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await streaming(terminal, server)
        await until(lambda: len(stored(home)) == 2)
        terminal.kill(signal.SIGKILL)
        await terminal.ends()
    async with Terminal(home, ["--open", "count for me"], online) as terminal:
        await terminal.sees("count for me", "One two", "stopped")
        terminal.type("\x11")
        assert await terminal.ends() == 0
