"""Standard output and standard error, with nothing on them that a terminal would obey.

`guard` makes it so for the whole process: for what commands print, for what `argparse` repeats of
a wrong command line, and for tracebacks. Standard output that is no terminal is left alone, since
it may be a file's content; standard error is for people, wherever it leads.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..backend.errors import BnaGPTError
from ..backend.text import harmless, visible, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import TextIO


class GuardedStream:
    """A stream that makes visible whatever is written to it.

    Args:
        stream: Where it goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text, with its control characters shown."""
        self._stream.write(visible(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write pieces of text."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard() -> None:
    """Let nothing reach a terminal by way of the process's own streams that it would obey."""
    for stream in (sys.stdout, sys.stderr):
        # What a stream's encoding lacks is replaced; a half of a character, too.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.stdout is not None and sys.stdout.isatty():
        sys.stdout = _guarded(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = _guarded(sys.stderr)
    sys.excepthook = _tell_fault


def _guarded(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, GuardedStream) else cast("TextIO", GuardedStream(stream))


def _tell_fault(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Print a traceback without colours, which newer interpreters give to terminals."""
    import traceback  # noqa: PLC0415  # only when it comes to that

    print("".join(traceback.format_exception(error)), end="", file=sys.stderr)


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
        """The process's own streams, guarded."""
        guard()
        return cls(sys.stdout, sys.stderr)

    def line(self, text: str = "") -> None:
        """Write a line to standard output."""
        self.write(text + "\n")

    def write(self, text: str) -> None:
        """Write a piece of text to standard output, as it is but for control characters."""
        self._send(harmless(text))

    def raw(self, text: str) -> None:
        """Write text that is meant for a file: untouched, unless a terminal shows it."""
        self._send(visible(text) if self.out.isatty() else whole(text))

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
        # In one piece: other threads may write there, too.
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
