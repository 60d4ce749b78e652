"""Standard output and standard error, with nothing on them that a terminal would obey."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..backend.errors import BnaGPTError
from ..backend.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command writes.

    Text goes out with its control characters made visible even where standard output is a pipe:
    what reads the pipe may well be a terminal in the end.
    """

    out: TextIO
    """Standard output: what was asked for."""
    err: TextIO
    """Standard error: what there is to say about it."""

    @classmethod
    def standard(cls) -> Console:
        """The process's own streams, made to replace what their encoding lacks."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        return cls(sys.stdout, sys.stderr)

    def line(self, text: str = "") -> None:
        """Write a line to standard output."""
        self.write(text + "\n")

    def write(self, text: str) -> None:
        """Write a piece of text to standard output, as it is but for control characters."""
        self._send(visible(text))

    def raw(self, text: str) -> None:
        """Write text that is meant for a file: untouched, unless a terminal would show it."""
        self._send(visible(text) if self.out.isatty() else text)

    def value(self, value: Any) -> None:
        """Write a value as JSON in ASCII, which is whole and harmless everywhere."""
        self.line(json.dumps(value, ensure_ascii=True, indent=2))

    def complain(self, text: str) -> None:
        """Write a line to standard error, after all that went to standard output.

        Raises:
            OutputLostError: Standard output cannot be written.
        """
        self.flush()
        self.tell(text)

    def tell(self, text: str) -> None:
        """Write a line to standard error, whatever became of standard output."""
        self.err.write(f"bnagpt: {visible(text)}\n")
        self.err.flush()

    def flush(self) -> None:
        """Hand over what was written so far."""
        with _explained():
            self.out.flush()

    def _send(self, text: str) -> None:
        with _explained():
            self.out.write(text)

    def speaks(self, characters: str) -> bool:
        """Whether standard output's encoding has these characters."""
        try:
            characters.encode(self.out.encoding or "ascii")
        except (LookupError, UnicodeEncodeError):
            return False
        return True


class OutputLostError(BnaGPTError):
    """Standard output does not take what is written to it: the disk behind it is full."""


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a fault of standard output into a sentence; a reader that went away is none.

    Raises:
        OutputLostError: It cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLostError(f"Standard output cannot be written: {error.strerror}.") from None


class Cleaner:
    """Makes streamed text harmless piece by piece, as if it had come in one."""

    def __init__(self) -> None:
        self._held = ""

    def clean(self, piece: str) -> str:
        """The next piece, made harmless; a carriage return waits for what follows it."""
        piece = self._held + piece
        self._held = "\r" if piece.endswith("\r") else ""
        return visible(piece.removesuffix("\r"))

    def rest(self) -> str:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        return visible(held)
