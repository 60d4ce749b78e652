"""Removes directories by descriptors, however deep; no link is followed."""

from __future__ import annotations

import os
import secrets
import stat
import time
from contextlib import suppress
from typing import Final

DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""How a directory is opened that must be no link."""


def remove_tree(parent: int, name: str, seconds: float) -> bool:
    """Remove a directory and what is in it, as far as that can be done; whether the time sufficed.

    A directory within is moved up to the top before it is emptied, so that no more than two are
    open at once and no path becomes long.

    Args:
        parent: The descriptor of the directory that it is in.
        name: Its name.
        seconds: How long that may take; what is left then is less deep.
    """
    deadline = time.monotonic() + seconds
    try:
        top = _open(name, parent)
    except OSError:
        return True
    try:
        waiting = [""]
        while waiting:
            if time.monotonic() > deadline:
                return False
            waiting += _emptied(top, waiting.pop())
    finally:
        os.close(top)
    with suppress(OSError):
        os.rmdir(name, dir_fd=parent)
    return True


def _emptied(top: int, name: str) -> list[str]:
    """Empty a directory and remove it; the directories in it, moved up to the top.

    Args:
        top: The descriptor of the directory at the top.
        name: The directory's name in it; empty for that one itself.
    """
    found = []
    try:
        directory = _open(name, top) if name else os.dup(top)
    except OSError:
        return []
    try:
        for each in os.listdir(directory):  # noqa: PTH208  # by the descriptor
            with suppress(OSError):
                status = os.stat(each, dir_fd=directory, follow_symlinks=False)
                if not stat.S_ISDIR(status.st_mode):
                    os.unlink(each, dir_fd=directory)
                    continue
                moved = secrets.token_hex(8)
                os.close(_open(each, directory))
                os.rename(each, moved, src_dir_fd=directory, dst_dir_fd=top)
                found.append(moved)
    finally:
        os.close(directory)
    if name:
        with suppress(OSError):
            os.rmdir(name, dir_fd=top)
    return found


def _open(name: str, parent: int) -> int:
    """Open a directory that is no link; one that its owner may not read is made readable.

    Raises:
        OSError: It is none, or is not ours.
    """
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        if os.fstat(handle).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(f"/proc/self/fd/{handle}", stat.S_IRWXU)  # noqa: PTH101  # by the descriptor
        return os.open(".", DIRECTORY, dir_fd=handle)
    finally:
        os.close(handle)
