"""What was tried to harm from within a sandbox, and by what it hands back."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.tools.sandbox.conftest import CANARY, FULL, INSIDE, KINDS, MakeSandbox, run, running_with
from tests.tools.sandbox.fuzzer import sandbox
from tests.waiting import until


@FULL
async def test_a_fork_bomb_ends_with_its_sandbox(make_sandbox: MakeSandbox, kind: str) -> None:
    others = set(running_with(INSIDE))
    sandbox = make_sandbox(kind, seconds=1.0, processes=24)
    code = """
import os
while True:
    try: os.fork()
    except OSError: pass
"""
    result = await run(sandbox, code)
    assert result.failed
    await sandbox.aclose()
    await until(lambda: others.issuperset(running_with(INSIDE)))


@pytest.mark.parametrize("seed", range(2))
@FULL
def test_hostile_code_in_random_order_leaves_nothing(tmp_path: Path, kind: str, seed: int) -> None:
    del kind
    assert "runs of hostile code" in sandbox(tmp_path, random.Random(seed))


@FULL
async def test_signals_reach_nothing_outside(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    code = f"""
import os
for pid in (1, {os.getpid()}, -1):
    try: os.kill(pid, 9); print("sent")
    except OSError as error: print("no", error.strerror)
"""
    await run(sandbox, code)
    assert (await run(sandbox, "1")).content == "1"


@KINDS
async def test_memory_is_limited(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, memory=256 * 1024 * 1024)
    result = await run(sandbox, "x = 'x' * (2 * 1024 ** 3)\nlen(x)")
    assert result.failed
    assert "MemoryError" in result.content
    assert (await run(sandbox, "1")).content == "1"


@FULL
async def test_the_disk_is_not_filled(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, file_bytes=1_000_000, disk_bytes=5_000_000)
    result = await run(sandbox, "open('one', 'wb').write(b'x' * 2_000_000)")
    assert "OSError" in result.content or "ended by itself" in result.content
    code = "n = 0\nwhile True:\n    n += 1\n    open(f'{n}', 'wb').write(b'x' * 900_000)"
    result = await run(sandbox, code)
    assert "No space left on device" in result.content
    assert (await run(sandbox, "import os; len(os.listdir()) < 7")).content == "True"
    other = await run(sandbox, "open('/tmp/x', 'wb').write(b'x' * 900_000)")
    assert not other.files


@KINDS
async def test_printing_without_end_ends(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, seconds=3.0, output_characters=10_000)
    result = await run(sandbox, "while True: print('x' * 1000)")
    assert result.failed
    assert len(result.content) < 12_000


@KINDS
async def test_deep_recursion_ends(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    result = await run(sandbox, "def f(n):\n    return f(n + 1)\nf(0)")
    assert "RecursionError" in result.content
    assert (await run(sandbox, "1")).content == "1"


@FULL
async def test_a_crash_is_told_and_the_next_run_is_fresh(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    for code in ("import os; os._exit(3)", "import ctypes; ctypes.string_at(0)"):
        result = await run(sandbox, code)
        assert "What was defined before is gone." in result.content
        assert (await run(sandbox, "1")).content == "1"


@FULL
async def test_replies_that_the_code_forges_harm_nobody(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    code = """
import os
for name in os.listdir("/proc/self/fd"):
    for line in (b"not json\\n", b"[" * 5000 + b"\\n", b'{"id": 99, "value": "forged"}\\n',
                 b'{"id": 1, "value": {"a": 1}, "error": null}\\n', b"x" * 3_000_000):
        try: os.write(int(name), line) if int(name) > 2 else None
        except OSError: pass
"""
    await run(sandbox, code)
    sandbox_again = make_sandbox(kind)
    assert (await run(sandbox_again, "2 + 2")).content == "4"


@FULL
async def test_terminals_are_out_of_reach(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import fcntl
for path in ("/dev/tty", "/dev/pts/0", "/dev/console", "/dev/mem", "/dev/sda"):
    try:
        with open(path, "rb+", buffering=0) as tty:
            fcntl.ioctl(tty, 0x5412, b"x")
        print("DID", path)
    except OSError as error:
        print("no", error.strerror)
"""
    assert "DID" not in (await run(make_sandbox(kind), code)).content


@FULL
async def test_another_conversations_files_are_not_there(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind)
    await run(sandbox, f"open('mine', 'w').write({CANARY!r})")
    code = """
import os
print([os.path.join(d, f) for d, _, fs in os.walk("/scratch/..") for f in fs if f == "mine"])
print(os.listdir("/scratch"), os.listdir("/tmp"))
"""
    content = (await run(sandbox, code, "other")).content
    assert content == "[]\n[] []"


@FULL
async def test_links_and_devices_are_never_handed_back(
    make_sandbox: MakeSandbox, kind: str, secret: Path
) -> None:
    sandbox = make_sandbox(kind)
    code = f"""
import os
os.symlink({str(secret)!r}, "link.txt")
os.symlink("/etc/passwd", "passwd")
os.symlink("/proc/self/environ", "environ")
os.mkfifo("fifo")
os.mkdir("real")
os.symlink("/etc", "etc")
os.symlink("..", "real/up")
open("plain", "w").write("plain")
"""
    result = await run(sandbox, code)
    assert [file.name for file in result.files] == ["plain"]


@FULL
async def test_the_names_of_files_hold_nothing_that_commands_a_terminal(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    code = "open('\\x1b]0;owned\\x07\\nx', 'w').write('x')\nNone"
    result = await run(make_sandbox(kind), code)
    assert [file.name for file in result.files] == ["␛]0;owned␇ x"]
