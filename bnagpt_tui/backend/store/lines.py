"""The lines of a journal: JSON, one transaction a line, each with the checksum of its content.

A line is `["<crc32>",<content>]`. The first line's content is the header, an object with the
format, its version and the generation: a random name that this file, and no copy rewritten
from it, carries. Every other line's content is a list of operations.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
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

_LONGEST_TOKEN: Final = 6
"""Characters of what JSON may break off in besides a string, as in `\\u00e9` and `false`."""

_DECODER: Final = json.JSONDecoder(strict=False)

_BLANK: Final = b" \t\r\x00\xef\xbb\xbf"
"""Bytes around a line that say nothing: other line ends, zeros, a byte order mark."""


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
    """Whether the bytes after the last newline are the beginning of a line of ours, and no more.

    A power failure may also leave zeros where the rest of the line was to be. What is JSON to
    its end, or breaks off being JSON before it, was not torn but changed.
    """
    if not _TORN.fullmatch(tail):
        return False
    if tail[:_HEAD] == b'["%08x",' % crc32(tail[_HEAD:-1]) and tail[-1:] == b"]":
        return True  # all of it, but for its newline
    begun = tail.rstrip(b"\x00").decode("utf-8", "ignore")
    try:
        _DECODER.raw_decode(begun or "[")
    except json.JSONDecodeError as error:
        return error.msg.startswith("Unterminated") or error.pos >= len(begun) - _LONGEST_TOKEN
    except RecursionError:
        return True
    return False


class Line(NamedTuple):
    """One line that was read."""

    content: Any | None
    """What it says; `None` when it is not a line of ours or was changed."""
    end: int
    """The offset, in the bytes that were split, at which it ends, its newline included."""
    whole: bool = True
    """Whether its newline is there."""
    begin: int = 0
    """Where it begins, in what has no newline in it."""


def split(data: bytes, decode: Decode = msgspec.json.decode) -> Iterator[Line]:
    """Yield the lines in the bytes of a journal, in order; a torn last line is left out.

    A line that is whole by its checksum counts, whatever became of the newline behind it.

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
        elif line.strip(_BLANK):
            yield from (part._replace(end=end) for part in _rescued(line, decode))
    if not tail:
        return
    for part in _rescued(tail, decode):
        if part.content is not None or not is_torn(tail[part.begin : part.end]):
            yield Line(part.content, end + part.end, whole=False)


def _rescued(line: bytes, decode: Decode) -> Iterator[Line]:
    """Yield what is whole in the bytes between two newlines, and in order what is not.

    A damaged newline joins two lines, or is followed by none; a text editor, or a power failure,
    may have put something at either end.
    """
    starts = [match.start() for match in _START.finditer(line)]
    place = 0
    while place < len(line):
        further = bisect_right(starts, place)
        following = starts[further] if further < len(starts) else len(line)
        length = _whole(line, place, following) or _whole(line, place, len(line))
        content = unseal(line[place : place + length], decode) if length else None
        if content is not None:
            yield Line(content, place + length, begin=place)
            place += length
        elif line[place:following].strip(_BLANK):
            yield Line(None, following, begin=place)
            place = following
        else:
            place = following


def _whole(data: bytes, begin: int, end: int) -> int:
    """How many bytes from a place on are a whole line by its checksum; 0 if none are."""
    if not _START.match(data, begin, end):
        return 0
    wanted = int(data[begin + 2 : begin + 10], 16)
    checksum, place = 0, begin + _HEAD
    while (closing := data.find(b"]", place, end)) >= 0:
        between = checksum if closing == place else crc32(data[place:closing], checksum)
        if between == wanted:
            return closing + 1 - begin
        checksum, place = crc32(b"]", between), closing + 1
    return 0
