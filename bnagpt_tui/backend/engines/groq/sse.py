"""Server-sent events, taken from the bytes of a reply as they come.

The format is that of WHATWG's HTML standard, section 9.2; `id` and `retry` have no meaning here.
Servers depart from it, so more is understood: events that no empty line parts, and JSON without
any field before it, one object to a line or one object for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from ...errors import StreamBrokenError

LONGEST: Final = 16 * 1024 * 1024
"""Bytes that one event may have; more is not an answer but an attempt to fill the memory."""

DONE: Final = b"[DONE]"
"""What an event holds that ends the stream."""

_MOST_STRAY: Final = 4096
"""Bytes of text without a field that are kept, to say what came in place of an answer."""

_MOST_CHECKS: Final = 8
"""How often the lines of one event are tried for being whole, since each try reads all of them."""

_BLANKS: Final = b" \t\xef\xbb\xbf"
"""What may stand before a field's name: blanks, and the mark that a file of UTF-8 begins with."""

_PASSED_OVER: Final = frozenset({b"", b"id", b"retry"})
"""Fields that say nothing of the answer; the empty name is a comment's."""

_ENDS: Final = frozenset({b"done", b"end", b"finish", b"complete", b"completed", b"close"})
"""Names of events that say all there is to say, even without data."""


class ServerEvent(NamedTuple):
    """One event of the stream."""

    data: bytes
    name: bytes = b""
    """What the `event:` line said; empty for the usual message."""
    is_bare: bool = False
    """Whether the data stood in the reply by themselves, without a field before them."""


def says_done(data: bytes) -> bool:
    """Whether an event's data are the word that ends a stream, however it is written."""
    word = data[:40].strip(b" \"'").removeprefix(b"data:").strip().upper()
    return word.startswith(DONE) or word == DONE.strip(b"[]")


def _is_whole(lines: Sequence[bytes]) -> bool:
    """Whether these lines are a JSON object or array from its beginning to its end."""
    data = b"\n".join(lines).strip()
    if data.startswith(DONE):
        return True
    if data[:1] not in {b"{", b"["}:
        return False
    try:
        msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return False
    return True


class EventDecoder:
    """Turns pieces of a reply, cut anywhere, into whole events."""

    def __init__(self, longest: int = LONGEST) -> None:
        """Begin with nothing.

        Args:
            longest: Bytes that one event may have.
        """
        self._longest = longest
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0
        self._name = b""
        self._late_name = b""
        self._bare: list[bytes] = []
        self._ready: list[ServerEvent] = []
        self._stray: list[bytes] = []
        self._stray_size = 0
        self._checks = 0

    @property
    def stray(self) -> bytes:
        """The beginning of what stood in the reply and was no event."""
        return b"\n".join(self._stray)

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """Take more of the reply and yield the events that it completes.

        Raises:
            StreamBrokenError: An event grows beyond all measure.
        """
        text = self._rest + piece if self._rest else piece
        # A carriage return at the end may be half of a line's end: it waits for the next piece.
        end = max(text.rfind(b"\n"), text.rfind(b"\r", 0, len(text) - 1)) + 1
        self._rest = text[end:]
        for line in text[:end].splitlines():
            if line:
                self._take(line)
            elif self._data or self._name.lower() in _ENDS:
                self._complete(self._late_name or self._name)
            else:
                self._name = b""
        if self._rest.removeprefix(b"data:").lstrip().startswith(DONE):
            self._take(self._rest.rstrip(b"\r"))
            self._rest = b""
        # Servers that leave the empty lines out are not to lag an event behind.
        if self._data and self._seems_whole(self._data):
            self._complete(self._name)
        ready, self._ready = self._ready, []
        yield from ready
        if len(self._rest) + self._size > self._longest:
            raise StreamBrokenError("The answer came in a piece beyond all measure. Ask again.")

    def end(self) -> Iterator[ServerEvent]:
        """Yield what the reply's end completes: servers may leave out the last empty line."""
        if self._rest.strip():
            self._take(self._rest.rstrip(b"\r"))
        self._rest = b""
        if self._data or self._name.lower() in _ENDS:
            self._complete(self._late_name or self._name)
        if self._bare:
            self._complete_bare()
        ready, self._ready = self._ready, []
        yield from ready

    def _take(self, line: bytes) -> None:
        """Note one line of an event."""
        if self._bare and not line.startswith(b"data:"):
            self._take_bare(line)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._take_data(value)
        else:
            self._take_field(field.strip(_BLANKS).lower(), value, line)

    def _take_field(self, field: bytes, value: bytes, line: bytes) -> None:
        """Note a line that is no data as servers usually write them."""
        if field == b"data":
            self._take_data(value)
        elif field == b"event":
            if self._data:
                # Of this event, or of the next where no empty line parts them.
                self._late_name = value.strip()
            else:
                self._name = value.strip()
        elif field == b"error":
            # llama.cpp has written its errors in a field of their own.
            self._take_data(value)
            self._name = b"error"
        elif field not in _PASSED_OVER:
            self._take_bare(line.strip(_BLANKS))

    def _take_data(self, value: bytes) -> None:
        """Note a line of data: of the event that has begun, or of the next one."""
        if self._bare:
            self._complete_bare()
        if self._data and value.lstrip()[:1] in {b"{", b"["} and self._seems_whole(self._data):
            name = self._late_name
            self._complete(self._name)
            self._name = name
        self._data.append(value)
        self._size += len(value)

    def _take_bare(self, line: bytes) -> None:
        """Note a line without a field: of JSON, or of something that is no event."""
        if not self._bare and line[:1] not in {b"{", b"["}:
            self._note_stray(line)
            return
        first = not self._bare
        self._bare.append(line)
        self._size += len(line)
        closes = line[:1] == (b"}" if self._bare[0][:1] == b"{" else b"]")
        if (first or closes) and self._seems_whole(self._bare):
            self._complete_bare()

    def _seems_whole(self, lines: Sequence[bytes]) -> bool:
        """Whether lines that no empty line has ended make an event; not tried without end."""
        self._checks += 1
        return self._checks <= _MOST_CHECKS and _is_whole(lines)

    def _note_stray(self, line: bytes) -> None:
        """Keep the beginning of what is no event."""
        if self._stray_size < _MOST_STRAY:
            self._stray.append(line[: _MOST_STRAY - self._stray_size])
            self._stray_size += len(line)

    def _complete(self, name: bytes) -> None:
        """Make an event of the data noted so far."""
        self._ready.append(ServerEvent(b"\n".join(self._data), name))
        self._data, self._size, self._checks = [], 0, 0
        self._name = self._late_name = b""

    def _complete_bare(self) -> None:
        """Make an event of the JSON that stood by itself."""
        data = b"\n".join(self._bare)
        self._ready.append(ServerEvent(data, self._name, is_bare=not data.startswith(DONE)))
        self._bare, self._size, self._checks, self._name = [], 0, 0, b""
