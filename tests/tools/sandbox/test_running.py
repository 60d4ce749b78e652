"""Code runs, remembers, prints as it goes, stops when it is told to, and hands files back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext
from bnagpt_tui.backend.tools.run_python import run_python
from bnagpt_tui.backend.tools.sandbox import Sandbox, SandboxOptions
from tests.tools.sandbox.conftest import BWRAP, MakeSandbox, ignore, open_way, run
from tests.waiting import until

KINDS = pytest.mark.parametrize("kind", [BWRAP, "monty"])
FULL = pytest.mark.parametrize("kind", [BWRAP])


@KINDS
async def test_what_is_printed_and_the_last_value_come_back(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    result = await run(make_sandbox(kind), "print('um')\nprint('dois')\n'três'")
    assert result.content == "um\ndois\n'três'"
    assert not result.failed


@KINDS
async def test_definitions_last_until_they_are_forgotten(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    await run(sandbox, "x = 20\ndef double(n):\n    return 2 * n")
    assert (await run(sandbox, "double(x) + 2")).content == "42"
    assert "NameError" in (await run(sandbox, "x", "other")).content
    assert "NameError" in (await sandbox.run("c", "x", ignore, fresh=True)).content
    await run(sandbox, "x = 1")
    await sandbox.reset("c")
    assert "NameError" in (await run(sandbox, "x")).content


@KINDS
async def test_an_exception_comes_back_and_what_came_before_stays(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    result = await run(sandbox, "x = 3\nprint('so far')\nx / 0")
    assert result.failed
    assert result.content.startswith("so far\nTraceback")
    assert "ZeroDivisionError" in result.content
    assert "inside" not in result.content
    assert (await run(sandbox, "x")).content == "3"
    assert "SyntaxError" in (await run(sandbox, "x = (")).content


@KINDS
async def test_output_comes_while_the_code_runs(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, seconds=60.0)
    seen: list[str] = []
    running = asyncio.create_task(sandbox.run("c", "print('first')\nwhile True: pass", seen.append))
    await until(lambda: "first" in "".join(seen))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await run(sandbox, "1 + 1")).content == "2"


@FULL
async def test_a_stopped_run_leaves_what_was_defined(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, seconds=60.0)
    await run(sandbox, "x = 7")
    seen: list[str] = []
    code = "print('on')\nimport time\ntime.sleep(1000)"
    running = asyncio.create_task(sandbox.run("c", code, seen.append))
    await until(lambda: "on" in "".join(seen))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await run(sandbox, "x")).content == "7"


@KINDS
async def test_code_without_end_is_stopped(make_sandbox: MakeSandbox, kind: str) -> None:
    result = await run(make_sandbox(kind, seconds=0.5), "while True: pass")
    assert result.failed
    assert "stopped after" in result.content or "time limit" in result.content


@FULL
async def test_code_that_takes_no_interrupt_is_killed(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, seconds=0.3)
    code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    result = await run(sandbox, code)
    assert "What was defined before is gone." in result.content
    assert (await run(sandbox, "2")).content == "2"


@FULL
async def test_files_that_were_made_are_handed_back(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    code = (
        "import os\nos.mkdir('sub')\nopen('a.csv','w').write('1,2')\nopen('sub/b','wb').write(b'b')"
    )
    result = await run(sandbox, code + "\nNone")
    assert [(f.name, f.kind, f.content) for f in result.files] == [
        ("a.csv", "text/csv", b"1,2"),
        ("sub/b", "application/octet-stream", b"b"),
    ]
    assert result.content == "Files: a.csv, sub/b"
    again = await run(sandbox, "open('a.csv','a').write('3')\nopen('sub/b').read()")
    assert [file.name for file in again.files] == ["a.csv"]


@FULL
async def test_too_many_files_are_named_and_left(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, returned_files=2, returned_bytes=1000)
    code = "for n in range(3): open(f'{n}', 'w').write('x')\nopen('big', 'w').write('x' * 2000)"
    result = await run(sandbox, code + "\nNone")
    assert [file.name for file in result.files] == ["0", "1"]
    assert "Too many or too large to hand back: 2, big" in result.content


@FULL
async def test_the_standard_library_and_standard_input_are_there(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    assert (await run(sandbox, "import statistics; statistics.mean([1, 2, 3])")).content == "2"
    assert "EOFError" in (await run(sandbox, "input()")).content


@FULL
async def test_packages_of_an_environment_can_be_used(
    make_sandbox: MakeSandbox, kind: str, tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    packages = environment / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "mine.py").write_text("ANSWER = 42")
    open_way(tmp_path)
    sandbox = make_sandbox(kind, environment=environment)
    assert (await run(sandbox, "import mine; mine.ANSWER")).content == "42"
    assert "Read-only" in (await run(sandbox, "open('/packages/x', 'w')")).content


@KINDS
async def test_the_longest_unused_interpreter_ends_first(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind, interpreters=2)
    for conversation in ("one", "two", "three"):
        await run(sandbox, "x = 1", conversation)
    assert (await run(sandbox, "x", "three")).content == "1"
    assert "NameError" in (await run(sandbox, "x", "one")).content


@KINDS
async def test_the_tool_asks_and_shows_its_code(make_sandbox: MakeSandbox, kind: str) -> None:
    tool = run_python(make_sandbox(kind))
    assert tool.acts
    assert (tool.subject, tool.language) == ("code", "python")
    result = await tool.run(ToolContext("c"), json.dumps({"code": "6 * 7"}))
    assert result.content == "42"


async def test_without_any_sandbox_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox = Sandbox(SandboxOptions(tmp_path, "bwrap"))
    with pytest.raises(ToolError, match="apt install bubblewrap"):
        await run(sandbox, "1")
    sentence, works = await sandbox.describe()
    assert "install bubblewrap" in sentence
    assert not works
    await sandbox.aclose()


@FULL
async def test_the_best_kind_is_chosen(make_sandbox: MakeSandbox, kind: str) -> None:
    assert kind == "bwrap"
    assert "bubblewrap" in (await make_sandbox("auto").describe())[0]


async def test_where_there_is_no_bwrap_the_small_python_runs(
    make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox = make_sandbox("auto")
    assert "pydantic-monty" in (await sandbox.describe())[0]
    assert (await run(sandbox, "1 + 1")).content == "2"
