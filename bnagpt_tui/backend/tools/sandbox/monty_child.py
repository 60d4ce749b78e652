"""Runs in a process of its own: takes code, has `pydantic-monty` run it, and says what came of it.

It is started as `python -P monty_child.py LIMITS`. Each line of its input is a JSON object
`{"code": "…"}`. For each it writes `{"printed": "…"}` as often as the code prints, and then
`{"value": "…", "error": "…", "is_lost": false}`. A value that cannot be made a text, one that
breaks the library or this process, and what the library says on standard error stay in here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from typing import Any, TextIO

MOST = 100_000
"""Characters of a value or a traceback that are told, and digits of a number."""

PIECE = 10_000
"""Characters of output that are told at once."""

MEMORY = 4 * 1024**3
"""Bytes of address space of this process and of the one that runs the code."""


class Teller:
    """Writes what happens, a line each.

    Args:
        target: Where to.
        most: Characters of output of one run that are told.
    """

    def __init__(self, target: TextIO, most: int) -> None:
        self._target = target
        self._most = most
        self._printed = 0

    def begin(self) -> None:
        """Count the output from here."""
        self._printed = 0

    def printed(self, _stream: str, text: str) -> None:
        """Tell of output, up to a little more than is wanted."""
        if self._printed <= self._most:
            room = self._most + 1
            for start in range(0, min(len(text), room), PIECE):
                self.tell({"printed": text[start : min(start + PIECE, room)]})
        self._printed += len(text)

    def tell(self, what: dict[str, Any]) -> None:
        """Write a line."""
        self._target.write(json.dumps(what) + "\n")
        self._target.flush()


def shown(value: object) -> str:
    """A value as it is written in code; a sentence for one that cannot be written."""
    if value is None:
        return ""
    try:
        return _whole(repr(value)[:MOST])
    except BaseException as error:  # noqa: BLE001  # whatever a value does when it is looked at
        return f"(a value of type {type(value).__name__} that cannot be shown: {_said(error)})"


def told(error: BaseException) -> str:
    """A traceback of the code's own, or what else went wrong."""
    try:
        return _whole(str(getattr(error, "display", error.__str__)())[-MOST:])
    except BaseException as worse:  # noqa: BLE001  # an exception may even fail to be shown
        return f"{type(error).__name__}, which cannot be shown ({type(worse).__name__})"


def breaks_limits(error: BaseException) -> bool:
    """Whether an error leaves an interpreter behind that is not to be trusted."""
    if type(error).__name__ in {"MontySyntaxError", "MontyTypingError", "MontyConversionError"}:
        return False
    if type(error).__name__ != "MontyRuntimeError":
        return True
    with suppress(Exception):
        inner = error.exception()  # type: ignore[attr-defined]  # a MontyError's
        return isinstance(inner, TimeoutError | MemoryError | RecursionError)
    return True


def run(session: Any, code: str, teller: Teller) -> None:
    """Run code and tell what came of it."""
    teller.begin()
    value, error, is_lost = "", "", False
    try:
        value = shown(session.feed_run(code, print_callback=teller.printed))
    except RecursionError:  # this process's own: the value is nested too deeply to be taken over
        value = "(a value that cannot be shown: it is nested too deeply)"
    except BaseException as fault:  # noqa: BLE001  # whatever the code or the library raises is told
        error, is_lost = told(fault), breaks_limits(fault)
    teller.tell({"value": value, "error": error, "is_lost": is_lost})


def _said(error: BaseException) -> str:
    with suppress(BaseException):
        return _whole(str(error)[:200]) or type(error).__name__
    return type(error).__name__


def _whole(text: str) -> str:
    """The text with half characters replaced."""
    return text.encode("utf-8", "replace").decode()


def main() -> None:
    """Take on the limits, then run what comes."""
    limits = json.loads(sys.argv[1])
    with suppress(ValueError, OSError):  # not every system knows these limits
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.set_int_max_str_digits(MOST)
    teller = Teller(os.fdopen(os.dup(1), "w", encoding="ascii"), limits.pop("output_characters"))
    requests = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # nothing that is started from here writes to anybody
        os.dup2(nothing, descriptor)

    from pydantic_monty import Monty  # noqa: PLC0415  # after nothing of it can be seen

    with (
        Monty(max_processes=1) as pool,
        pool.checkout(script_name="<run>", limits=limits, os_policy={"sleep": "zero"}) as session,
    ):
        teller.tell({"ready": True})
        for line in requests:
            run(session, json.loads(line)["code"], teller)
    os._exit(0)


if __name__ == "__main__":
    main()
