"""What all processes of a run use together, and what is left of a run when it has ended."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tools.sandbox.conftest import (
    BWRAP,
    FULL,
    INSIDE,
    USERS,
    MakeSandbox,
    home_of,
    run,
    running_with,
)
from tests.tools.sandbox.driver import drive
from tests.waiting import until

MEGABYTE = 1024 * 1024
FILL = """
import os
def fill(directory, most):
    total = 0
    try:
        for number in range(most):
            with open(f"{directory}/{number}", "wb") as file:
                for _ in range(10):
                    total += file.write(bytes(1 << 20))
    except OSError as error:
        return total >> 20, error.strerror
    return total >> 20, "no end"
"""


@FULL
@pytest.mark.parametrize("place", ["/tmp", "/dev/shm", "/scratch"])
async def test_directories_in_memory_have_bounds(
    make_sandbox: MakeSandbox, kind: str, place: str
) -> None:
    sandbox = make_sandbox(kind, disk_bytes=50 * MEGABYTE)
    content = (await run(sandbox, f"{FILL}\nfill({place!r}, 20)")).content
    megabytes, reason = content.splitlines()[0].strip("()").split(", ")
    assert int(megabytes) <= 64
    assert reason == "'No space left on device'"


@FULL
async def test_nothing_else_can_be_written(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import os
written = []
for directory, names, _ in os.walk("/"):
    names[:] = [n for n in names if os.path.join(directory, n) not in ("/proc", "/usr")]
    try:
        open(os.path.join(directory, "x"), "w").write("x")
        written.append(directory)
    except OSError: pass
print(sorted(written))
"""
    content = (await run(make_sandbox(kind), code)).content.splitlines()[0]
    assert content == "['/dev/shm', '/scratch', '/tmp']"


