"""When the terminal vanishes the application ends and keeps everything, signal or not."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bnagpt_tui.backend.history import DRAFT_NAME
from bnagpt_tui.backend.models import Outcome
from tests.groq_server import Answer, Gate, GroqServer
from tests.pty.terminal import Terminal
from tests.pty.test_ends import stored, streaming
from tests.pty.tmux import Tmux, needs_tmux
from tests.waiting import until

DEAF = ("/bin/sh", "-c", "trap '' HUP; \"$@\"; exit $?", "sh")
"""Runs a command, as `make` does, and passes on no signal of the terminal's."""

SECONDS = 10.0
"""What the end may take, on a machine that has other things to do."""


def deaf(home: Path, environment: dict[str, str]) -> Terminal:
    """The application behind a process that gets the signal in its place."""
    return Terminal(home, environment=environment, through=DEAF)


async def nothing(_terminal: Terminal) -> None:
    """Do nothing."""


async def open_dialog(terminal: Terminal) -> None:
    """Have a dialog on the screen."""
    terminal.type("\x13")
    await terminal.sees("name")


async def open_paper(terminal: Terminal) -> None:
    """Have the terminal lent to the paper view."""
    terminal.type("\tv")
    await terminal.sees("enter goes back")


@pytest.mark.parametrize("state", [nothing, open_dialog, open_paper], ids=lambda f: f.__name__)
async def test_it_ends_without_a_signal_in_the_middle_of_an_answer(
    home: Path,
    server: GroqServer,
    online: dict[str, str],
    state: Callable[[Terminal], object],
) -> None:
    async with deaf(home, online) as terminal:
        await streaming(terminal, server)
        found = state(terminal)
        assert asyncio.iscoroutine(found)
        await found
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        terminal.vanish()
        assert await terminal.ends(SECONDS) in {0, 1}
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < SECONDS
    question, answer = stored(home)
    assert question.content == "count for me"
    assert answer.content.startswith("One two")
    assert answer.outcome is Outcome.INTERRUPTED


async def test_it_ends_while_idle_and_keeps_the_draft(home: Path, online: dict[str, str]) -> None:
    async with deaf(home, online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("half a thought")
        await terminal.sees("half a thought")
        terminal.vanish()
        await terminal.ends(SECONDS)
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("half a thought")


@pytest.mark.parametrize(
    "signals",
    [
        (signal.SIGHUP,),
        (signal.SIGHUP, signal.SIGHUP),
        (signal.SIGHUP, signal.SIGTERM),
        (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM),
    ],
    ids=lambda signals: " ".join(number.name for number in signals),
)
async def test_signals_beside_the_loss_change_nothing(
    home: Path, server: GroqServer, online: dict[str, str], signals: tuple[signal.Signals, ...]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await streaming(terminal, server)
        terminal.vanish()
        for number in signals:
            terminal.kill(number)
        await terminal.ends(SECONDS)
    question, answer = stored(home)
    assert (question.content, answer.content[:7]) == ("count for me", "One two")
    assert answer.outcome is Outcome.INTERRUPTED


def editor(home: Path, *lines: str) -> str:
    """An editor that does these things to the file, and then stays whatever comes."""
    script = home / "editor"
    body = "\n".join(("trap '' HUP TERM", *lines, ": > " + str(home / "open"), "sleep 60 & wait"))
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o700)
    return str(script)


@pytest.mark.parametrize("how", ["vanish", "SIGTERM"])
async def test_what_was_saved_in_the_editor_is_a_draft(
    home: Path, online: dict[str, str], how: str
) -> None:
    program = editor(home, 'echo " and more" >> "$1"')
    async with deaf(home, online | {"EDITOR": program}) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("a thought\x07")
        await until((home / "open").exists)
        if how == "vanish":
            terminal.vanish()
        else:
            os.kill(child_of(terminal.pid), signal.SIGTERM)
        await terminal.ends(SECONDS)
    assert "a thought" in (home / "data" / DRAFT_NAME).read_text()
    assert "and more" in (home / "data" / DRAFT_NAME).read_text()


def child_of(parent: int) -> int:
    """The process that another one started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                return int(entry.name)
    raise AssertionError("it started none")


async def test_a_terminal_that_takes_nothing_delays_no_end(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("count\r")
        await server.received(1)
        await terminal.sees("You said: count")
        terminal.stop_reading()
        for number in range(200):
            terminal.resize(60 + number % 60, 20 + number % 20)
            await asyncio.sleep(0.005)
        terminal.kill(signal.SIGTERM)
        await terminal.ends(SECONDS)
    assert [message.content for message in stored(home)][:1] == ["count"]


async def test_a_stopped_application_ends_when_its_terminal_is_gone(
    home: Path, online: dict[str, str]
) -> None:
    async with deaf(home, online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("half a thought")
        await terminal.sees("half a thought")
        application = child_of(terminal.pid)
        os.kill(application, signal.SIGTSTP)
        await until(lambda: b"\x1b[?1049l" in terminal.output)
        terminal.vanish()
        os.kill(application, signal.SIGCONT)
        await terminal.ends(SECONDS)
    assert "half a thought" in (home / "data" / DRAFT_NAME).read_text()


@needs_tmux
async def test_it_ends_with_tmux_though_make_gets_the_signal(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    (home / "Makefile").write_text(f"run:\n\t@{sys.executable} -m bnagpt_tui\n")
    gate = Gate(after=3)
    server.script(Answer("One two three four five six seven.", gate=gate))
    async with Tmux(home, f"make -C {home} run", online) as tmux:
        await tmux.sees("Ask anything")
        await tmux.type("count for me", "Enter")
        await tmux.sees("One two")
    await until(lambda: not running(home), seconds=SECONDS)
    assert stored(home)[-1].outcome is Outcome.INTERRUPTED


def running(home: Path) -> list[int]:
    """The processes that have this home."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and f"HOME={home}".encode() in (
                entry / "environ"
            ).read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6, 1.0])
async def test_it_ends_when_the_terminal_vanishes_while_it_opens(
    home: Path, online: dict[str, str], seconds: float
) -> None:
    async with deaf(home, online) as terminal:
        await asyncio.sleep(seconds)
        terminal.vanish()
        await terminal.ends(2 * SECONDS)


async def test_a_terminal_that_takes_nothing_and_then_vanishes_ends_it(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with deaf(home, online) as terminal:
        await streaming(terminal, server)
        terminal.stop_reading()
        for number in range(200):
            terminal.resize(60 + number % 60, 20 + number % 20)
            await asyncio.sleep(0.005)
        terminal.vanish()
        await terminal.ends(SECONDS)
    assert stored(home)[-1].outcome is Outcome.INTERRUPTED


async def test_an_interruption_ends_it_but_not_while_the_terminal_is_lent(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("question\r")
        await terminal.sees("You said: question")
        await open_paper(terminal)
        terminal.kill(signal.SIGINT)
        terminal.type("\r")
        await terminal.sees("You said: question", "Conversations")
        terminal.kill(signal.SIGINT)
        assert await terminal.ends(SECONDS) == 130
