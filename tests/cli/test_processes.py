"""The command as a process of its own: what it imports, how it ends, what a terminal gets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from bnagpt_tui import __version__
from bnagpt_tui.backend.models import Outcome, Role
from tests.groq_server import Answer, Gate, GroqServer

from .conftest import ROOT

if TYPE_CHECKING:
    from .conftest import CommandLine

HEAVY = {
    "textual",
    "rich",
    "groq",
    "httpx",
    "pydantic",
    "tinydb",
    "msgspec",
    "markdown_it",
    "asyncio",
}


async def test_the_version_and_the_help_are_printed(command_line: CommandLine) -> None:
    assert (await command_line.process("--version")).out == f"bnagpt {__version__}\n"
    helped = await command_line.process("--help")
    assert helped.status == 0
    for command in ("ask", "list", "show", "export", "import", "delete", "trash", "doctor"):
        assert f"\n    {command} " in helped.out


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (("--help",), set()),
        (("--version",), set()),
        (("list",), {"tinydb", "msgspec", "asyncio"}),
        (("show", "n"), {"tinydb", "msgspec", "asyncio"}),
        (("export", "n"), {"tinydb", "msgspec", "asyncio"}),
    ],
)
async def test_a_command_imports_no_more_than_it_needs(
    command_line: CommandLine, arguments: tuple[str, ...], allowed: set[str]
) -> None:
    command_line.keep("n", "q", "a")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-X", "importtime", "-m", "bnagpt_tui", *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=command_line.process_environment(),
    )
    _, err = await process.communicate()
    imported = {line.rpartition("|")[2].strip() for line in err.decode().splitlines()}
    assert imported & HEAVY <= allowed
    assert "argparse" in imported


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("show",),
        ("export", "n", "--format", "pdf"),
        ("trash", "empty", "--older-than", "soon"),
        ("list", "--js"),
        ("--unknown",),
    ],
)
async def test_wrong_usage_ends_with_2_and_a_word(
    command_line: CommandLine, arguments: tuple[str, ...]
) -> None:
    ran = await command_line.process(*arguments)
    assert ran.status == 2
    assert ran.err.startswith("usage: bnagpt")
    assert "Traceback" not in ran.err


async def test_the_answer_streams_as_it_comes(
    command_line: CommandLine, server: GroqServer
) -> None:
    gate = Gate(after=2)
    server.script(Answer(pieces=("one ", "two ", "three"), gate=gate))
    process = await command_line.start("ask", "q")
    assert process.stdout is not None
    assert await process.stdout.readexactly(8) == b"one two "
    gate.open()
    assert await process.stdout.read() == b"three\n"
    assert await process.wait() == 0


async def test_ctrl_c_keeps_what_came_and_ends_with_130(
    command_line: CommandLine, server: GroqServer
) -> None:
    gate = Gate(after=2)
    server.script(Answer(pieces=("one ", "two ", "three"), gate=gate))
    process = await command_line.start("ask", "q", "--save", "n")
    assert process.stdout is not None
    await process.stdout.readexactly(8)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out) == (130, b"\n")
    assert b"Traceback" not in err
    _, messages = command_line.repository.load(command_line.repository.find("n").id)
    assert [m.content for m in messages] == ["q", "one two "]
    assert messages[1].outcome is Outcome.INTERRUPTED


async def test_ctrl_c_without_save_ends_with_130_too(
    command_line: CommandLine, server: GroqServer
) -> None:
    gate = Gate(after=1)
    server.script(Answer(pieces=("one ", "two"), gate=gate))
    process = await command_line.start("ask", "q")
    await asyncio.wait_for(gate.reached.wait(), 20)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err


async def test_a_reader_that_goes_away_is_no_error(
    command_line: CommandLine, server: GroqServer
) -> None:
    gate = Gate(after=1)
    server.script(Answer(pieces=("one ", "two ", "three "), gate=gate))
    reading, writing = os.pipe()
    process = await command_line.start("ask", "q", stdout=writing)
    os.close(writing)
    await asyncio.wait_for(gate.reached.wait(), 20)
    os.close(reading)
    gate.open()
    _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


async def test_a_list_is_cut_off_quietly(command_line: CommandLine) -> None:
    command_line.keep("n", "q", "x" * 200_000)
    reading, writing = os.pipe()
    process = await command_line.start("show", "n", stdout=writing)
    os.close(writing)
    os.close(reading)
    _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
async def test_output_that_cannot_be_written_is_a_sentence(
    command_line: CommandLine, unbuffered: str
) -> None:
    command_line.environment["PYTHONUNBUFFERED"] = unbuffered
    command_line.keep("n", "q")
    with open("/dev/full", "wb") as full:  # noqa: ASYNC230, PTH123 - a device
        process = await command_line.start("show", "n", stdout=full.fileno())
    _, err = await process.communicate()
    assert process.returncode == 1
    assert err.decode() == "bnagpt: Standard output cannot be written: No space left on device.\n"


async def test_an_encoding_without_our_characters_is_no_error(command_line: CommandLine) -> None:
    command_line.keep("日本 ñ", "q", pinned=True)
    command_line.environment |= {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    ran = await command_line.process("list")
    assert ran.status == 0
    assert ran.out.startswith("*  ?? ?")
    doctor = await command_line.process("doctor", "--local")
    assert "\n+ local model" in doctor.out


async def test_json_of_a_whole_conversation_survives_a_pipe(
    command_line: CommandLine,
) -> None:
    kept = command_line.keep("n", "raw \x1b text")
    ran = await command_line.process("export", "n", "--format", "json")
    assert json.loads(ran.out)["conversation"]["id"] == kept.id


async def test_a_wrong_setting_is_a_sentence(command_line: CommandLine) -> None:
    command_line.config.mkdir()
    (command_line.config / "config.toml").write_text("model_ = 'x'\n")
    ran = await command_line.process("list")
    assert ran.status == 2
    assert "“model”" in ran.err
    assert "Traceback" not in ran.err


def terminal(command_line: CommandLine, *arguments: str) -> pexpect.spawn[str]:
    """A command in a terminal of its own."""
    environment = command_line.process_environment(TERM="xterm-256color")
    return pexpect.spawn(
        sys.executable,
        ["-m", "bnagpt_tui", *arguments],
        cwd=str(ROOT),
        env=dict(environment),
        encoding="utf-8",
        timeout=20,
    )


async def read_all(child: pexpect.spawn[str]) -> str:
    """What is left until the end."""
    await child.expect(pexpect.EOF, async_=True)
    child.close()
    return str(child.before)


@pytest.mark.parametrize("command", ["ask", "show", "export", "list"])
async def test_no_control_character_reaches_a_terminal(
    command_line: CommandLine, server: GroqServer, command: str
) -> None:
    hostile = "a\x1b]0;owned\x07b\x9b2Jc\x90d\x00e\x08f\u202eg"
    command_line.keep(hostile, hostile, hostile)
    server.script(Answer(hostile))
    arguments = {"list": (), "ask": (hostile.replace("\x00", ""),)}.get(command, ("a",))
    out = await read_all(terminal(command_line, command, *arguments))
    assert "a␛]0;owned␇b" in out
    assert not set(out) & set("\x1b\x07\x9b\x90\x00\x08\u202e")


@pytest.mark.parametrize(("answer", "left"), [("n", 1), ("", 1), ("y", 0)])
async def test_emptying_the_trash_asks_at_a_terminal(
    command_line: CommandLine, answer: str, left: int
) -> None:
    command_line.keep("n", "q")
    command_line.run("delete", "n")
    child = terminal(command_line, "trash", "empty")
    await child.expect_exact("[y/N] ", async_=True)
    child.sendline(answer)
    out = await read_all(child)
    assert child.exitstatus == 0
    assert ("Nothing was deleted" in out) == bool(left)
    assert len(command_line.repository.trash()) == left


async def test_many_who_ask_under_one_name_at_once_fill_one_conversation(
    command_line: CommandLine, server: GroqServer
) -> None:
    questions = [f"question {number}" for number in range(6)]
    server.script(*(Answer(pieces=("yes",)) for _ in questions))
    ran = await asyncio.gather(
        *(command_line.process("ask", text, "--save", "shared") for text in questions)
    )
    assert [each.status for each in ran] == [0] * len(questions), ran
    assert [each.name for each in command_line.repository.conversations()] == ["shared"]
    _, messages = command_line.repository.load(command_line.repository.find("shared").id)
    asked = {message.content for message in messages if message.role is Role.USER}
    assert asked == set(questions)
    shown = (await command_line.process("show", "shared")).out
    assert all(text in shown for text in questions), "one asks after the other"
