"""The command line, run in this process or as one of its own."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bnagpt_tui import cli
from bnagpt_tui.backend.models import Conversation, Message, Role
from bnagpt_tui.backend.settings import load
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.cli.parser import build_parser
from tests.groq_server import GroqServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from typing import TextIO

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


class CommandLine:
    """Runs commands on a data directory of the test's own."""

    def __init__(
        self, directory: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.data = directory / "data"
        self.config = directory / "config"
        self.repository = Repository(self.data)
        self.environment: dict[str, str] = {
            "BNAGPT_DATA_DIR": str(self.data),
            "BNAGPT_CONFIG_DIR": str(self.config),
            "BNAGPT_PROBE": "off",
        }
        self._capsys = capsys
        self._patch = patch

    def run(self, *arguments: str, stdin: bytes | TextIO | None = b"") -> Ran:
        """Run a command in this process; `None` for no standard input at all."""
        source = io.TextIOWrapper(io.BytesIO(stdin)) if isinstance(stdin, bytes) else stdin
        self._patch.setattr(sys, "stdin", source)
        self._capsys.readouterr()
        parsed = build_parser().parse_args(arguments)
        status = cli.run(parsed, load(vars(parsed), self.environment))
        captured = self._capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    async def ask(self, *arguments: str, stdin: bytes | None = b"") -> Ran:
        """Run `ask` beside this test's own event loop."""
        return await asyncio.to_thread(self.run, "ask", *arguments, stdin=stdin)

    async def start(
        self, *arguments: str, stdin: int = asyncio.subprocess.DEVNULL, stdout: int = PIPE
    ) -> asyncio.subprocess.Process:
        """Start a command as a process of its own."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bnagpt_tui",
            *arguments,
            stdin=stdin,
            stdout=stdout,
            stderr=PIPE,
            cwd=ROOT,
            env=self.process_environment(),
            # A shell's background jobs ignore Ctrl+C, and so would all that they start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    async def process(self, *arguments: str, stdin: bytes = b"") -> Ran:
        """Run a command as a process of its own."""
        started = await self.start(*arguments, stdin=PIPE)
        out, err = await started.communicate(stdin)
        return Ran(started.returncode or 0, out.decode(), err.decode())

    def process_environment(self, **more: str) -> Mapping[str, str]:
        """The environment of such a process: this one's without any key, and the test's own."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GROQ_")}
        return kept | {"PYTHONUTF8": "1"} | self.environment | more

    def keep(self, name: str, *texts: str, **fields: object) -> Conversation:
        """Keep a conversation of questions and answers in turn."""
        messages: list[Message] = []
        for number, text in enumerate(texts):
            role = Role.ASSISTANT if number % 2 else Role.USER
            parent = messages[-1].id if messages else None
            messages.append(Message(role, text, parent=parent))
        head = messages[-1].id if messages else None
        conversation = Conversation(name, head=head, **fields)  # type: ignore[arg-type]  # a test's
        self.repository.save(conversation, messages)
        return conversation


@pytest.fixture
def command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """A command line with nothing kept yet, no key and no look around for servers."""
    return CommandLine(tmp_path, capsys, monkeypatch)


@pytest.fixture
async def server(command_line: CommandLine) -> AsyncIterator[GroqServer]:
    """Groq on loopback, which the command line asks with a key."""
    async with GroqServer(key="gsk_test") as groq:
        command_line.environment |= {"GROQ_BASE_URL": groq.url, "GROQ_API_KEY": "gsk_test"}
        yield groq
