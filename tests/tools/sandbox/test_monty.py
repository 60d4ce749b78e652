"""Whatever code in the small Python does, its place is free afterwards, and nothing is seen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.sandbox import Sandbox, SandboxOptions
from tests.tools.sandbox.conftest import MakeSandbox, ignore, run, running_with
from tests.waiting import until

CHILD = "monty_child.py"

HUGE = "10 ** 200_000"
DEEP = "x = []\nfor i in range(50_000):\n    x = [x]\nx"
ODD = [
    HUGE,
    "2 ** 10_000_000",
    f"[{HUGE}]",
    "{'a': (1, 10 ** 200_000)}",
    DEEP,
    "x = {}\nfor i in range(50_000):\n    x = {'a': x}\nx",
    "x = ()\nfor i in range(50_000):\n    x = (x,)\nx",
    "'a' * 30_000_000",
    "['a' * 1000] * 20_000",
    "class A:\n    def __repr__(self):\n        raise ValueError('no')\nA()",
    "class A:\n    def __repr__(self):\n        return 7\nA()",
    "class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Odd('x')",
    "raise BaseException('x')",
    "raise SystemExit(3)",
    "raise KeyboardInterrupt",
    "raise GeneratorExit",
    "def f():\n    return f()\nf()",
    "x = 'a' * 1000\nwhile True:\n    x = x + x",
    "'\\ud800' * 3",
    "float('nan')",
    "lambda: 1",
    "x = []\nx.append(x)\nx",
    "raise ValueError('\\ud800' + 'x' * 5_000_000)",
    "print('x' * 20_000_000)",
    "print('\\x1b[2J')",
]


def owner(pid: str) -> bool:
    """Whether a process is a child of this one."""
    try:
        stat = Path("/proc", pid, "stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[1] == str(os.getpid())


def mine() -> list[str]:
    """The interpreters that this process has started."""
    return [pid for pid in running_with(CHILD) if owner(pid)]


@pytest.mark.parametrize("code", ODD)
async def test_whatever_comes_of_code_the_next_code_runs(
    make_sandbox: MakeSandbox, code: str
) -> None:
    sandbox = make_sandbox("monty", seconds=4.0)
    result = await run(sandbox, code)
    assert len(result.content) < 400_000
    result.content.encode()
    assert (await run(sandbox, "20 + 22")).content == "42"


async def test_a_value_that_cannot_be_shown_leaves_what_was_defined(
    make_sandbox: MakeSandbox,
) -> None:
    sandbox = make_sandbox("monty")
    await run(sandbox, "kept = 7")
    result = await run(sandbox, HUGE)
    assert "type int that cannot be shown" in result.content
    assert not result.failed
    assert (await run(sandbox, "kept")).content == "7"


@pytest.mark.parametrize("code", [HUGE, DEEP, "raise MemoryError('x')"])
async def test_more_conversations_than_places_are_all_answered(
    make_sandbox: MakeSandbox, code: str
) -> None:
    sandbox = make_sandbox("monty", interpreters=2)
    for number in range(5):
        await run(sandbox, code, f"c{number}")
    assert (await run(sandbox, "20 + 22", "last")).content == "42"
    await until(lambda: len(mine()) <= 2)


async def test_a_child_that_dies_is_told_and_replaced(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox("monty", seconds=60.0)
    await run(sandbox, "x = 1")
    [child] = mine()
    seen: list[str] = []
    running = asyncio.create_task(sandbox.run("c", "print('on')\nwhile True: pass", seen.append))
    await until(lambda: "on" in "".join(seen))
    os.kill(int(child), signal.SIGKILL)
    result = await running
    assert result.failed
    assert "What was defined before is gone." in result.content
    assert (await run(sandbox, "20 + 22")).content == "42"


async def test_a_child_that_hangs_is_ended_with_all_it_started(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox("monty", seconds=1.0)
    await run(sandbox, "x = 1")
    [child] = mine()
    os.kill(int(child), signal.SIGSTOP)
    result = await run(sandbox, "x")
    assert "stopped after 1 seconds" in result.content
    await until(lambda: child not in mine())
    assert (await run(sandbox, "20 + 22")).content == "42"


async def test_code_that_is_stopped_leaves_no_process(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox("monty", seconds=60.0)
    seen: list[str] = []
    running = asyncio.create_task(sandbox.run("c", "print('on')\nwhile True: pass", seen.append))
    await until(lambda: "on" in "".join(seen))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not mine()


async def test_output_without_end_is_kept_to_its_measure(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox("monty", seconds=2.0, output_characters=1000)
    result = await run(sandbox, "while True: print('x' * 100)")
    assert result.content.startswith("xxx")
    assert len(result.content) < 3000
    assert (await run(sandbox, "20 + 22")).content == "42"


async def test_what_the_library_says_on_standard_error_is_not_seen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loud = tmp_path / "pydantic_monty.py"
    loud.write_text(
        "import os, sys\n"
        "print('heard', file=sys.stderr)\n"
        "os.write(2, b'heard')\n"
        "os.write(1, b'heard')\n"
        "os.system('echo heard; echo heard >&2')\n"
        "raise ImportError('broken')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    sandbox = Sandbox(SandboxOptions(tmp_path / "scratch", "monty"))
    assert not (await sandbox.describe())[1]
    await sandbox.aclose()
    assert "heard" not in "".join(capfd.readouterr())


async def test_the_library_is_never_loaded_here(make_sandbox: MakeSandbox) -> None:
    assert (await make_sandbox("monty").run("c", "6 * 7", ignore)).content == "42"
    assert "pydantic_monty" not in sys.modules


async def test_the_child_is_told_no_keys(
    make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret")
    await run(make_sandbox("monty"), "1")
    [child] = mine()
    assert b"gsk_secret" not in await asyncio.to_thread(Path("/proc", child, "environ").read_bytes)
