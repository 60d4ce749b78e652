"""What was tried to get out of the sandbox."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tools.sandbox.conftest import CANARY, FULL, INSIDE, KINDS, MakeSandbox, run, running_with


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
    others = set(running_with(INSIDE))
    sandbox = make_sandbox(kind)
    await run(sandbox, "open('mine', 'w').write('x')")
    users = [_user(pid) for pid in running_with(INSIDE) if pid not in others]
    assert "65534" in users
    assert set(users) <= {"65534", ""}


def _user(pid: str) -> str:
    """The real user of a process; empty for one that has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text().partition("Uid:\t")[2].partition("\t")[0]
    return ""
