"""A small Python without files, network or processes: `pydantic-monty`, behind a process of ours.

The library is never loaded here. Values that it cannot hand over, crashes, and what it writes to
standard error are a child's affair, and a child's place is free as soon as it has ended.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from .options import SandboxOptions
from .outcome import ENDED, Outcome, Report

STARTING_SECONDS: Final = 10.0
"""How long an interpreter may take to start."""

_MEMORY_SHARE: Final = 10
_LONGEST_LINE: Final = 4 * 1024 * 1024
_ENDING_SECONDS: Final = 5.0
_CHILD: Final = Path(__file__).with_name("monty_child.py")
_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


def is_installed() -> bool:
    """Whether the library is there; it is not loaded for that."""
    return importlib.util.find_spec("pydantic_monty") is not None


class Monty:
    """An interpreter of a conversation, in a process that is started with the first run.

    Args:
        options: The limits.
    """

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, code: str, report: Report) -> Outcome:
        """Run code; when it is cancelled, the code has stopped before it returns."""
        try:
            async with asyncio.timeout(STARTING_SECONDS):
                process = self._process or await self._start()
            async with asyncio.timeout(self._options.seconds):
                outcome = await self._ask(process, code, report)
        except TimeoutError:
            outcome = None
            reason = f"It was stopped after {self._options.seconds:g} seconds."
        except (OSError, ValueError) as error:  # broken pipes, lines that are too long or no JSON
            outcome = None
            reason = f"The interpreter ended by itself ({type(error).__name__})."
        except BaseException:
            await self.aclose()
            raise
        if outcome is not None:
            return outcome
        await self.aclose()
        return Outcome(error=f"{reason} {ENDED}")

    async def aclose(self) -> None:
        """End the interpreter and everything it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdin:
            process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_SECONDS):
                await process.wait()

    async def _ask(self, process: asyncio.subprocess.Process, code: str, report: Report) -> Outcome:
        """Have code run, and pass on what it prints.

        Raises:
            OSError: The process has ended.
            ValueError: It says something that makes no sense.
        """
        assert process.stdin is not None  # noqa: S101  # it was started with a pipe
        process.stdin.write(json.dumps({"code": code}).encode() + b"\n")
        await process.stdin.drain()
        while True:
            told = await _told(process)
            if "printed" in told:
                report(str(told["printed"]))
                continue
            error = str(told["error"])
            if told["is_lost"]:
                await self.aclose()
                error = f"{error}\n{ENDED}"
            return Outcome(str(told["value"]), error)

    async def _start(self) -> asyncio.subprocess.Process:
        """Start the process and wait until it takes code.

        Raises:
            OSError: It did not start.
            ValueError: It says something that makes no sense.
        """
        limits = {
            "max_feed_duration_secs": self._options.seconds / 2,
            "max_memory": self._options.memory // _MEMORY_SHARE,
            "max_total_sleep_secs": 1.0,
            "output_characters": self._options.output_characters,
        }
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # what lies beside it is no module of its
            str(_CHILD),
            json.dumps(limits),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        await _told(process)
        return process


async def _told(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next thing that the process tells.

    Raises:
        OSError: It has ended.
        ValueError: It says something that makes no sense.
    """
    assert process.stdout is not None  # noqa: S101  # it was started with a pipe
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        raise BrokenPipeError
    told = json.loads(line)
    if not isinstance(told, dict):
        raise ValueError("it told no object")  # noqa: TRY004  # what was read is wrong, no type
    return told


def _environment() -> dict[str, str]:
    """The little that the process needs, and the way to the same packages."""
    known = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    return {**known, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
