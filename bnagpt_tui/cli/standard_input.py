"""What is piped into `bnagpt ask`, as data beside the question."""

from __future__ import annotations

import os
import re
import select
import sys
from typing import TYPE_CHECKING, Final

from ..backend.addresses import DATA
from ..backend.errors import RequestRefusedError
from ..backend.hidden import without_hidden
from ..backend.outside import told_hidden

if TYPE_CHECKING:
    from typing import TextIO

    from .console import Console

MOST_INPUT: Final = 4 * 1024 * 1024
"""Bytes of standard input that are read at the most."""

MOMENT: Final = 0.5
"""Seconds without a word from standard input until the user is told that it is waited for."""

READING: Final = (
    "Reading standard input, too: what is piped in belongs to the question. "
    "Ctrl+D ends it at a terminal; `< /dev/null` does without."
)
"""What standard error is told while standard input is waited for."""


def compose(question: str, piped: str) -> str:
    """The question with what was piped in, which is named as data; either may be empty.

    The fence is longer than any in the data, so that nothing in it ends the data early. What no
    reader of the data sees is taken out of it, which is told beside it.
    """
    question = question.strip()
    piped, hidden = without_hidden(piped)
    remark = f" {told_hidden(hidden)}" if hidden else ""
    if not question or not piped.strip():
        return question or f"{piped.strip()}{remark}"
    longest = max(map(len, re.findall("`+", piped)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{question}\n\n{DATA}{remark}:\n\n{fence}\n{piped.rstrip()}\n{fence}"


def standard_input(console: Console) -> str:
    """What is piped in, whatever its encoding; empty when somebody sits at the terminal.

    Raises:
        RequestRefusedError: It cannot be read, or is too much for any model.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    try:
        data = _read_all(sys.stdin, console)
    except OSError as error:
        raise RequestRefusedError(
            f"Standard input cannot be read: {error.strerror or error}."
        ) from None
    if len(data) > MOST_INPUT:
        raise RequestRefusedError(
            f"Standard input holds more than {MOST_INPUT // 1024**2} MB, which no model reads."
        )
    return data.decode("utf-8", "replace")


def _read_all(stream: TextIO, console: Console) -> bytes:
    """Read standard input to its end; who waits for it at a terminal is told after a moment.

    Raises:
        OSError: It cannot be read.
    """
    if not console.err.isatty():
        return stream.buffer.read(MOST_INPUT + 1)
    data = b""
    is_told = False
    while len(data) <= MOST_INPUT:
        if not is_told and not select.select([stream], [], [], MOMENT)[0]:
            is_told = True
            console.tell(READING)
        piece = os.read(stream.fileno(), MOST_INPUT)
        if not piece:
            break
        data += piece
    return data
