"""Leaves behind what `bwrap` cannot take away, and becomes `bwrap`; it uses nothing of bnaGPT.

It is started as `python -I -S -c SOURCE ENTRANCES USER KEYCTL PROGRAM WORD…`. The process writes
itself into each of the ENTRANCES, files of control groups with a line for each; becomes the USER,
if any; takes a session keyring of its own by the system call KEYCTL, if any, since that of the host
holds tickets and passwords and is handed on to every child; and runs PROGRAM with the words.

Nothing is imported that is not needed: each run's first answer waits for it.
"""

import os
import sys

JOIN_SESSION_KEYRING = 1
"""The first argument of keyctl(2)."""

LESS_URGENT = 5
"""By how much everything inside is less urgent than bnaGPT, as of nice(2)."""


def join_keyring(number: int) -> None:
    """Take a new, empty, nameless session keyring.

    Args:
        number: Of the call keyctl(2) on this processor.
    """
    try:
        import ctypes  # noqa: PLC0415  # a Python may be built without
    except ImportError:
        return
    ctypes.CDLL(None).syscall(number, JOIN_SESSION_KEYRING, None)


def main() -> None:
    """Do it."""
    entrances, user, keyctl, program, *words = sys.argv[1:]
    for path in entrances.splitlines():
        with open(path, "w", encoding="ascii") as file:  # noqa: PTH123  # pathlib takes its time
            file.write("0")
    os.nice(LESS_URGENT)
    if user:
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    if keyctl:
        join_keyring(int(keyctl))
    os.execve(program, [program, *words], {})  # noqa: S606


if __name__ == "__main__":
    main()
