"""The programs that are measured, and how each of them is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .terminal import Terminal

READY: Final = "sk anything"
"""What each of them shows when it takes a question; the cursor stands on the `A` before it."""

_KEPT: Final = ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that answers questions in a terminal."""

    name: str
    arguments: tuple[str, ...]
    """What stands behind `python`."""
    edits: bool = True
    """Whether it draws a prompt of its own, which echoes keys."""

    def start(
        self,
        home: Path,
        url: str,
        *more: str,
        python: tuple[str, ...] = (),
        rate: int = 0,
        **variables: str,
    ) -> Terminal:
        """The program in a terminal, to be entered with `with`.

        Args:
            home: A directory for everything that it keeps.
            url: Where Groq is.
            more: Further arguments.
            python: Arguments of the interpreter.
            rate: Bytes a second that the line takes; 0 for all there are.
            variables: Further variables of its environment.
        """
        command = [sys.executable, *python, *self.arguments, *more]
        return Terminal(command, {**environment(home, url), **variables}, rate=rate)


RAW: Final = Program("raw", ("-m", "benchmarks.raw"), edits=False)
"""The SDK's stream, drained to standard output."""

MINIMAL: Final = Program("minimal", ("-m", "benchmarks.minimal"))
"""Textual's own widgets, put together."""

APPLICATION: Final = Program("bnagpt", ("-m", "bnagpt_tui"))
"""The application."""

LITE: Final = Program("bnagpt --lite", ("-m", "bnagpt_tui", "--lite"))
"""The application for thin lines."""


def environment(home: Path, url: str) -> Mapping[str, str]:
    """The variables that every program is started with."""
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "HOME": str(home),
        "BNAGPT_DATA_DIR": str(home / "data"),
        "BNAGPT_CONFIG_DIR": str(home / "config"),
        "GROQ_API_KEY": "gsk_bench",
        "GROQ_BASE_URL": url,
        "BNAGPT_PROBE": "0",
    }
