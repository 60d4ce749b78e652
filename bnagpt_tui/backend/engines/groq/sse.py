"""Server-sent events, taken from the bytes of a reply as they come.

The format is that of WHATWG's HTML standard, section 9.2; `id` and `retry` have no meaning here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ...errors import StreamBrokenError

LONGEST: Final = 16 * 1024 * 1024
"""Bytes that one event may have; more is not an answer but an attempt to fill the memory."""


class ServerEvent(NamedTuple):
    """One event of the stream."""

    data: bytes
    name: bytes = b""
    """What the `event:` line said; empty for the usual message."""


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
            elif event := self._event():
                yield event
        if len(self._rest) + self._size > self._longest:
            raise StreamBrokenError("The answer came in a piece beyond all measure. Ask again.")

    def end(self) -> Iterator[ServerEvent]:
        """Yield what the reply's end completes: servers may leave out the last empty line."""
        if self._rest.strip():
            self._take(self._rest.rstrip(b"\r"))
        self._rest = b""
        if event := self._event():
            yield event

    def _take(self, line: bytes) -> None:
        """Note one line of an event; comments and unknown fields are passed over."""
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
            self._size += len(value)
        elif field == b"event":
            self._name = value
        elif field == b"error":
            # llama.cpp has written its errors in a field of their own.
            self._name, self._data = b"error", [value]

    def _event(self) -> ServerEvent | None:
        """The event that an empty line ends; `None` when nothing was said."""
        if not self._data:
            self._name = b""
            return None
        event = ServerEvent(b"\n".join(self._data), self._name)
        self._data, self._size, self._name = [], 0, b""
        return event
