"""Files of the scratch directory, as one stream: written at the end of a run, read at the start.

Each entry is a line of JSON, `{"path": "a/b", "kind": "file", "size": 3, "mode": 420,
"modified": 1, "new": true}`, and behind that of a file its bytes. The last line is
`{"kind": "end", "left": […]}`, with the paths of what there was no room for. Nothing else may run
while the directory is read.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from contextlib import suppress
from typing import Any, BinaryIO, Iterator, NamedTuple

MOST_ENTRIES = 20_000
"""Files and directories that are kept."""

MOST_PATH = 1000
"""Bytes of a path; what lies deeper is not kept."""

MOST_LEFT = 20
"""Paths that are told of what is not kept, each of so many characters."""

MOST_TOLD = 100

PIECE = 1 << 20
"""Bytes that are copied at once."""


class Mark(NamedTuple):
    """An entry as it was at some moment."""

    inode: int
    size: int
    modified: int
    """Nanoseconds."""
    mode: int


def marks(root: str) -> dict[str, Mark]:
    """What is in a directory, by paths in it, a directory before what it holds."""
    found: dict[str, Mark] = {}
    waiting = [""]
    _unlock(root)
    while waiting:
        directory = waiting.pop()
        inner = []
        for name in _names(os.path.join(root, directory)):  # quick, and no parsing
            path = os.path.join(directory, name)
            try:
                status = _unlock(os.path.join(root, path))
            except OSError:
                continue
            kept = len(os.fsencode(path)) <= MOST_PATH
            found[path] = Mark(status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode)
            if len(found) > MOST_ENTRIES:
                return found
            if kept and stat.S_ISDIR(status.st_mode):
                inner.append(path)
        waiting += reversed(inner)
    return found


def _unlock(place: str) -> os.stat_result:
    """The status of a file or directory, once its owner may read it: what cannot be read is lost.

    Raises:
        OSError: It is gone.
    """
    status = os.lstat(place)
    needed = 0o700 if stat.S_ISDIR(status.st_mode) else 0o400
    if stat.S_ISLNK(status.st_mode) or status.st_mode & needed == needed:
        return status
    os.chmod(place, stat.S_IMODE(status.st_mode) | needed)
    return os.lstat(place)


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def write(
    root: str, now: dict[str, Mark], before: dict[str, Mark], most: int, out: BinaryIO
) -> None:
    """Write a directory as a stream.

    Args:
        root: The directory.
        now: What is in it.
        before: What was in it.
        most: Bytes of all files; those that go beyond are left out.
        out: Where to.
    """
    left: list[str] = []
    for path, mark in now.items():
        new = before.get(path) != mark
        room = _write_entry(root, path, mark, new, most, out)
        if room < 0:
            left.append(path)
        else:
            most = room
    out.write(_line({"kind": "end", "left": [path[:MOST_TOLD] for path in left[:MOST_LEFT]]}))
    out.flush()


def _write_entry(root: str, path: str, mark: Mark, new: bool, most: int, out: BinaryIO) -> int:
    """Write one entry; how many bytes may still be written, less than 0 if this was left out."""
    entry: dict[str, Any] = {"path": path, "mode": mark.mode & 0o777, "modified": mark.modified}
    place = os.path.join(root, path)
    if len(os.fsencode(path)) > MOST_PATH:
        return -1
    if stat.S_ISDIR(mark.mode):
        out.write(_line({**entry, "kind": "directory"}))
        return most
    if stat.S_ISLNK(mark.mode):
        out.write(_line({**entry, "kind": "link", "target": os.readlink(place)}))
        return most
    if not stat.S_ISREG(mark.mode):
        return most  # a socket or a fifo means nothing to the next interpreter
    try:
        if mark.size > most:
            raise OSError(errno.EFBIG, "too large")
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return -1
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        out.write(_line({**entry, "kind": "file", "size": mark.size, "new": new}))
        copy(file, out, mark.size)
    return most - mark.size


def read(root: str, source: BinaryIO) -> None:
    """Make in a directory what a stream holds; what cannot be made is left out.

    Args:
        root: The directory, empty.
        source: The stream.
    """
    directories = []
    for entry in entries(source):
        place = os.path.join(root, entry["path"])
        end = source.tell() + entry.get("size", 0)
        try:
            if entry["kind"] == "directory":
                os.mkdir(place)
                directories.append((place, entry))
            elif entry["kind"] == "link":
                os.symlink(entry["target"], place)
            else:
                with open(place, "xb", buffering=0) as file:
                    os.fchmod(file.fileno(), entry["mode"])
                    copy(source, file, entry["size"])
                    os.utime(place, ns=(entry["modified"], entry["modified"]))
        except OSError:  # the limits may have become narrower
            source.seek(end)
    for place, entry in reversed(directories):
        with suppress(OSError):
            os.chmod(place, entry["mode"])


def entries(source: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield the heads of a stream's entries; whoever takes one of a file reads its bytes, too."""
    while True:
        entry = json.loads(source.readline(4 * MOST_PATH + PIECE))
        if entry["kind"] == "end":
            return
        yield entry


def copy(source: BinaryIO, out: BinaryIO, size: int) -> int:
    """Copy bytes, with zeros in place of what is missing; how many were copied."""
    copied = 0
    while copied < size:
        piece = source.read(min(PIECE, size - copied)) or bytes(min(PIECE, size - copied))
        view = memoryview(piece)
        while view:
            written = out.write(view)
            if not written:
                raise OSError(errno.EIO, "nothing was written")
            view = view[written:]
            copied += written
    return copied


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry).encode("ascii") + b"\n"
