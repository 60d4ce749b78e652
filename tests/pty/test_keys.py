"""What is typed arrives in its order and as it was meant, however fast it comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.groq_server import GroqServer
from tests.pty.terminal import Terminal


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        ("question one\rquestion two\r", ["question one", "question two"]),
        ("teh\x7f\x7fhe\r", ["the"]),
        ("abcdef\x1b[D\x1b[DX\r", ["abcdXef"]),
        ("wrong\x15right\r", ["right"]),
        ("a\nb\r", ["a\nb"]),
    ],
    ids=["two questions", "backspace", "arrows", "ctrl+u", "ctrl+j"],
)
async def test_keys_in_one_burst_keep_their_order(
    home: Path, server: GroqServer, online: dict[str, str], keys: str, sent: list[str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type(keys)
        received = [await server.received(number + 1) for number in range(len(sent))]
        assert [item.body["messages"][-1]["content"] for item in received] == sent


async def test_letters_behind_a_key_go_where_it_leads(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("first\r")
        await terminal.sees("You said: first")
        terminal.type("\x0esecond\r")
        await terminal.sees("You said: second")
        terminal.type("\x0ffirs\r")
        await terminal.sees("You said: first")
        terminal.type("\tr")
        await terminal.sees("‹2/2›")
        terminal.type("\x1b")
        await terminal.sees("enter send")
        terminal.type("\x13a name\rand now?\r")
        await terminal.sees("Saved as “a name”", "You said: and now?")
    assert [item.body["messages"][-1]["content"] for item in server.requests] == [
        "first",
        "second",
        "first",
        "and now?",
    ]


async def test_a_coloured_paste_is_text_and_sends_nothing(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("\x1b[200~line one\n\x1b[31mred\x1b[0m\r\nend\x1b[201~")
        await terminal.sees("line one", "␛[31mred␛[0m", "end")
        assert server.requests == []
        terminal.type("\r")
        received = await server.received(1)
        assert received.body["messages"][-1]["content"] == "line one\n␛[31mred␛[0m\nend"
