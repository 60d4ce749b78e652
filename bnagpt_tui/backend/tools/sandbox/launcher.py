"""Leaves behind what `bwrap` cannot take away, and becomes `bwrap`; it uses nothing of bnaGPT.

It is started as `python -I -S -c SOURCE TOLD`, TOLD being JSON:

    {"enter": ["/sys/fs/cgroup/…/cgroup.procs"], "user": 65534, "keyctl": 250,
     "program": "/usr/bin/bwrap", "words": ["--args", "7", "…"]}

The process joins the control groups, becomes the user, and gets a session keyring of its own, since
that of the host holds tickets and passwords, and is handed on to every child.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import Any

JOIN_SESSION_KEYRING = 1
"""The first argument of keyctl(2)."""

LESS_URGENT = 5
"""By how much everything inside is less urgent than bnaGPT, as of nice(2)."""


def join_keyring(number: int) -> None:
    """Take a new, empty, nameless session keyring.

    Args:
        number: Of the call keyctl(2) on this processor.
    """
    with suppress(ImportError, AttributeError):
        import ctypes  # noqa: PLC0415  # a Python may be built without

        ctypes.CDLL(None).syscall(number, JOIN_SESSION_KEYRING, None)


def main() -> None:
    """Do it."""
    told: dict[str, Any] = json.loads(sys.argv[1])
    for path in told["enter"]:
        with open(path, "w", encoding="ascii") as file:  # noqa: PTH123  # quick to start
            file.write("0")
    os.nice(LESS_URGENT)
    if told["user"] is not None:
        os.setgroups([])
        os.setgid(told["user"])
        os.setuid(told["user"])
    if told["keyctl"]:
        join_keyring(told["keyctl"])
    program = told["program"]
    os.execve(program, [program, *told["words"]], {})  # noqa: S606


if __name__ == "__main__":
    main()
