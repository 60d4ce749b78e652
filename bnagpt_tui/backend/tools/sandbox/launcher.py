"""Leaves behind what `bwrap` cannot take away, and becomes `bwrap`; it uses nothing of bnaGPT.

It is started as `python -I -S -c SOURCE ENTRANCES USER KEYCTL PROGRAM WORD…`. The process writes
itself into each of the ENTRANCES, files of control groups with a line for each; takes a session
keyring of its own by the system call KEYCTL, if any, since that of the host holds tickets and
passwords and is handed on to every child; becomes the USER, if any; and runs PROGRAM with the
words.

Nothing is imported that is not needed: each run's first answer waits for it.
"""

import errno
import os
import sys
import time

JOIN_SESSION_KEYRING = 1
"""The first argument of keyctl(2)."""

TRIES = 20
"""How often a keyring is asked for: those of sandboxes that have ended are cleared away late."""

PAUSE = 0.05
"""Seconds between two of them."""

LESS_URGENT = 5
"""By how much everything inside is less urgent than bnaGPT, as of nice(2)."""


def join_keyring(number: int) -> str:
    """Take a new, empty, nameless session keyring.

    Args:
        number: Of the call keyctl(2) on this processor.

    Returns:
        Why there is none although the kernel has keyrings; empty when all is well.
    """
    try:
        import ctypes  # noqa: PLC0415  # a Python may be built without
    except ImportError:
        return ""
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(TRIES):
        if libc.syscall(number, JOIN_SESSION_KEYRING, None) != -1:
            return ""
        if ctypes.get_errno() in {errno.ENOSYS, errno.EPERM}:  # nobody here can ask for keys
            return ""
        time.sleep(PAUSE)
    return os.strerror(ctypes.get_errno())


def main() -> None:
    """Do it."""
    entrances, user, keyctl, program, *words = sys.argv[1:]
    for path in entrances.splitlines():
        with open(path, "w", encoding="ascii") as file:  # noqa: PTH123  # pathlib takes its time
            file.write("0")
    os.nice(LESS_URGENT)
    if keyctl:  # as who we are: the user that code runs as may have few keys, and many sandboxes
        reason = join_keyring(int(keyctl))
        if reason:
            sys.exit(f"there is no keyring to be had for it: {reason}")
    if user:
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    os.execve(program, [program, *words], {})  # noqa: S606


if __name__ == "__main__":
    main()
