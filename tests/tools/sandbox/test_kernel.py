"""What code may not ask the kernel, tried from within; and what ordinary code still may."""

from __future__ import annotations

import errno
import json
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.sandbox import SandboxOptions, launcher, seccomp
from bnagpt_tui.backend.tools.sandbox.bubblewrap import Bubblewrap
from bnagpt_tui.backend.tools.sandbox.pythons import pythons
from bnagpt_tui.backend.tools.sandbox.scratch import Scratch
from bnagpt_tui.backend.tools.sandbox.walls import Walls
from tests.tools.sandbox.conftest import AS_ROOT, BWRAP, FULL, USERS, MakeSandbox, home_of, run
from tests.tools.sandbox.driver import drive

FILTERED = pytest.mark.skipif(
    not seccomp.program(platform.machine()), reason="there is no filter for this processor"
)
CALL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return "DID" if result != -1 else errno.errorcode[ctypes.get_errno()]
"""


@FILTERED
@FULL
async def test_calls_that_code_has_no_need_of_are_refused(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    architecture = seccomp.ARCHITECTURES[platform.machine()]
    numbers = {**architecture.refused, **architecture.absent}
    code = f"{CALL}\nimport json\nprint(json.dumps({{n: call(m) for n, m in {numbers}.items()}}))"
    told = json.loads((await run(make_sandbox(kind), code)).content)
    assert {name for name in told if told[name] == "EPERM"} == set(architecture.refused)
    assert {name for name in told if told[name] == "ENOSYS"} == set(architecture.absent)


@FILTERED
@FULL
async def test_newer_calls_are_not_there_but_those_that_are_known(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    """io_uring, clone3, the newer mounts, pidfd_getfd, and what is not invented yet."""
    numbers = (425, 426, 427, 428, 429, 430, 431, 432, 433, 435, 438, 440, 442, 443, 447, 467, 500)
    code = f"{CALL}\nprint({{call(n) for n in {numbers}}}, call(434, 1), call(1 << 30 | 39))"
    content = (await run(make_sandbox(kind), code)).content
    assert content == "{'ENOSYS'} EINVAL ENOSYS"


@FILTERED
@FULL
async def test_sockets_are_of_three_families_only(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import socket
for family in range(46):
    for make in (socket.socket, lambda *what: socket.socketpair(*what)[0]):
        for type in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                make(family, type).close()
                print(family, end=" ")
            except OSError as error:
                pass
try: socket.socket(getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM)
except OSError as error: print(error.strerror)
"""
    content = (await run(make_sandbox(kind), code)).content
    *families, told = content.split(maxsplit=content.split().index("Address"))
    assert set(families) == {"1", "2", "10"}
    assert told == "Address family not supported by protocol"


