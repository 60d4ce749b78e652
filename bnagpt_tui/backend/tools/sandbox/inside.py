"""Runs inside the sandbox: reads code from its input, runs it, and says what came of it.

It is started as `python -I -c SOURCE CONTROL LIMITS [PACKAGES]`. Each line of its input is a JSON
object, `{"id": 1, "code": "…"}` or `{"interrupt": true}`; for each code a line
`{"id": 1, "value": "…", "error": "…"}` is written to the descriptor CONTROL. What the code prints
goes to standard output as it comes. Only the standard library is used, and nothing of bnaGPT.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import queue
import resource
import signal
import sys
import threading
import traceback
from typing import Any

MOST = 100_000
"""Characters of a value or a traceback that are told."""


def limit(limits: dict[str, int]) -> None:
    """Take on the limits for good."""
    for name, most in limits.items():
        number = getattr(resource, name)
        resource.setrlimit(number, (most, most))


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
        return "".join(traceback.format_exception(error))[-MOST:]
    except BaseException as worse:  # noqa: BLE001  # an exception may even fail to be shown
        return f"{type(error).__name__}, which cannot be shown ({type(worse).__name__})"


def own(frames: Any) -> Any:
    """The frames from the code's first one on."""
    while frames and not frames.tb_frame.f_code.co_filename.startswith("<run "):
        frames = frames.tb_next
    return frames


def read(source: Any, work: queue.SimpleQueue[Any]) -> None:
    """Take what is to be done, and interrupt what is being done."""
    for line in source:
        request = json.loads(line)
        if request.get("interrupt"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            work.put(request)
    os._exit(0)


def main() -> None:
    """Take on the limits, then run what comes."""
    control = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8", errors="replace")
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.path[:0] = sys.argv[3:]
    limit(json.loads(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [""]
    work: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=read, args=(requests, work), daemon=True).start()
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    while True:
        try:
            request = work.get()
            number = request["id"]
            value, error = run(request["code"], f"<run {number}>", names)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            control.write(json.dumps({"id": number, "value": value, "error": error}) + "\n")
            control.flush()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    main()
