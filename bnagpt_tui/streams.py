"""The process's standard streams, also where whoever started it closed them or is no terminal."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_INPUT, _OUTPUT, _ERRORS = range(3)

NO_TERMINAL: Final = (
    "bnaGPT opens in a terminal, and {what} is none. "
    "`bnagpt ask` answers one question without one, as in `echo … | bnagpt ask`."
)
"""What is said where nothing can be opened."""

DUMB: Final = (
    "bnaGPT cannot draw on this terminal: TERM is “dumb”. `bnagpt ask` answers one question here."
)
"""What is said to a terminal that only writes lines."""


def fill_closed_streams() -> None:
    """Put something into the place of standard streams that are closed.

    Were nothing there, the next file that is opened would be: a conversation would get what a
    library writes to standard error. Standard output fails when it is written to, as if its disk
    were full, so that nobody takes the answer for delivered; standard error is let go.
    """
    for descriptor in (_INPUT, _OUTPUT, _ERRORS):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is given, which is this one.
            os.open(os.devnull, os.O_WRONLY if descriptor == _ERRORS else os.O_RDONLY)
    if sys.stdin is None:
        sys.stdin = os.fdopen(_INPUT, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(_OUTPUT, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(_ERRORS, "w", encoding="utf-8", closefd=False)


def tell(text: str) -> None:
    """Write a line to standard error, if there is anything that takes it."""
    with suppress(OSError, ValueError):
        print(f"bnagpt: {text}", file=sys.stderr, flush=True)


def why_not_open(environment: Mapping[str, str]) -> str:
    """Why the application cannot open on the standard streams; empty when it can."""
    for descriptor, what in (
        (_INPUT, "standard input"),
        (_OUTPUT, "standard output"),
        (_ERRORS, "standard error"),
    ):
        if not os.isatty(descriptor):
            return NO_TERMINAL.format(what=what)
    return DUMB if environment.get("TERM") == "dumb" else ""


def flush_output() -> str:
    """Hand over what was printed.

    Returns:
        Why it cannot be; empty when it can, or when nobody reads it any more.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        _forget_output()
        if isinstance(error, BrokenPipeError):
            return ""
        return f"Standard output cannot be written: {error.strerror}."
    return ""


def _forget_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, sys.stdout.fileno())
    os.close(descriptor)
