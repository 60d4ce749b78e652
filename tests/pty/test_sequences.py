"""What terminals send beside keys, and keys that look like it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.text import visible
from tests.groq_server import Answer, Gate, GroqServer
from tests.pty.terminal import Terminal
from tests.pty.tmux import Tmux, needs_tmux
from tests.waiting import until

LATE = (
    b"\x1b[?62;1;2;4;6;9;15;16;17;18;21;22;28c"
    b"\x1b[>41;370;0c"
    b"\x1bP>|XTerm(370)\x1b\\"
    b"\x1bP1$r0 q\x1b\\"
    b"\x1b]10;rgb:ffff/ffff/ffff\x07"
    b"\x1b]11;rgb:0000/0000/0000\x1b\\"
    b"\x1b]4;7;rgb:e5e5/e5e5/e5e5\x07"
    b"\x1b]52;c;aGVsbG8K\x07"
    b"\x1b_Gi=31;OK\x1b\\"
    b"\x1b[?997;1n"
    b"\x1b[8;40;120t"
    b"\x1b[4;2$y"
    b"\x1b[10;10R"
    b"\x1b[97;1:3u"
    b"\x1b[1114112u"
    b"\x1b[<0;99999999;1M"
)
"""What comes when it is not expected any more: one of these used to open the editor."""

ODD = (
    "wide\u3000joined\u200c\u200dnarrow\u202fhard\u00a0"
    "icon\ue0b0tag\U000e0067heart❤\ufe0fmark\u0301."
)
"""Characters that Python does not call printable."""


async def sent(server: GroqServer, number: int = 1) -> str:
    """The question of a request."""
    received = await server.received(number)
    content = received.body["messages"][-1]["content"]
    assert isinstance(content, str)
    return content


async def test_late_replies_type_nothing(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online | {"EDITOR": "false"}) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(b"before " + LATE + b"between ")
        for byte in LATE:
            terminal.send(bytes([byte]))
        terminal.send(b"after\r")
        assert await sent(server) == "before between after"


@pytest.mark.parametrize(
    "typing",
    [
        ODD.encode(),
        b"".join(f"\x1b[97;1;{ord(character)}u".encode() for character in ODD),
        f"\x1b[0;;{':'.join(str(ord(character)) for character in ODD)}u".encode(),
        f"\x1b[200~{ODD}\x1b[201~".encode(),
    ],
    ids=["legacy", "kitty", "input method", "paste"],
)
async def test_every_character_arrives(
    home: Path, server: GroqServer, online: dict[str, str], typing: bytes
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(typing + b"\r")
        assert await sent(server) == ODD


async def test_every_character_arrives_in_a_field(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(f"q\r\x13{ODD}\r".encode())
        await terminal.sees("Saved as")
        terminal.type("\x11")
        await terminal.ends()
    (conversation,) = Repository(home / "data").conversations()
    assert conversation.name == visible(" ".join(ODD.split()))


async def test_alt_enter_is_a_new_line(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(b"one\x1b\rtwo\x1b[13;3uthree\x1b[27;3;13~four\r")
        assert await sent(server) == "one\ntwo\nthree\nfour"


async def test_alt_enter_outside_of_the_prompt_sends_nothing(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(b"half a question\t\x1b\r")
        terminal.send(b"\x1b")
        await terminal.sees("enter send")
        terminal.send(b"!\r")
        assert await sent(server) == "half a question!"


async def test_escape_with_a_key_right_behind_it_closes_a_dialog(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        for letter in "Pfx[":
            terminal.send(b"\x13")
            await terminal.sees("Save")
            terminal.send(b"\x1b" + letter.encode())
            await until(lambda: "Save as" not in terminal.text)
        terminal.send(b"\r")
        assert await sent(server) == "Pfx["


async def test_escape_with_a_key_right_behind_it_stops_an_answer(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    gate = Gate(after=3)
    server.script(Answer("One two three four five six seven.", gate=gate))
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(b"count\r")
        await terminal.sees("One two")
        terminal.send(b"\x1bforget it")
        await terminal.sees("stopped", "forget it")


async def test_bytes_that_are_no_text_do_no_harm(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.send(b"a\xe9b\xc0\xafc\xed\xa0\x80d\xf8e\xe2\x82")
        terminal.send(b"f\r")
        question = await sent(server)
        assert [letter for letter in question if letter != "\ufffd"] == list("abcdef")


@needs_tmux
async def test_alt_enter_in_tmux_is_a_new_line(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    program = f"{sys.executable} -m bnagpt_tui"
    async with Tmux(home, f"cd {Path.cwd()} && {program}", online) as tmux:
        await tmux.sees("Ask anything")
        await tmux.type("one", "M-Enter", "two", "Enter")
        assert await sent(server) == "one\ntwo"
