"""A shell's job control: stopped and brought back, the screen is whole at once."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.groq_server import GroqServer
from tests.pty.terminal import Terminal
from tests.waiting import until

MODES = (b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?2004h", b"\x1b[?1000h", b"\x1b[?1006h", b"\x1b[?7l")
"""The other screen, no cursor, pastes, the mouse, no wrapping."""

LEFT = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1000l", b"\x1b[<u")


async def stopped(terminal: Terminal, number: signal.Signals) -> None:
    """Write something, and stop the application."""
    await terminal.sees("Ask anything")
    terminal.type("my draft")
    await terminal.sees("my draft")
    await terminal.rests()
    terminal.output.clear()
    terminal.kill(number)
    await until(lambda: terminal.is_stopped)


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP], ids=lambda n: n.name)
@pytest.mark.parametrize("size", [(120, 40), (90, 25)], ids=["same size", "another size"])
async def test_the_screen_is_whole_at_once(
    home: Path,
    server: GroqServer,
    online: dict[str, str],
    number: signal.Signals,
    size: tuple[int, int],
) -> None:
    async with Terminal(home, environment=online) as terminal:
        for _ in range(2):
            await stopped(terminal, number)
            if number is signal.SIGTSTP:
                await until(lambda: all(code in terminal.output for code in LEFT))
                assert not terminal.is_raw
            terminal.make_cooked()
            terminal.forget()
            terminal.resize(*size)
            terminal.kill(signal.SIGCONT)
            await terminal.sees("my draft", "Conversations", "enter send", seconds=5)
            assert all(code in terminal.output for code in MODES)
            assert terminal.is_raw
            terminal.type("\x15")
            await terminal.sees("Ask anything")
        terminal.type("still there\r")
        received = await server.received(1)
        assert received.body["messages"][-1]["content"] == "still there"
        terminal.type("\x11")
        assert await terminal.ends() == 0
        assert not terminal.is_raw


async def test_a_key_goes_to_one_reader_after_several_continuations(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        for _ in range(5):
            terminal.kill(signal.SIGCONT)
        text = "every letter in its place, once and in order"
        for letter in text:
            terminal.type(letter)
        terminal.type("\r")
        received = await server.received(1)
        assert received.body["messages"][-1]["content"] == text


async def test_it_is_stopped_and_brought_back_while_an_editor_has_the_terminal(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    script = home / "editor"
    script.write_text(
        f"#!/bin/sh\n: > {home}/open\nwhile [ ! -e {home}/go ]; do sleep 0.1; done\n"
        'echo edited > "$1"\n'
    )
    script.chmod(0o700)
    async with Terminal(home, environment=online | {"EDITOR": str(script)}) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("\x07")
        await until((home / "open").exists)
        await until(lambda: b"\x1b[?1049l" in terminal.output)
        terminal.output.clear()
        terminal.kill(signal.SIGTSTP)
        await until(lambda: terminal.is_stopped)
        terminal.kill(signal.SIGCONT)
        await until(lambda: not terminal.is_stopped)
        assert b"\x1b[?1049h" not in terminal.output
        (home / "go").touch()
        await terminal.sees("edited", "enter send")
        terminal.type("\r")
        received = await server.received(1)
        assert received.body["messages"][-1]["content"] == "edited"
