"""What a model sends is shown; the terminal never obeys it."""

from __future__ import annotations

import re
from pathlib import Path

from bnagpt_tui.backend.models import Conversation, Message, Role
from bnagpt_tui.backend.store import Repository
from tests.groq_server import Answer, GroqServer
from tests.pty.terminal import Terminal

HOSTILE = (
    "safe start \x1b]0;OWNED-TITLE\x07 \x1b[31mRED\x1b[0m \x9b31mC1 \x00NUL "
    "\x1b]52;c;T1dORUQ=\x07 \u202eDLEIHS\u202c \x1b[2J\x1b[H [@click=app.quit]click[/] [/] [bold]b "
    "\x1bP+q544e\x1b\\ \x1b[6n end"
)
FORBIDDEN = re.compile(
    rb"\x1b\]0;OWNED|\x1b\]52;c;T1d|\x07|\x00|\x1bP\+q|\x1b\[6n|\xc2[\x80-\x9f]"
    rb"|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
)


QUIET = {"BNAGPT_LITE": "off"}
"""No question to the terminal how thin its line is: that one is like one of the model's."""


def obeyed(terminal: Terminal) -> re.Match[bytes] | None:
    """The first control that came through; Textual's own pointer shapes end in BEL too."""
    return FORBIDDEN.search(re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", bytes(terminal.output)))


async def test_no_control_of_the_model_reaches_the_terminal(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    server.script(Answer(HOSTILE))
    async with Terminal(home, environment=online | QUIET) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("be nasty\r")
        await terminal.sees("safe start", "[@click=app.quit]click[/]", "end")
        terminal.type("still here\r")
        await server.received(2)
        await terminal.sees("still here")
        assert not obeyed(terminal)
        assert "␛]0;OWNED-TITLE␇" in terminal.text
        terminal.type("\x11")
        assert await terminal.ends() == 0


async def test_no_control_of_a_stored_name_reaches_the_terminal(
    home: Path, online: dict[str, str]
) -> None:
    repository = Repository(home / "data")
    question = Message(Role.USER, HOSTILE)
    repository.save(Conversation(HOSTILE, head=question.id), [question])
    repository.close()
    async with Terminal(home, environment=online | QUIET) as terminal:
        await terminal.sees("safe start", "Ask anything")
        terminal.type("\x0f")
        await terminal.sees("Open a conversation")
        terminal.type("\r")
        await terminal.sees("no answer was kept")
        terminal.type("\x13")
        await terminal.sees("Save under a name")
        assert not obeyed(terminal)


async def test_endless_words_and_open_fences_do_not_hang(
    home: Path, server: GroqServer, online: dict[str, str]
) -> None:
    server.script(Answer("x" * 200_000), Answer("```\n" * 501 + "done"))
    async with Terminal(home, environment=online) as terminal:
        await terminal.sees("Ask anything")
        terminal.type("long word\r")
        await terminal.sees(" tok/s")
        terminal.type("fences\r")
        await terminal.sees("done")
        terminal.type("\x11")
        assert await terminal.ends() == 0