@FULL
async def test_files_that_were_unlinked_and_are_open_count(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    code = """
import os
held, total = [], 0
try:
    for number in range(200):
        held.append(open("x", "wb", buffering=0))
        os.unlink("x")
        total += held[-1].write(bytes(1 << 20))
except OSError as error:
    print(total >> 20, error.strerror)
"""
    content = (await run(make_sandbox(kind, disk_bytes=20 * MEGABYTE), code)).content
    assert content.startswith("20 No space left"), content


@FULL
async def test_files_without_content_are_counted(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    await run(sandbox, "open('mine', 'w').write('x')")
    code = """
n = 0
while True:
    n += 1
    open(f"/tmp/{n}", "w").close()
    open(f"{n}", "w").close()
"""
    result = await run(sandbox, code)
    assert "made more than 20000 files" in result.content
    assert (await run(sandbox, "import os; len(os.listdir('/tmp'))")).content == "0"
    assert (await run(sandbox, "import os; 'mine' in os.listdir()")).content == "True"


@FULL
async def test_memory_of_all_processes_together_is_bounded(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    sandbox = make_sandbox(kind, memory=300 * MEGABYTE, seconds=20.0)
    code = """
import os, time
for _ in range(10):
    if os.fork() == 0:
        held = []
        while True:
            held.append(os.urandom(1 << 20) if len(held) < 150 else time.sleep(1))
time.sleep(60)
"""
    result = await run(sandbox, code)
    assert result.failed
    assert "memory" in result.content
    assert (await run(sandbox, "1")).content == "1"


@FULL
async def test_memory_that_is_shared_counts_once(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, memory=400 * MEGABYTE)
    code = """
import os, time
held = os.urandom(100 << 20)
children = []
for _ in range(8):
    children.append(os.fork())
    if not children[-1]:
        time.sleep(0.6)
        os._exit(0)
[os.waitpid(child, 0)[1] for child in children]
"""
    assert (await run(sandbox, code)).content == str([0] * 8)


@FULL
async def test_time_of_all_processes_together_is_bounded(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    """Processes that live for a moment each count, too."""
    sandbox = make_sandbox(kind, processor_seconds=1, seconds=30.0)
    code = """
import os, time
while True:
    child = os.fork()
    if not child:
        start = time.process_time()
        while time.process_time() - start < 0.03: pass
        os._exit(0)
    os.waitpid(child, 0)
"""
    result = await run(sandbox, code)
    assert "more than 1 seconds of the processor" in result.content


DAEMONS = """
import os, signal, sys, threading, time
def write(name):
    while True:
        with open(name, "a") as file: file.write("x")
        time.sleep(0.01)
if os.fork() == 0:
    os.setsid()
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "98765.4321"])
    write("forked")
threading.Thread(target=write, args=("threaded",), daemon=True).start()
while not (os.path.exists("forked") and os.path.exists("threaded")): time.sleep(0.01)
x = 5
"""
LIVING = """
def state(pid):
    with open(f"/proc/{pid}/stat") as file: return file.read().rpartition(")")[2].split()[0]
print(sorted(p for p in os.listdir("/proc") if p.isdigit() and state(p) != "Z"))
"""


@FULL
async def test_background_processes_end_with_the_run(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    await run(sandbox, DAEMONS)
    assert not running_with("98765.4321")
    assert "['1', '2']" in (await run(sandbox, LIVING)).content  # a thread may print among it
    assert (await run(sandbox, "x")).content.startswith("5")


@FULL
async def test_nothing_of_a_sandbox_takes_time_between_runs(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    """Threads of the interpreter are stopped with it, and go on with the next run."""
    sandbox = make_sandbox(kind)
    code = "import threading\ndef burn():\n    while True: pass\n"
    await run(sandbox, code + "for _ in range(3): threading.Thread(target=burn).start()")
    own = [pid for pid in running_with(INSIDE) if _is_ours(pid)]
    assert own
    before = _ticks(own)
    await asyncio.sleep(0.5)
    assert _ticks(own) - before <= 2
    assert (await run(sandbox, "threading.active_count()")).content == "4"


@FULL
async def test_an_interpreter_that_wakes_itself_is_ended(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    """A timer of its own sends it SIGCONT; the kernel asks nobody whether it may."""
    others = set(running_with(INSIDE))
    sandbox = make_sandbox(kind)
    await run(sandbox, "1")
    alive = len(set(running_with(INSIDE)) - others)
    code = """
import ctypes, threading
class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signal", ctypes.c_int), ("kind", ctypes.c_int),
                ("rest", ctypes.c_char * 48)]
libc = ctypes.CDLL(None, use_errno=True)
timer = ctypes.c_void_p()
assert libc.timer_create(1, ctypes.byref(Event(None, 18, 0)), ctypes.byref(timer)) == 0
assert libc.timer_settime(timer, 0, (ctypes.c_long * 4)(0, 50_000_000, 0, 50_000_000), None) == 0
def burn():
    while True: pass
threading.Thread(target=burn).start()
"""
    assert not (await run(sandbox, code)).failed
    await until(lambda: len(set(running_with(INSIDE)) - others) < alive)
    assert "What was defined before is gone" in (await run(sandbox, "1")).content
    assert (await run(sandbox, "1")).content == "1"


def _ticks(pids: list[str]) -> int:
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError):  # one of another test's, which has ended meanwhile
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total


def _is_ours(pid: str) -> bool:
    """Return whether a process is a descendant of this one, not of another test's."""
    while pid not in {"0", "1"}:
        if pid == str(os.getpid()):
            return True
        try:
            pid = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        except FileNotFoundError:
            return False
    return False


@FULL
async def test_a_run_that_forges_its_answer_ends_all_the_same(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    """What is stopped and ended is not up to the process that the code can change."""
    sandbox = make_sandbox(kind, seconds=1.0)
    code = """
import os, socket, time
os.kill = os.killpg = lambda *what: None
for name in os.listdir("/proc/self/fd"):
    try: os.write(int(name), b'{"id": 1, "value": "forged"}\\n') if int(name) > 2 else None
    except OSError: pass
if os.fork() == 0:
    while True: pass
while True: pass
"""
    assert (await run(sandbox, code)).content == "forged"
    await run(sandbox, "what is left of the first run is interrupted with this one")
    assert (await run(sandbox, "3")).content == "3"


@FULL
async def test_the_keeper_is_out_of_reach(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import os, signal
for number in range(1, 65):
    try: os.kill(1, number)
    except OSError: pass
for path in ("/proc/1/mem", "/proc/1/maps", "/proc/1/environ", "/proc/1/fd", "/proc/1/root/x"):
    try:
        os.listdir(path) if path.endswith("fd") else open(path, "rb+" if "mem" in path else "rb")
        print("DID", path)
    except OSError: pass
print("there", [os.readlink(f"/proc/self/fd/{n}")[:7] for n in range(3, 20)
                if os.path.exists(f"/proc/self/fd/{n}")])
"""
    sandbox = make_sandbox(kind)
    assert (await run(sandbox, code)).content == "there ['socket:']"
    assert (await run(sandbox, "1")).content == "1"


@FULL
async def test_output_without_end_keeps_nobody_busy(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind, output_characters=1000, seconds=20.0)
    longest = 0.0
    running = asyncio.create_task(run(sandbox, "while True: print('x' * 100_000)"))
    while not running.done():
        before = time.monotonic()
        await asyncio.sleep(0)
        longest = max(longest, time.monotonic() - before)
        await asyncio.sleep(0.001)
    assert "printed without end" in (await running).content
    assert longest < 0.1


@pytest.mark.parametrize("kind", [BWRAP])
@USERS
def test_bounds_hold_for_every_user(tmp_path: Path, kind: str, user: int | None) -> None:
    """Without a control group, too, which only root has on some machines."""
    del kind
    hungry = """
import os
held = []
for _ in range(8):
    if os.fork() == 0: break
while True: held.append(os.urandom(1 << 20))
"""
    home = home_of(tmp_path, user)
    _, filled, hunger, daemons, rest, _ = drive(
        home,
        f"{FILL}\nfill('/scratch', 20)",
        hungry,
        DAEMONS,
        LIVING,
        user=user,
        memory=200 * MEGABYTE,
        disk_bytes=10 * MEGABYTE,
    )
    assert "No space left" in filled["content"]
    assert "memory" in hunger["content"]
    assert not daemons["failed"]
    assert "['1', '2']" in rest["content"]  # a thread that goes on may print among it
