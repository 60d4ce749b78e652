"""What was typed and not sent is there at the next start."""

from __future__ import annotations

import signal
from pathlib import Path

from bnagpt_tui.backend.history import DRAFT_NAME
from tests.groq_server import Answer, Gate, GroqServer
from tests.pty.terminal import Terminal
from tests.waiting import until


async def test_a_queued_question_and_a_draft_come_back_after_quitting(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    gate = Gate()
    server.script(Answer("One two three.", gate=gate))
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("first\r")
        await gate.reached.wait()
        terminal.type("queued and precious\r")
        await terminal.sees("queued: queued and precious")
        terminal.type("half a thought")
        await terminal.sees("half a thought")
        terminal.type("\x11")
        assert await terminal.ends() == 0
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("queued and precious", "half a thought")


async def test_a_draft_survives_a_kill(home: Path, online: dict[str, str]) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("half a thought")
        await until((home / "data" / DRAFT_NAME).exists)
        terminal.kill(signal.SIGKILL)
        await terminal.ends()
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("half a thought")
