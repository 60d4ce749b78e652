"""The filter of system calls that `bwrap` loads: what code in the sandbox may not ask the kernel.

The kernel reads the filter as a program of classic BPF, `struct sock_filter`, over
`struct seccomp_data` (seccomp(2)). Each processor has numbers of its own for older calls; those
from 424 on are the same everywhere, and of these only the ones that are listed are let through, so
that a call which a later kernel adds is refused until somebody has looked at it.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

Instruction: TypeAlias = tuple[int, int, int, int]
"""Code, where to jump if it is true and if it is not, and a number: a `struct sock_filter`."""

_LOAD: Final = 0x20
"""`BPF_LD | BPF_W | BPF_ABS`: a word of `struct seccomp_data`."""
_EQUAL: Final = 0x15
_AT_LEAST: Final = 0x35
_ANY_BIT: Final = 0x45
_AND: Final = 0x54
_RETURN: Final = 0x06

_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_ARGUMENTS_AT: Final = 16

_ALLOW: Final[Instruction] = (_RETURN, 0, 0, 0x7FFF0000)
_X32_BIT: Final = 0x40000000
"""Set in the numbers of x86-64's second, narrower set of calls."""

_FIRST_SHARED: Final = 424
_SHARED_ALLOWED: Final = (
    424,  # pidfd_send_signal
    434,  # pidfd_open
    436,  # close_range
    437,  # openat2
    439,  # faccessat2
    441,  # epoll_pwait2
    444,  # landlock_create_ruleset
    445,  # landlock_add_rule
    446,  # landlock_restrict_self
    449,  # futex_waitv
    451,  # cachestat
    452,  # fchmodat2
    454,  # futex_wake
    455,  # futex_wait
    456,  # futex_requeue
    462,  # mseal
)
"""Calls that every processor numbers alike. Not among them: `clone3`, whose flags a filter cannot
see (libc takes `clone` when it is told that there is none), io_uring, the newer ways to mount,
`pidfd_getfd`, `process_madvise`, `memfd_secret`."""

_NEW_NAMESPACES: Final = 0x7E020000
"""The flags of `clone` that make namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, …, NEWNET."""
_TERMINAL_REQUESTS: Final = (
    0x5412,  # TIOCSTI: types into a terminal
    0x541C,  # TIOCLINUX: pastes into a console
    0x541D,  # TIOCCONS: takes the console's output
    0x5423,  # TIOCSETD: loads a line discipline
)
_AF_UNIX: Final = 1
_AF_INET: Final = 2
_AF_INET6: Final = 10
_TYPE_BITS: Final = 0xF
"""Those of a socket's type that are no flags."""
_STREAM: Final = 1
_DATAGRAM: Final = 2
_TCP: Final = 6
_UDP: Final = 17
_PERSONALITIES: Final = (0, 0xFFFFFFFF)
"""Linux's own, and the question which it is."""


class Architecture(NamedTuple):
    """A processor's calls by their names."""

    audit: int
    """Its number in `seccomp_data.arch`, AUDIT_ARCH_…"""
    refused: Mapping[str, int]
    """Calls that end with "not permitted"."""
    absent: Mapping[str, int]
    """Calls that end with "not there", since callers then take another way."""
    socket: int
    socketpair: int
    clone: int
    ioctl: int
    personality: int
    keyctl: int


_NAMES: Final = (
    # the host's keys
    *("keyctl", "add_key", "request_key"),
    # other processes, and the kernel's own memory and code
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "bpf", "perf_event_open"),
    *("userfaultfd", "init_module", "finit_module", "delete_module", "kexec_load"),
    *("kexec_file_load", "move_pages", "migrate_pages"),
    # file systems and namespaces
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "name_to_handle_at"),
    *("open_by_handle_at", "fanotify_init", "quotactl", "swapon", "swapoff", "vmsplice"),
    *("lookup_dcookie", "nfsservctl"),
    # the machine
    *("reboot", "acct", "syslog", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime"),
    *("sethostname", "setdomainname", "vhangup"),
)
_ABSENT: Final = (
    *("memfd_create", "shmget", "msgget", "semget", "mq_open", "remap_file_pages", "io_setup"),
)
"""Memory that no limit of a process counts, and calls that Python never makes."""


def _numbered(names: Iterable[str], numbers: str) -> dict[str, int]:
    return dict(zip(names, map(int, numbers.split()), strict=True))


_OLD_X86: Final = (134, 136, 139, 154, 156, 172, 173, 174, 177, 178)
"""uselib, ustat, sysfs, _sysctl, modify_ldt, iopl, ioperm, and calls that are long gone."""

