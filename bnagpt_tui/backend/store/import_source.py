"""The bytes of a file that is to be imported, as text and as JSON, however badly it was kept."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ..errors import ImportFileError
from ..text import REPLACEMENT, one_line

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 100 * 1024 * 1024
"""The size of the largest file that is read."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")

_BETWEEN: Final = re.compile(r"[\s,]*")

_SPACE: Final = re.compile(r"[\s\x1e]*")

_COLON: Final = re.compile(r"\s*:\s*")

_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)


_WANTED: Final = re.compile(r"(?:.*/)?[^/]*(?:conversation|chat)[^/]*\.jsonl?", re.IGNORECASE)
"""The files of an archive that hold conversations, by their names."""

_MOST_MEMBERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file that has been read."""

    text: str
    title: str
    """The file's name without its ending."""
    modified: datetime
    problem: str = ""
    """What was wrong with the encoding, as a sentence; empty when nothing was."""


def read_sources(path: Path, most_bytes: int = MOST_BYTES) -> list[Source]:
    """The text of a file, or of the files of a ZIP archive, in whichever of the usual encodings.

    Raises:
        ImportFileError: It is no regular file, too large or not readable.
    """
    name = f"“{one_line(path.name)}”"
    try:
        data, modified = _read(path, most_bytes + 1)
    except OSError as error:
        raise ImportFileError(f"{name} cannot be read: {error.strerror}.") from None
    if data is None:
        raise ImportFileError(f"{name} is not a regular file.")
    if len(data) > most_bytes:
        raise _too_large(name, most_bytes)
    if data.startswith(b"PK\x03\x04"):
        return _unpacked(data, path.stem, name, modified, most_bytes)
    return [_source(data, path.stem, modified)]


def _source(data: bytes, title: str, modified: datetime) -> Source:
    text, problem = _decode(data)
    return Source(text.removeprefix("\ufeff"), title, modified, problem)


def _too_large(name: str, most_bytes: int) -> ImportFileError:
    return ImportFileError(
        f"{name} is larger than {most_bytes // 1024**2} MB, the most that can be imported at "
        "once. Split it into smaller files first."
    )


def _unpacked(
    data: bytes, title: str, name: str, modified: datetime, most_bytes: int
) -> list[Source]:
    """The files of a ZIP archive that may hold conversations: by their names, else all JSON."""
    sources: list[Source] = []
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.namelist()[:_MOST_MEMBERS]
            wanted = sorted(filter(_WANTED.fullmatch, members))
            for member in wanted or sorted(m for m in members if m.endswith((".json", ".jsonl"))):
                with archive.open(member) as file:
                    content = file.read(most_bytes - size + 1)
                size += len(content)
                if size > most_bytes:
                    raise _too_large(f"What is in {name}", most_bytes)
                sources.append(_source(content, title, modified))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise ImportFileError(f"{name} is a ZIP archive that cannot be read: {error}.") from None
    if not sources:
        raise ImportFileError(f"{name} is a ZIP archive without any conversations in it.")
    return sources


def parse(text: str) -> tuple[Any, str]:
    """The JSON value of a text, and a sentence about what of it could not be read.

    A text that breaks off, or breaks in the middle, gives the entries before the break. Numbers
    that are none (`NaN`, `Infinity`) become null; halves of characters become U+FFFD.

    Raises:
        ImportFileError: It is not JSON at all, or nested too deep to be a conversation.
    """
    try:
        try:
            value, problem = _DECODER.decode(text), ""
        except ValueError as error:
            if lines := _one_after_another(text):
                return (_scrubbed(lines) if _SURROGATE_ESCAPE.search(text) else lines), ""
            value, end = _before_the_break(text)
            if not value:
                raise ImportFileError(f"This is not valid JSON: {error}.") from None
            problem = f"The file is broken at character {end:,}: what follows was not imported."
        return (_scrubbed(value) if _SURROGATE_ESCAPE.search(text) else value), problem
    except RecursionError:
        raise ImportFileError("This is nested too deep to hold conversations.") from None


def _read(path: Path, most: int) -> tuple[bytes | None, datetime]:
    """The first bytes of a regular file, `None` for any other, and when it was changed."""
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        modified = datetime.fromtimestamp(max(status.st_mtime, 0), UTC)
        return (file.read(most) if stat.S_ISREG(status.st_mode) else None), modified


def _decode(data: bytes) -> tuple[str, str]:
    """The text, and a sentence if it had to be guessed or repaired.

    Text that is UTF-8 but for some damaged places is repaired; text in which most letters beyond
    ASCII are not UTF-8 is taken for Windows-1252, the usual superset of Latin-1.
    """
    encoding = json.detect_encoding(data[:4])
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError:
        repaired = data.decode(encoding, "replace")
    damaged = repaired.count(REPLACEMENT)
    beyond = sum(character > "\x7f" for character in repaired)
    if encoding.startswith("utf-16") or damaged * 2 < beyond:
        return repaired, f"The file has damaged characters, shown as {REPLACEMENT}."
    return data.decode("cp1252", "replace"), "The file is not UTF-8; it was read as Latin-1."


def _one_after_another(text: str) -> list[Any]:
    """The values of a file of JSON Lines; none if the text is anything else."""
    values: list[Any] = []
    place = _skip(_SPACE, text, 0)
    while place < len(text):
        try:
            value, place = _DECODER.raw_decode(text, place)
        except ValueError:
            return []
        if not isinstance(value, dict | list):
            return []
        values.append(value)
        place = _skip(_SPACE, text, place)
    return values


def _before_the_break(text: str) -> tuple[Any, int]:
    """The entries of a broken array or object that can be read, and where they end."""
    start = _skip(_BETWEEN, text, 0)
    read = _array if text[start : start + 1] == "[" else _object
    return read(text, start + 1)


def _array(text: str, place: int) -> tuple[list[Any], int]:
    values: list[Any] = []
    while True:
        place = _skip(_BETWEEN, text, place)
        try:
            value, place = _DECODER.raw_decode(text, place)
        except ValueError:
            return values, place
        values.append(value)


def _object(text: str, place: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while True:
        place = _skip(_BETWEEN, text, place)
        try:
            if text[place : place + 1] != '"':
                return values, place
            key, after = _DECODER.raw_decode(text, place)
            value, after = _DECODER.raw_decode(text, _skip(_COLON, text, after))
        except ValueError:
            return values, place
        values[key], place = value, after


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place


def _scrubbed(value: Any) -> Any:
    """The same value without halves of characters, which no file can hold."""
    written = json.dumps(value, ensure_ascii=False)
    clean = _SURROGATE.sub(REPLACEMENT, written)
    return value if clean == written else _DECODER.decode(clean)
