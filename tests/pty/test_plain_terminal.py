"""What is printed on the normal screen: errors of every kind, and nothing that it would obey."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pty.terminal import Terminal

OBEYED = re.compile(rb"\x1b\]0;|\x1b\[2J|\x1b\[31m|\x07|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]")
SECRET = "sk-9f8e7d6c5b4a"
HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x1b[2J\u202e\u0085"


async def test_a_crash_report_holds_no_values_and_commands_nothing(home: Path) -> None:
    async with Terminal(
        home, environment={"TEST_SECRET": SECRET, "BNAGPT_LITE": "off"}, module="tests.pty.crashing"
    ) as terminal:
        assert await terminal.ends() == 1
        await terminal.sees("ZeroDivisionError", "in fail", "␛]0;owned␇")
        told = bytes(terminal.output).rpartition(b"\x1b[?1049l")[2]
        assert SECRET.encode() not in terminal.output
        assert b"locals" not in told
        assert not OBEYED.search(told)


@pytest.mark.parametrize(
    "arguments",
    [
        (HOSTILE,),
        (f"--{HOSTILE}",),
        ("ask", "--allow", HOSTILE, "x"),
        ("export", HOSTILE),
        ("export", "x", "--format", HOSTILE),
        ("import", HOSTILE),
        ("show", HOSTILE),
        ("delete", HOSTILE),
        ("search", f"before:{HOSTILE}"),
        ("trash", "restore", HOSTILE),
        ("list", "--data-dir", f"/dev/null/{HOSTILE}"),
        ("--theme", HOSTILE),
        ("--open", HOSTILE, "list"),
        ("doctor", "--base-url", f"http://{HOSTILE}"),
    ],
)
async def test_a_wrong_command_line_is_repeated_and_not_obeyed(
    home: Path, arguments: tuple[str, ...]
) -> None:
    async with Terminal(home, arguments, {"BNAGPT_PROBE": "off"}) as terminal:
        await terminal.ends()
        await terminal.rests()
        assert not OBEYED.search(bytes(terminal.output))
        assert b"Traceback" not in terminal.output


async def test_wrong_settings_are_repeated_and_not_obeyed(home: Path) -> None:
    (home / "config").mkdir()
    text = 'theme = "\\u001b]0;owned\\u0007"\nmodel = "\\u009b31m"\n"\\u001b[2J" = 1\n'
    (home / "config" / "config.toml").write_text(text)
    async with Terminal(home, ("list",)) as terminal:
        await terminal.ends()
        await terminal.rests()
        assert not OBEYED.search(bytes(terminal.output))