ARCHITECTURES: Final[Mapping[str, Architecture]] = {
    "x86_64": Architecture(
        0xC000003E,
        _numbered(
            _NAMES,
            "250 248 249 "
            "101 310 311 312 321 298 323 175 313 176 246 320 279 256 "
            "165 166 155 161 272 308 303 304 300 179 167 168 278 212 180 "
            "169 163 103 164 227 159 305 170 171 153",
        )
        # uselib, ustat, sysfs, _sysctl, modify_ldt, iopl, ioperm, and calls that are long gone
        | {
            f"old {number}": number for number in (134, 136, 139, 154, 156, 172, 173, 174, 177, 178)
        },
        _numbered(_ABSENT, "319 29 68 64 240 216 206"),
        socket=41,
        socketpair=53,
        clone=56,
        ioctl=16,
        personality=135,
        keyctl=250,
    ),
    "aarch64": Architecture(
        0xC00000B7,
        _numbered(
            _NAMES,
            "219 217 218 "
            "117 270 271 272 280 241 282 105 273 106 104 294 239 238 "
            "40 39 41 51 97 268 264 265 262 60 224 225 75 18 42 "
            "142 89 116 170 112 171 266 161 162 58",
        ),
        _numbered(_ABSENT, "279 194 186 190 180 234 0"),
        socket=198,
        socketpair=199,
        clone=220,
        ioctl=29,
        personality=92,
        keyctl=219,
    ),
}
"""The processors that there is a filter for, as `uname` calls them."""


@cache
def program(machine: str) -> bytes:
    """The filter for a processor, as `bwrap --seccomp` reads it; empty where there is none.

    Args:
        machine: Its name, as of `uname`.
    """
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        return b""
    return b"".join(struct.pack("=HBBI", *each) for each in _instructions(architecture))


def _instructions(architecture: Architecture) -> Iterator[Instruction]:
    absent = _fail(errno.ENOSYS)
    yield (_LOAD, 0, 0, _ARCHITECTURE_AT)
    yield (_EQUAL, 1, 0, architecture.audit)
    yield absent  # a 32-bit call, whose numbers mean something else
    yield (_LOAD, 0, 0, _NUMBER_AT)
    yield (_AT_LEAST, 0, 1, _X32_BIT)
    yield absent
    shared = [*_allowed(_SHARED_ALLOWED), absent]
    yield (_AT_LEAST, 0, len(shared), _FIRST_SHARED)
    yield from shared
    for number in architecture.refused.values():
        yield from _when(number, _fail(errno.EPERM))
    for number in architecture.absent.values():
        yield from _when(number, absent)
    no_family = _fail(errno.EAFNOSUPPORT)
    yield from _when(architecture.socket, *_socket())
    yield from _when(architecture.socketpair, _argument(0), *_allowed((_AF_UNIX,)), no_family)
    namespaces = (_ANY_BIT, 0, 1, _NEW_NAMESPACES)
    yield from _when(architecture.clone, _argument(0), namespaces, _fail(errno.EPERM), _ALLOW)
    requests = [each for request in _TERMINAL_REQUESTS for each in _refused(request)]
    yield from _when(architecture.ioctl, _argument(1), *requests, _ALLOW)
    personalities = [*_allowed(_PERSONALITIES), _fail(errno.EPERM)]
    yield from _when(architecture.personality, _argument(0), *personalities)
    yield _ALLOW


def _socket() -> Iterator[Instruction]:
    """Let through sockets of the sandbox itself, and of TCP and UDP.

    The kernel loads a module for a protocol that nobody uses as soon as somebody asks for one.
    """
    yield _argument(0)
    yield from _allowed((_AF_UNIX,))
    yield from _only((_AF_INET, _AF_INET6), errno.EAFNOSUPPORT)
    yield _argument(1)
    yield (_AND, 0, 0, _TYPE_BITS)
    yield from _only((_STREAM, _DATAGRAM), errno.ESOCKTNOSUPPORT)
    yield _argument(2)
    yield from _only((0, _TCP, _UDP), errno.EPROTONOSUPPORT)
    yield _ALLOW


def _only(values: Sequence[int], error: int) -> Iterator[Instruction]:
    """Go on if what was loaded is one of the values, and fail if not."""
    for place, value in enumerate(values):
        yield (_EQUAL, len(values) - place, 0, value)
    yield _fail(error)


def _when(number: int, *then: Instruction) -> Iterator[Instruction]:
    """Instructions for one call; the last of them returns."""
    yield (_EQUAL, 0, len(then), number)
    yield from then


def _argument(index: int) -> Instruction:
    """Load the lower half of an argument: the kernel takes no more of those that are asked for."""
    return (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index)


def _allowed(values: Iterable[int]) -> Iterator[Instruction]:
    for value in values:
        yield (_EQUAL, 0, 1, value)
        yield _ALLOW


def _refused(value: int) -> Iterator[Instruction]:
    yield (_EQUAL, 0, 1, value)
    yield _fail(errno.EPERM)


def _fail(error: int) -> Instruction:
    """End the call with an error."""
    return (_RETURN, 0, 0, 0x00050000 | error)
