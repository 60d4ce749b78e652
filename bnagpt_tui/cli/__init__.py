"""The commands that answer on standard output and need no full screen.

Importing this imports next to nothing; each command's module is imported when it is run.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Final

from ..backend.errors import BnaGPTError, UsageError
from .console import Console, OutputLostError

if TYPE_CHECKING:
    from argparse import Namespace

    from ..backend.settings import Settings

__all__ = ["run"]

DONE: Final = 0
"""Exit status: the command did what was asked."""

FAILED: Final = 1
"""Exit status: it could not; standard error says why."""

WRONG_USAGE: Final = 2
"""Exit status: the command line asks for nothing that can be done."""

INTERRUPTED: Final = 130
"""Exit status: Ctrl+C, as shells report it."""

_MODULES: Final = {
    "ask": "ask",
    "list": "conversations",
    "show": "conversations",
    "search": "search",
    "delete": "conversations",
    "trash": "trash",
    "export": "transfer",
    "import": "transfer",
    "doctor": "doctor",
}


def run(arguments: Namespace, settings: Settings) -> int:
    """Run the command that the arguments name, and return its exit status.

    Whatever can be explained is a sentence on standard error. A reader that goes away, as `head`
    does, ends the command quietly.

    Args:
        arguments: What `parser.build_parser` made of the command line, with a command in it.
        settings: The settings that go with it.
    """
    console = Console.standard()
    try:
        status = _run(arguments, settings, console)
        console.flush()
    except OutputLostError as error:
        _forget_output()
        console.tell(str(error))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return DONE
    return status


def _run(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Run the command; what it cannot do is told.

    Raises:
        OutputLostError: Standard output cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    module = importlib.import_module(f"{__name__}.{_MODULES[arguments.command]}")
    try:
        status: int = getattr(module, f"run_{arguments.command}")(arguments, settings, console)
    except BnaGPTError as error:
        console.complain(str(error))
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    return status


def _forget_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, sys.stdout.fileno())
    os.close(descriptor)
