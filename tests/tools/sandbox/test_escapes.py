"""What was tried to get out of the sandbox, and to harm from within."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.sandbox import SandboxOptions
from bnagpt_tui.backend.tools.sandbox.scratch import Scratch
from tests.tools.sandbox.conftest import BWRAP, MakeSandbox, run
from tests.waiting import until

KINDS = pytest.mark.parametrize("kind", [BWRAP, "monty"])
FULL = pytest.mark.parametrize("kind", [BWRAP])
CANARY = "gsk_canary_0123456789"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the host that everybody may read."""
    path = tmp_path / "secret.txt"
    path.write_text(CANARY)
    path.chmod(0o644)
    return path


@pytest.fixture
def listener() -> Iterator[int]:
    """A server on loopback; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.sendall(CANARY.encode())
            connection.close()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@KINDS
@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/etc/shadow", "/root", "/home", "{secret}", "{home}"],
)
async def test_files_of_the_host_cannot_be_read(
    make_sandbox: MakeSandbox, kind: str, path: str, secret: Path
) -> None:
    path = path.format(secret=secret, home=Path.home())
    sandbox = make_sandbox(kind)
    code = f"try: out = open({path!r}).read()\nexcept Exception as e: out = 'no ' + str(e)\nout"
    content = (await run(sandbox, code)).content
    assert content.startswith(("'no", '"no')), content
    assert CANARY not in content


@FULL
async def test_directories_of_the_host_are_not_there(make_sandbox: MakeSandbox, kind: str) -> None:
    content = (await run(make_sandbox(kind), "import os; sorted(os.listdir('/'))")).content
    for name in ("home", "root", "var", "opt", "srv", "mnt", "sys", "run"):
        assert f"'{name}'" not in content


@FULL
async def test_nothing_inside_tells_where_things_are_outside(
    make_sandbox: MakeSandbox, kind: str, tmp_path: Path
) -> None:
    code = "print(open('/proc/1/cmdline').read(), open('/proc/2/cmdline').read())"
    content = (await run(make_sandbox(kind), code)).content
    assert str(tmp_path) not in content
    assert str(Path.home()) not in content


@KINDS
async def test_environment_and_keys_of_the_host_are_not_there(
    make_sandbox: MakeSandbox, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", CANARY)
    sandbox = make_sandbox(kind)
    code = """
import os
found = []
try: found.append(str(dict(os.environ)))
except Exception as e: found.append(str(e))
for n in ("self", "1", "2"):
    try: found.append(open(f"/proc/{n}/environ").read())
    except Exception as e: found.append(str(e))
print(found)
"""
    assert CANARY not in (await run(sandbox, code)).content


@FULL
async def test_there_is_no_network(make_sandbox: MakeSandbox, kind: str, listener: int) -> None:
    code = f"""
import socket
for host in ("127.0.0.1", "localhost", "10.0.2.2", "8.8.8.8", "example.org"):
    try:
        print(host, socket.create_connection((host, {listener}), timeout=1).recv(99))
    except OSError as error:
        print(host, "no", error)
"""
    content = (await run(make_sandbox(kind), code)).content
    assert CANARY not in content
    assert content.count(" no ") == 5


@FULL
async def test_unix_sockets_of_the_host_cannot_be_reached(
    make_sandbox: MakeSandbox, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "socket"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    code = f"import socket\nsocket.socket(socket.AF_UNIX).connect({str(path)!r})"
    assert "FileNotFoundError" in (await run(make_sandbox(kind), code)).content
    server.close()


@FULL
async def test_the_kernels_settings_cannot_be_written(make_sandbox: MakeSandbox, kind: str) -> None:
    before = Path("/proc/sys/kernel/core_pattern").read_text()
    code = """
import os
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/swappiness",
             "/proc/sysrq-trigger", "/proc/1/oom_score_adj"):
    try:
        open(path, "w").write("|/scratch/x")
        print("WROTE", path)
    except OSError as error:
        print("no", error.strerror)
"""
    content = (await run(make_sandbox(kind), code)).content
    assert "WROTE /proc/sys" not in content
    assert "WROTE /proc/sysrq" not in content
    assert Path("/proc/sys/kernel/core_pattern").read_text() == before


@FULL
async def test_nobody_inside_is_root_nor_can_become_it(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    code = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(os.getuid(), os.geteuid(), os.getgroups())
for name, call in {
    "setuid": lambda: os.setuid(0),
    "chroot": lambda: os.chroot("/tmp"),
    "userns": lambda: 1 / (libc.unshare(0x10000000) + 1),
    "mount": lambda: 1 / (libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) + 1),
}.items():
    try:
        call()
        print("DID", name)
    except (OSError, ZeroDivisionError):
        print("no", name)
print([line for line in open("/proc/self/status") if line.startswith(("CapEff", "Uid"))])
"""
    content = (await run(make_sandbox(kind), code)).content
    assert content.startswith(("65534 65534 []", "65534 65534 [65534]"))
    assert "DID" not in content
    assert "CapEff:\\t0000000000000000" in content


@FULL
async def test_the_real_user_outside_is_not_root(make_sandbox: MakeSandbox, kind: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("bnaGPT does not run as root here")
    sandbox = make_sandbox(kind)
    await run(sandbox, "open('mine', 'w').write('x')")
    pids = _running("reads code from its input")
    assert pids
    for pid in pids:
        assert "Uid:\t65534" in Path(f"/proc/{pid}/status").read_text()


def _running(mark: str) -> list[str]:
    """The host's processes that have this in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in command:
                found.append(entry.name)
    return found


@FULL
async def test_a_fork_bomb_ends_with_its_sandbox(make_sandbox: MakeSandbox, kind: str) -> None:
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
    await until(lambda: not _running("reads code from its input"))


@FULL
async def test_daemons_end_with_the_sandbox(make_sandbox: MakeSandbox, kind: str) -> None:
    sandbox = make_sandbox(kind)
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "98765.4321"])
    os._exit(0)
time.sleep(0.2)
"""
    await run(sandbox, code)
    await until(lambda: bool(_running("98765.4321")))
    await sandbox.aclose()
    await until(lambda: not _running("98765.4321"))


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
    assert "had become too large" in result.content
    assert (await run(sandbox, "import os; len(os.listdir())")).content == "0"
    full = await run(sandbox, "open('/tmp/x', 'wb').write(b'x' * 900_000)")
    assert not full.files


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


async def test_a_directory_that_becomes_a_link_is_not_followed(
    tmp_path: Path, secret: Path
) -> None:
    """The code may swap things while the host looks."""
    scratch = Scratch(SandboxOptions(tmp_path / "scratch"), "c")
    place = scratch.make()
    (place / "sub").mkdir()
    (place / "sub" / "secret.txt").write_text("mine")
    before = scratch.marks()
    (place / "sub" / "secret.txt").write_text("changed")
    marks = scratch.marks()
    (place / "sub" / "secret.txt").unlink()
    (place / "sub").rmdir()
    (place / "sub").symlink_to(secret.parent)
    scratch.marks = lambda: marks  # type: ignore[method-assign]  # as it was a moment ago
    assert scratch.returned(before).files == ()
    assert scratch.returned(before).left_out == ("sub/secret.txt",)
