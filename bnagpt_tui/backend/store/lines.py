"""The lines of a journal: JSON, one transaction a line, each with the checksum of its content.

A line is `["<crc32>",<content>]`. The first line's content is the header, an object with the
format, its version and the generation: a random name that this file, and no copy rewritten
from it, carries. Every other line's content is a list of operations.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import msgspec

FORMAT: Final = "bnagpt-journal"
"""What a header calls the format."""

VERSION: Final = 1
"""The format's version that this program writes."""

HEADER_SIZE: Final = 256
"""More bytes than any header has."""

Decode: TypeAlias = Callable[[bytes], Any]
"""Makes a line's content of its JSON."""

_TORN: Final = re.compile(rb'(\[("([0-9a-f]{0,8}|[0-9a-f]{8}"(,.*)?))?)?\x00*', re.DOTALL)
_START: Final = re.compile(rb'\["[0-9a-f]{8}",[\[{]')

_HEAD: Final = 12


def seal(content: object) -> bytes:
    """One line of a journal, its newline included.

    Raises:
        TypeError: The content is not JSON.
    """
    payload = msgspec.json.encode(content)
    return b'["%08x",%b]\n' % (crc32(payload), payload)


def unseal(line: bytes, decode: Decode = msgspec.json.decode) -> Any | None:
    """A line's content, or `None` when it is not what was once sealed.

    Args:
        line: The line without its newline.
        decode: Makes the content of its JSON.
    """
    payload = line[_HEAD:-1]
    if line[:_HEAD] != b'["%08x",' % crc32(payload) or line[-1:] != b"]":
        return None
    try:
        return decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def header() -> bytes:
    """The first line of a new journal."""
    return seal({"format": FORMAT, "version": VERSION, "generation": os.urandom(8).hex()})


def is_torn(tail: bytes) -> bool:
    """Whether the bytes after the last newline are the beginning of a line of ours.

    A power failure may also leave zeros where the rest of the line was to be.
    """
    return _TORN.fullmatch(tail) is not None


class Line(NamedTuple):
    """One line that was read."""

    content: Any | None
    """What it says; `None` when it is not a line of ours or was changed."""
    end: int
    """The offset, in the bytes that were split, at which it ends, its newline included."""
    whole: bool = True
    """Whether its newline is there."""


def split(data: bytes, decode: Decode = msgspec.json.decode) -> Iterator[Line]:
    """Yield the lines in the bytes of a journal, in order; a torn last line is left out.

    Args:
        data: What was read.
        decode: Makes a line's content of its JSON.
    """
    *lines, tail = data.split(b"\n")
    end = 0
    for line in lines:
        end += len(line) + 1
        content = unseal(line, decode)
        if content is not None:
            yield Line(content, end)
        elif line := line.rstrip(b"\r"):
            yield from _rescued(line, end, decode)
    content = unseal(tail, decode) if tail else None
    if content is not None or not is_torn(tail):
        yield Line(content, len(data), whole=False)


def _rescued(line: bytes, end: int, decode: Decode) -> Iterator[Line]:
    """Yield what the parts of a bad line say, which a lost newline may have joined."""
    starts = [0, *(match.start() for match in _START.finditer(line, 1)), len(line)]
    parts = [unseal(line[start:stop].rstrip(), decode) for start, stop in pairwise(starts)]
    sound = [part for part in parts if part is not None]
    if len(sound) < len(parts):
        yield Line(None, end)
    for part in sound:
        yield Line(part, end)
