"""The child process: a llama.cpp server for one model, on loopback alone.

It is started as a script with one line of JSON on standard input, the `Settings`. It answers with
one line of JSON on standard output, `{"url": …}` or `{"failure": …}`, and lives until standard
input ends: the parent holds the other end of that pipe, so that the child outlives it in no case.
Nothing of the package is imported here, so that the script runs wherever the package lies.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

API_PREFIX: Final = "/openai"
"""What comes before the server's paths, so that Groq's client finds them."""

PARALLEL: Final = 2
"""How many conversations can be answered at once."""

GRACE_SECONDS: Final = 1.0
"""How long an orderly end may take once the parent is gone."""

_LARGE: Final = 1024**3
"""Bytes above which it is worth half of the starting time to fit a model to the memory."""

_PR_SET_PDEATHSIG: Final = 1
_ERRORS_ONLY: Final = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What the child is told; the token comes by pipe because arguments are public."""

    model: str
    """The path of the GGUF file."""
    name: str
    """The id under which the model is offered."""
    context: int
    """Tokens that one conversation may have."""
    threads: int
    token: str
    """What requests must bear."""


def _size(path: str) -> int:
    """The bytes of a file; 0 when there is none."""
    file = Path(path)
    return file.stat().st_size if file.exists() else 0


def parameters(settings: Settings) -> Any:
    """The settings as llama.cpp takes them.

    Raises:
        ImportError: The library is not installed.
    """
    import xllamacpp  # noqa: PLC0415 - the parent reads this module without the library

    chosen = xllamacpp.CommonParams()
    chosen.model.path = settings.model
    chosen.model_alias = {settings.name}
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.api_prefix = API_PREFIX
    chosen.api_keys = [settings.token]
    chosen.ui = False
    chosen.endpoint_slots = False
    chosen.use_jinja = True
    chosen.warmup = False
    chosen.fit_params = _size(settings.model) > _LARGE
    chosen.verbosity = _ERRORS_ONLY
    chosen.n_parallel = PARALLEL
    chosen.n_ctx = settings.context * PARALLEL
    chosen.cpuparams.n_threads = settings.threads
    chosen.cpuparams_batch.n_threads = settings.threads
    return chosen


def start(settings: Settings) -> tuple[dict[str, str], object]:
    """Load the model and listen.

    Returns:
        What the parent is told, and the server, which listens as long as it is referred to.
    """
    try:
        chosen = parameters(settings)
        import xllamacpp  # noqa: PLC0415

        server = xllamacpp.Server(chosen)
    except (ImportError, RuntimeError) as error:
        return {"failure": str(error)}, None
    return {"url": server.listening_address}, server


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends; elsewhere the pipe alone does."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - the parent reads this module and needs it not

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def watch(
    pipe: int,
    released: threading.Event,
    leave: Callable[[int], object],
    grace: float = GRACE_SECONDS,
) -> None:
    """Wait for the pipe's end, then let go; leave the hard way when that takes too long.

    Args:
        pipe: The descriptor of standard input; a buffered file would be locked at the very end.
        released: Set when the pipe has ended.
        leave: Ends the process at once, with this status.
        grace: Seconds that an orderly end may take.
    """
    while os.read(pipe, 1):
        pass
    released.set()
    time.sleep(grace)
    leave(1)


def private_output() -> BinaryIO:
    """The pipe to the parent; what libraries print goes to standard error from here on."""
    private = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return private


def main() -> None:
    """Serve until the parent lets go."""
    die_with_parent()
    parent = private_output()
    stdin = sys.stdin.fileno()
    with open(stdin, "rb", buffering=0, closefd=False) as pipe:
        settings = Settings(**json.loads(pipe.readline()))
    released = threading.Event()
    watched = (stdin, released, os._exit)
    threading.Thread(target=watch, args=watched, daemon=True).start()
    told, server = start(settings)
    parent.write(json.dumps(told).encode() + b"\n")
    parent.close()
    if server is not None:
        released.wait()


if __name__ == "__main__":
    main()
