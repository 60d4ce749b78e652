"""Runs inside the sandbox: reads code from its input, runs it, and says what came of it.

The keeper starts it in a process of its own. Each line that it reads is a JSON object,
`{"id": 1, "code": "…"}`; for each a line `{"id": 1, "value": "…", "error": "…"}` is written back.
What the code prints goes to standard output as it comes.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import resource
import signal
import socket
import sys
import traceback
import types
from contextlib import suppress
from typing import Any

MOST = 100_000
"""Characters of a value or a traceback that are told."""

FIRST_TO_GO = "800"
"""What the kernel is told of how well this process can be spared when memory is short."""


def limit(limits: dict[str, int]) -> None:
    """Take on the limits for good."""
    for name, most in limits.items():
        number = getattr(resource, name)
        resource.setrlimit(number, (most, most))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(FIRST_TO_GO)


def run(code: str, name: str, names: dict[str, Any]) -> tuple[str, str]:
    """Run code; its last expression's value and its traceback, both empty for none."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        tree = ast.parse(code, name)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, name, "exec"), names)  # noqa: S102  # this is what it is for
        if not isinstance(last, ast.Expr):
            return "", ""
        value = eval(compile(ast.Expression(last.value), name, "eval"), names)  # noqa: S307
        if value is None:
            return "", ""
        names["_"] = value
        return repr(value)[:MOST], ""
    except SystemExit as error:
        return "", f"SystemExit: {error.code}"
    except BaseException as error:  # noqa: BLE001  # whatever the code raises is told
        return "", told(error)


def told(error: BaseException) -> str:
    """A traceback with the code's own frames."""
    error.__traceback__ = own(error.__traceback__)
    try:
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-MOST:]
    except BaseException as worse:  # noqa: BLE001  # an exception may even fail to be shown
        return f"{type(error).__name__}, which cannot be shown ({type(worse).__name__})"


def own(frames: Any) -> Any:
    """The frames from the code's first one on."""
    while frames and not frames.tb_frame.f_code.co_filename.startswith("<run "):
        frames = frames.tb_next
    return frames


def new_main() -> dict[str, Any]:
    """The names of an empty main module, where pickle and multiprocessing find what is defined."""
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    return module.__dict__


def serve(connection: socket.socket, limits: dict[str, int], packages: list[str]) -> None:
    """Take on the limits, then run what comes.

    Args:
        connection: To the keeper.
        limits: By the names of the module `resource`.
        packages: Directories to import from.
    """
    reading = connection.makefile("r", encoding="utf-8", newline="\n")
    writing = connection.makefile("w", encoding="utf-8", errors="replace", newline="\n")
    sys.path[:0] = packages
    limit(limits)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [""]
    names = new_main()
    here = os.getpid()
    while True:
        with suppress(KeyboardInterrupt):  # one that came too late
            line = reading.readline()
            if not line:
                os._exit(0)
            request = json.loads(line)
            value, error = "", "KeyboardInterrupt"
            with suppress(KeyboardInterrupt):
                value, error = run(request["code"], f"<run {request['id']}>", names)
            if os.getpid() != here:
                os._exit(0)  # a child that the code has forked and let go on
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            for stream in (sys.stdout, sys.stderr):
                with suppress(Exception):  # the code may have put anything in its place
                    stream.flush()
            reply = {"id": request["id"], "value": value, "error": error}
            writing.write(json.dumps(reply, ensure_ascii=False) + "\n")
            writing.flush()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
