"""The whole application draws the whole truth, whatever happens to its terminal."""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.store import Repository
from tests.groq_server import Answer, GroqServer
from tests.pty.terminal import Terminal
from tests.waiting import until

TEXT = "\n\n".join(
    f"## Part {part}\n\nSome *words* of part {part}, 日本語 and `code`.\n\n"
    f"- one of {part}\n- two of {part} 👍🏽\n\n```python\nvalue = {part}  # a number\n```"
    for part in range(25)
)
END = "That was all."


@pytest.fixture
async def server() -> AsyncIterator[GroqServer]:
    """Groq on loopback, which answers at length."""
    async with GroqServer(default=Answer(f"{TEXT}\n\n{END}", rate=500)) as running:
        yield running


@pytest.fixture
def online(server: GroqServer) -> dict[str, str]:
    """Variables that send the application to the server."""
    return {
        "GROQ_API_KEY": "gsk_test",
        "GROQ_BASE_URL": server.url,
        "BNAGPT_LITE": "off",
    }


async def looks_whole(terminal: Terminal) -> None:
    """Have everything drawn anew, and see that nothing looks otherwise."""
    await terminal.rests()
    before = terminal.text
    sent = len(terminal.output)
    terminal.type("\x1b[O\x1b[I")
    await until(lambda: len(terminal.output) > sent + 3000)
    await until(lambda: terminal.text == before)


async def test_a_streamed_answer_looks_as_if_drawn_at_once(
    tmp_path: Path, online: dict[str, str]
) -> None:
    async with Terminal(tmp_path, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("tell me\r")
        await terminal.sees(END, " tok/s")
        await until(lambda: "writing" not in terminal.text)
        await looks_whole(terminal)


async def test_reading_elsewhere_in_it_looks_so_too(tmp_path: Path, online: dict[str, str]) -> None:
    async with Terminal(tmp_path, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("tell me\r")
        await terminal.sees(END)
        terminal.type("\t")
        await terminal.sees("y copy")
        terminal.type("\x1b[5~\x1b[5~\x1b[6~\x1b[A\x1b[A\x1b[B")
        await until(lambda: "value = 18" in terminal.text.split("\n")[1])  # after the last key
        await terminal.sees("more below")
        await looks_whole(terminal)
        terminal.type("\x10")
        await terminal.sees("type to narrow")
        terminal.type("\x1b")
        await until(lambda: "type to narrow" not in terminal.text)
        await looks_whole(terminal)


async def test_the_screen_is_whole_after_the_paper_view(
    tmp_path: Path, online: dict[str, str]
) -> None:
    async with Terminal(tmp_path, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("tell me\r")
        await terminal.sees(END)
        terminal.type("\t")
        await terminal.sees("y copy")
        terminal.type("v")
        await terminal.sees("enter goes back to bnaGPT")
        terminal.type("\n")
        await terminal.sees("Ask anything", END)
        await until(lambda: "enter goes back" not in terminal.text)
        await looks_whole(terminal)


async def test_another_size_in_the_middle_of_an_answer_is_drawn_whole(
    tmp_path: Path, online: dict[str, str]
) -> None:
    async with Terminal(tmp_path, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("tell me\r")
        await terminal.sees("Part ")
        for columns, lines in ((90, 30), (120, 40), (100, 36)):
            size = struct.pack("HHHH", lines, columns, 0, 0)
            fcntl.ioctl(terminal._master, termios.TIOCSWINSZ, size)
            terminal._screen.resize(lines, columns)
            await asyncio.sleep(0.05)  # some of the answer comes in each size
        await terminal.sees(END, " tok/s")
        await until(lambda: "writing" not in terminal.text)
        await looks_whole(terminal)


async def test_keys_from_before_the_first_picture_are_in_the_prompt(
    tmp_path: Path, online: dict[str, str]
) -> None:
    async with Terminal(tmp_path, environment=online) as terminal:
        terminal.type("early words")
        await terminal.sees("early words", "Conversations")


async def test_the_answer_of_the_terminal_is_no_text(
    tmp_path: Path, online: dict[str, str]
) -> None:
    async with Terminal(tmp_path, environment={**online, "BNAGPT_LITE": "auto"}) as terminal:
        await terminal.sees("Ask anything")
        await until(lambda: b"\x1b[6n" in terminal.output)
        terminal.type("\x1b[38;31Rx")
        await until(lambda: "Ask anything" not in terminal.text)
        row = next(row for row in terminal.text.splitlines() if "x" in row and "│ x" in row)
        assert "38;31" not in row


async def test_a_terminal_that_takes_nothing_holds_nothing_up(
    tmp_path: Path, online: dict[str, str]
) -> None:
    async with Terminal(tmp_path, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("tell me\r")
        await terminal.sees("Some words of part")
        loop = asyncio.get_running_loop()
        loop.remove_reader(terminal._master)
        sent = len(terminal.output)
        await until(lambda: _is_kept(tmp_path), seconds=30)
        loop.add_reader(terminal._master, terminal._read)
        await terminal.sees(END, " tok/s")
        await until(lambda: "writing" not in terminal.text)
        # Unhindered it is some 70,000; what comes all the same fitted into the system's buffer.
        assert len(terminal.output) - sent < 40_000
        await looks_whole(terminal)
        terminal.type("\x11")
        assert await terminal.ends() == 0


def _is_kept(home: Path) -> bool:
    """Whether the answer is stored to its end."""
    repository = Repository(home / "data")
    kept = [m for item in repository.conversations() for m in repository.load(item.id)[1]]
    return any(END in message.content and message.usage for message in kept)