@FILTERED
@FULL
async def test_protocols_that_are_not_of_use_load_no_module(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    code = """
import socket
made = []
for family in (2, 10):
    for type in range(12):
        for protocol in (0, 1, 2, 6, 17, 33, 58, 132, 136, 255, 262):
            try:
                socket.socket(family, type | socket.SOCK_NONBLOCK, protocol).close()
                made.append((type, protocol))
            except OSError: pass
print(sorted(set(made)))
"""
    content = (await run(make_sandbox(kind), code)).content
    assert content == "[(1, 0), (1, 6), (2, 0), (2, 17)]"


@FILTERED
@FULL
async def test_a_family_hidden_behind_higher_bits_is_refused(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    """The kernel takes the lower half of an argument; a filter that takes all would be passed."""
    number = seccomp.ARCHITECTURES[platform.machine()].socket
    code = f"{CALL}\nprint(call({number}, 1 << 32 | 16, 2, 0), call({number}, 1 << 32 | 1, 1, 0))"
    assert (await run(make_sandbox(kind), code)).content == "EAFNOSUPPORT DID"


@FILTERED
@FULL
async def test_namespaces_are_not_made_by_any_call(make_sandbox: MakeSandbox, kind: str) -> None:
    architecture = seccomp.ARCHITECTURES[platform.machine()]
    unshare, setns = architecture.refused["unshare"], architecture.refused["setns"]
    code = f"""{CALL}
import os
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
    print(call({architecture.clone}, flag | 17, 0, 0, 0, 0), call({unshare}, flag), end=" ")
print(call({setns}, os.open("/proc/self/ns/user", os.O_RDONLY), 0))
"""
    assert set((await run(make_sandbox(kind), code)).content.split()) == {"EPERM"}


@FILTERED
@FULL
async def test_terminals_take_no_typing_and_personalities_no_change(
    make_sandbox: MakeSandbox, kind: str
) -> None:
    architecture = seccomp.ARCHITECTURES[platform.machine()]
    code = f"""{CALL}
import fcntl, os
_, terminal = os.openpty()
for request in (0x5412, 0x541C, 0x541D, 0x5423, 1 << 32 | 0x5412):
    print(call({architecture.ioctl}, terminal, request, 0), end=" ")
print(call({architecture.personality}, 0x0400000), call({architecture.personality}, 8))
fcntl.ioctl(terminal, 0x5413, bytes(8))  # its size may be asked for
None
"""
    assert set((await run(make_sandbox(kind), code)).content.split()) == {"EPERM"}


@FILTERED
@FULL
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the calls of another processor")
async def test_calls_of_the_32_bit_kind_are_not_there(make_sandbox: MakeSandbox, kind: str) -> None:
    code = """
import ctypes, mmap
place = mmap.mmap(-1, 4096, prot=7)
place.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
start = ctypes.addressof(ctypes.c_char.from_buffer(place))
print(ctypes.CFUNCTYPE(ctypes.c_int)(start)())
"""
    result = await run(make_sandbox(kind), code)
    assert result.content.startswith((f"-{errno.ENOSYS}", "The interpreter ended")), result.content


KEYS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
KEYCTL, ADD, REQUEST = (219, 217, 218) if os.uname().machine == "aarch64" else (250, 248, 249)
found = []
buffer = ctypes.create_string_buffer(100)
for key in ({key}, libc.syscall(KEYCTL, 10, -3, b"user", b"bnagpt-secret", 0),
            libc.syscall(REQUEST, b"user", b"bnagpt-secret", None, -3)):
    if libc.syscall(KEYCTL, 11, key, buffer, 100) > 0:
        found.append(buffer.value)
for ring in (-1, -2, -3, -4, -5):
    libc.syscall(ADD, b"user", b"planted", b"x", 1, ring)
for path in ("/proc/keys", "/proc/key-users"):
    try: found.append(open(path).read())
    except OSError: pass
print(found)
"""


@pytest.mark.parametrize("kind", [BWRAP])
@USERS
def test_keys_of_the_host_are_neither_read_nor_planted(
    tmp_path: Path, kind: str, user: int | None
) -> None:
    del kind
    home = home_of(tmp_path, user)
    _, result, last = drive(home, KEYS, user=user, secret="gsk_canary")
    assert result["content"] == "[]"
    assert last == {"planted": False}


@FULL
async def test_without_a_filter_the_session_keyring_is_still_another(
    tmp_path: Path, kind: str
) -> None:
    """Its own keyring is new and empty, and the one that bnaGPT has is not in it."""
    del kind
    told = await _unfiltered(tmp_path, KEYS.replace("{key}", "0"))
    assert told == "[]"


FULL_OF_KEYS = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
ADD, KEYCTL = (217, 219) if os.uname().machine == "aarch64" else (248, 250)
os.setgroups([])
os.setresgid(54322, 54322, 54322)
os.setresuid(54322, 54322, 54322)
libc.syscall(KEYCTL, 1, None)
libc.syscall(ADD, b"user", b"bnagpt-secret", b"gsk_canary", 10, -3)
number = 0
while libc.syscall(ADD, b"user", b"k%d" % number, b"x", 1, -3) != -1:
    number += 1
python = sys.argv[1] if os.access(sys.argv[1], os.X_OK) else "/usr/bin/python3"
os.execve(python, [python, "-I", "-S", "-c", sys.argv[2], "", "", str(KEYCTL), *sys.argv[3:]], {})
"""
"""Becomes a user who may have no further key, and starts something as sandboxes are started."""


@AS_ROOT
def test_who_may_have_no_further_keyring_starts_nothing_with_that_of_the_host() -> None:
    source = Path(launcher.__file__).read_text("utf-8")
    words = [sys.executable, "-c", FULL_OF_KEYS, sys.executable, source, "/bin/echo", "started"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout == ""
    assert "there is no keyring to be had for it" in done.stderr


async def _unfiltered(tmp_path: Path, code: str) -> str:
    """What code prints where system calls cannot be filtered."""
    options = SandboxOptions(tmp_path / "scratch")
    printed: list[str] = []
    for python in pythons(None):
        interpreter = Bubblewrap(
            Walls(python, filters=False), options, Scratch(options, "unfiltered")
        )
        outcome = await interpreter.run(code, printed.append)
        await interpreter.aclose()
        if not outcome.error:
            return "".join(printed).strip()
        printed.clear()
    raise AssertionError(outcome.error)


ORDINARY = """
import asyncio, concurrent.futures, hashlib, multiprocessing, os, socket, sqlite3, subprocess
import sys, tempfile, threading, time
from multiprocessing import shared_memory

def square(n):
    return n * n

print(subprocess.run(["echo", "um"], capture_output=True, text=True).stdout.strip())
print(subprocess.check_output([sys.executable, "-c", "print(6*7)"]).decode().strip())
with multiprocessing.Pool(2) as pool:
    print(pool.map(square, [1, 2, 3]))
with concurrent.futures.ThreadPoolExecutor(4) as threads:
    print(list(threads.map(square, [4, 5])))

async def both():
    process = await asyncio.create_subprocess_exec("echo", stdout=-1)
    await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(time.sleep, 0), process.wait())
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.close()
    server.close()
    return await reader.read()

print(asyncio.run(both()))
with sqlite3.connect("data.db") as database:
    database.execute("create table t (n)")
    database.executemany("insert into t values (?)", [(1,), (2,)])
    print(database.execute("select sum(n) from t").fetchone())
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x")
memory = shared_memory.SharedMemory(create=True, size=1000)
memory.close(); memory.unlink()
here, there = socket.socketpair()
print(hashlib.sha256(b"").hexdigest()[:4], os.cpu_count() > 0, len(os.urandom(3)))
"""


@pytest.mark.parametrize("kind", [BWRAP])
@USERS
def test_ordinary_code_runs(tmp_path: Path, kind: str, user: int | None) -> None:
    del kind
    home = home_of(tmp_path, user)
    _, result, _ = drive(home, ORDINARY, user=user)
    lines = result["content"].splitlines()
    assert lines == [
        *("um", "42", "[1, 4, 9]", "[16, 25]", "b''", "(3,)", "e3b0 True 3", "Files: data.db")
    ]


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", list(seccomp.ARCHITECTURES))
def test_numbers_are_those_of_the_kernel(machine: str) -> None:
    if not HEADERS[machine].is_file():
        pytest.skip("the kernel's headers are not here")
    found = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", HEADERS[machine].read_text())
    numbers = {name: int(number) for name, number in found}
    architecture = seccomp.ARCHITECTURES[machine]
    named = {**architecture.refused, **architecture.absent}
    named |= {name: getattr(architecture, name) for name in ("socket", "socketpair", "clone")}
    named |= {name: getattr(architecture, name) for name in ("ioctl", "personality", "keyctl")}
    known = {name: number for name, number in named.items() if name in numbers}
    assert len(known) > 40
    assert known == {name: numbers[name] for name in known}


@pytest.mark.parametrize("machine", list(seccomp.ARCHITECTURES))
def test_the_filter_is_a_whole_program_for_each_processor(machine: str) -> None:
    """Each jump leads into the program, and the last instruction returns."""
    program = seccomp.program(machine)
    instructions = [struct.unpack("=HBBI", program[n : n + 8]) for n in range(0, len(program), 8)]
    assert len(instructions) < 4096
    for place, (code, yes, no, _) in enumerate(instructions):
        assert place + 1 + max(yes, no) < len(instructions) or code == 0x06
    assert instructions[-1] == (0x06, 0, 0, 0x7FFF0000)
    architecture = seccomp.ARCHITECTURES[machine]
    numbers = [*architecture.refused.values(), *architecture.absent.values()]
    assert len(set(numbers)) == len(numbers)


def test_there_is_no_filter_for_a_processor_that_nobody_has_looked_at() -> None:
    assert seccomp.program("sparc64") == b""
