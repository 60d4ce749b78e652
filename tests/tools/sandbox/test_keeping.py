"""Files between runs: kept, handed back."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.tools.sandbox.conftest import AS_ROOT, FULL, MakeSandbox, run

DEEP = """
import os
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
os.chdir("/scratch")
"""


@FULL
async def test_files_outlive_the_interpreter(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import os
os.makedirs("a/b")
open("a/b/ü", "w").write("um")
os.link("a/b/ü", "hard")
os.symlink("a", "soft")
os.mkfifo("fifo")
open("run", "w").close()
os.chmod("run", 0o700)
open(b"\\xff", "w").close()
"""
    sandbox = make_sandbox(kind)
    await run(sandbox, code)
    await sandbox.aclose()
    again = make_sandbox(kind)
    code = "print(sorted(map(os.fsencode, os.listdir())), open('soft/b/ü').read())"
    content = (await run(again, f"import os\n{code}")).content
    assert content == "[b'a', b'hard', b'run', b'soft', b'\\xff'] um"
    code = "print(oct(os.stat('run').st_mode), os.readlink('soft'), open('hard').read())"
    assert (await run(again, f"import os\n{code}")).content == "0o100700 a um"


@FULL
async def test_files_outlive_an_interpreter_that_is_killed(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    for ending in ("os._exit(1)", "signal.signal(2, signal.SIG_IGN)\nwhile True: pass"):
        sandbox = make_sandbox(kind, seconds=0.5)
        result = await run(sandbox, f"import os, signal\nopen('mine', 'w').write('x')\n{ending}")
        assert [file.name for file in result.files] == ["mine"]
        assert (await run(sandbox, "open('mine').read()")).content == "'x'"
        await run(sandbox, "import os; os.unlink('mine')")


@FULL
async def test_nothing_is_kept_of_an_empty_directory(
    make_sandbox: MakeSandbox, kind: str, tmp_path: Path
) -> None:
    sandbox = make_sandbox(kind)
    await run(sandbox, "open('x', 'w').close()")
    (kept,) = (tmp_path / "scratch").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    await run(sandbox, "import os; os.unlink('x')")
    assert list((tmp_path / "scratch").iterdir()) == []


@FULL
async def test_deep_directories_break_no_conversation(
    make_sandbox: MakeSandbox, kind: str, tmp_path: Path
) -> None:
    sandbox = make_sandbox(kind)
    result = await run(sandbox, f"{DEEP}open('mine', 'w').write('x')")
    assert not result.failed
    assert [file.name for file in result.files] == ["mine"]
    assert not (await run(sandbox, "1")).failed
    await sandbox.aclose()
    again = make_sandbox(kind)
    assert (await run(again, "open('mine').read()")).content == "'x'"
    assert (await run(again, "1", "other")).content == "1"
    assert all(each.is_file() for each in (tmp_path / "scratch").iterdir())


@FULL
async def test_wide_and_sparse_directories_break_no_conversation(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    code = """
import os
for n in range(3000): os.mkdir(f"{n:0200}")
for n in range(30): os.truncate(os.open(f"z{n}", os.O_CREAT | os.O_WRONLY), 20_000_000)
"""
    result = await run(sandbox, code)
    assert not result.failed
    assert "Too deep or too large to keep: z" in result.content
    await sandbox.aclose()
    assert (await run(make_sandbox(kind), "import os; len(os.listdir())")).content == "3010"


@FULL
async def test_files_that_cannot_be_read_are_kept(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import os
os.makedirs("locked/inner")
open("locked/x", "w").close()
os.chmod("locked", 0)
open("closed", "w").close()
os.chmod("closed", 0)
os.chmod(".", 0)
"""
    sandbox = make_sandbox(kind)
    assert [each.name for each in (await run(sandbox, code)).files] == ["closed", "locked/x"]
    await sandbox.aclose()
    code = "import os; sorted(os.listdir()), sorted(os.listdir('locked'))"
    content = (await run(make_sandbox(kind), code)).content
    assert content == "(['closed', 'locked'], ['inner', 'x'])"


@AS_ROOT
@FULL
async def test_as_root_nothing_is_in_a_directory_that_everybody_may_write_in(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    name = "mark-of-the-test"
    sandbox = make_sandbox(kind)
    await run(sandbox, f"open({name!r}, 'w').close()")
    await sandbox.aclose()
    assert not list(Path("/var/tmp").rglob(name))
