"""Standard streams that are closed, no terminal, or say nothing; users without a home."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.groq_server import Answer, GroqServer

from .conftest import ROOT, Ran

if TYPE_CHECKING:
    from .conftest import CommandLine

PROGRAM = f"{shlex.quote(sys.executable)} -m bnagpt_tui"


async def in_shell(command_line: CommandLine, line: str, **environment: str) -> Ran:
    """Run a line of the shell's, in which `bnagpt` stands for the program."""
    process = await asyncio.create_subprocess_shell(
        line.replace("bnagpt", PROGRAM),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env=command_line.process_environment(**environment),
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


def in_terminal(command_line: CommandLine, line: str, **environment: str) -> pexpect.spawn[str]:
    """Run a line of the shell's in a terminal."""
    return pexpect.spawn(
        "/bin/sh",
        ["-c", line.replace("bnagpt", PROGRAM)],
        env=dict(command_line.process_environment(TERM="xterm-256color", **environment)),
        cwd=str(ROOT),
        encoding="utf-8",
        dimensions=(30, 100),
        timeout=30,
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("echo x | bnagpt", "standard input"),
        ("bnagpt < /dev/null", "standard input"),
        ("bnagpt <&-", "standard input"),
        ("bnagpt --open name < /dev/null", "standard input"),
        ("bnagpt --lite < /dev/null | cat", "standard input"),
    ],
)
async def test_without_a_terminal_a_sentence_names_what_works(
    command_line: CommandLine, line: str, what: str
) -> None:
    ran = await in_shell(command_line, line)
    assert (ran.status, ran.out) == (0 if "|" in line and "echo" not in line else 2, "")
    assert what in ran.err
    assert "`bnagpt ask`" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("bnagpt | cat; echo is over", "standard output"),
        ("bnagpt >&-; echo is over", "standard output"),
        ("bnagpt 2>&1 < /dev/null; echo is over", "standard input"),
        ("bnagpt 2>/dev/null; echo is $?", ""),
        ("bnagpt 2>&-; echo is $?", ""),
    ],
)
def test_a_part_of_a_terminal_is_none(command_line: CommandLine, line: str, what: str) -> None:
    child = in_terminal(command_line, line)
    child.expect("is (over|2)")
    assert what in child.before
    assert "Traceback" not in child.before
    assert "\x1b[?1049h" not in child.before


def test_a_dumb_terminal_gets_a_sentence(command_line: CommandLine) -> None:
    child = in_terminal(command_line, "TERM=dumb bnagpt; echo is $?")
    child.expect(r"is 2")
    assert "bnagpt ask" in child.before


def test_a_terminal_without_a_name_works(command_line: CommandLine) -> None:
    child = in_terminal(command_line, "unset TERM; bnagpt; echo is $?")
    child.expect("sk anything")
    child.send("\x11")
    child.expect("is 0")


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("bnagpt ask q >&-", 1, "Standard output cannot be written"),
        ("bnagpt ask q --json >&-", 1, "Standard output cannot be written"),
        ("bnagpt ask q 2>&-", 0, ""),
        ("bnagpt ask q <&-", 0, ""),
        ("bnagpt ask <&-", 2, "There is nothing to ask"),
        ("bnagpt ask q <&- >&- 2>&-", 1, ""),
        ("bnagpt trash empty <&-", 2, "--yes"),
        ("bnagpt list >&-", 1, "Standard output cannot be written"),
        ("bnagpt show kept 2>&-", 0, ""),
        ("bnagpt show nothing 2>&-", 1, ""),
        ("bnagpt doctor >&-", 1, "Standard output cannot be written"),
        ("bnagpt --help >&-", 1, "Standard output cannot be written"),
        ("bnagpt --version >&-", 1, "Standard output cannot be written"),
        ("bnagpt nonsense 2>&-", 2, ""),
        ("bnagpt ask q > /dev/full", 1, "No space left"),
    ],
)
async def test_a_closed_stream_is_no_traceback(
    command_line: CommandLine, server: GroqServer, line: str, status: int, said: str
) -> None:
    command_line.keep("kept", "q", "a")
    ran = await in_shell(command_line, line)
    assert ran.status == status
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert "Exception ignored" not in ran.err


async def test_closed_streams_are_no_place_for_what_is_kept(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("the answer"))
    ran = await in_shell(command_line, "bnagpt ask q --save kept <&- 2>&-")
    assert ran.out == "the answer\n"
    _, messages = command_line.repository.load(command_line.repository.find("kept").id)
    assert [message.content for message in messages] == ["q", "the answer"]


@pytest.mark.parametrize("line", ["bnagpt --help | true", "bnagpt ask q | true"])
async def test_a_reader_that_goes_away_is_no_fault(
    command_line: CommandLine, server: GroqServer, line: str
) -> None:
    ran = await in_shell(command_line, line)
    assert (ran.status, ran.err) == (0, "")


async def test_who_waits_for_standard_input_is_told(
    command_line: CommandLine, server: GroqServer
) -> None:
    child = in_terminal(command_line, "(sleep 2; echo more) | bnagpt ask q; echo is $?")
    await asyncio.to_thread(child.expect, "Reading standard input")
    await asyncio.to_thread(child.expect, "is 0")
    content = server.requests[0].body["messages"][-1]["content"]
    assert content.startswith("q")
    assert "more" in content


@pytest.mark.parametrize("line", ["echo more | bnagpt ask q", "bnagpt ask q < /dev/null"])
async def test_nobody_is_told_who_does_not_wait(
    command_line: CommandLine, server: GroqServer, line: str
) -> None:
    child = in_terminal(command_line, f"{line}; echo is $?")
    await asyncio.to_thread(child.expect, "is 0")
    assert "Reading" not in child.before


async def test_a_script_that_waits_is_told_nothing(
    command_line: CommandLine, server: GroqServer
) -> None:
    ran = await in_shell(command_line, "(sleep 1; echo more) | bnagpt ask q")
    assert (ran.status, ran.err) == (0, "")


NOBODY = """
import pwd, sys

def unknown(_):
    raise KeyError

pwd.getpwuid = pwd.getpwnam = unknown
from bnagpt_tui.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""The program for a user of whom the system knows nothing, as containers have them."""


@pytest.mark.parametrize("arguments", [["list"], ["ask", "q"], ["--data-dir", "~who/d", "list"]])
async def test_a_user_without_a_home_gets_a_sentence(arguments: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", NOBODY, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
    )
    _, err = await process.communicate()
    assert process.returncode == 2
    assert err.decode().startswith("bnagpt: ")
    assert "Set HOME" in err.decode()


async def test_a_user_without_a_home_can_say_where_everything_is(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", NOBODY, "--data-dir", str(tmp_path), "--config-dir", str(tmp_path), "list"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
    )
    _, err = await process.communicate()
    assert (process.returncode, b"Traceback" in err) == (0, False)
