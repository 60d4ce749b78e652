"""A full CPython inside `bwrap`: no network, no files of the host but one scratch directory."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from .options import SandboxOptions
from .outcome import ENDED, Outcome, Report
from .pipes import Output, Replies
from .pythons import PACKAGES, Python
from .scratch import Scratch

NOBODY: Final = 65534
"""The user and the group that code runs as, inside; outside too where bnaGPT runs as root."""

SCRATCH: Final = "/scratch"
"""Where the scratch directory is, inside."""

STARTING_SECONDS: Final = 10.0
"""How long an interpreter may take to start."""

TOO_LARGE: Final = "It was ended and its files were removed: they had become too large."
"""What is said of code that fills its directory."""

_GRACE: Final = 1.0
_WATCH_EVERY: Final = 0.25
_CPU_SECONDS: Final = 600
_TEMPORARY_BYTES: Final = 64 * 1024 * 1024


def walls(python: Python, scratch: Path) -> list[str]:
    """What `bwrap` is told to keep out, and the little that it lets in.

    Args:
        python: The interpreter.
        scratch: The scratch directory.
    """
    words = ["--unshare-all", "--unshare-user", "--disable-userns"]
    words += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    words += ["--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"]
    for name, value in python.variables.items():
        words += ["--setenv", name, value]
    words += ["--setenv", "HOME", SCRATCH, "--setenv", "LANG", "C.UTF-8"]
    words += ["--setenv", "PATH", "/usr/bin:/bin", "--setenv", "TMPDIR", "/tmp"]  # noqa: S108
    words += python.binds
    words += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    words += ["--size", str(_TEMPORARY_BYTES), "--tmpfs", "/tmp"]  # noqa: S108  # its own
    return [*words, "--bind", str(scratch), SCRATCH, "--chdir", SCRATCH]


def command(python: Python, options: SandboxOptions, control: int) -> list[str]:
    """The interpreter's command, inside.

    Args:
        python: The interpreter.
        options: The limits.
        control: The descriptor that it answers on.
    """
    limits = {
        "RLIMIT_CPU": _CPU_SECONDS,
        "RLIMIT_AS": options.memory,
        "RLIMIT_FSIZE": options.file_bytes,
        "RLIMIT_NPROC": options.processes,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CORE": 0,
    }
    inside = Path(__file__).with_name("inside.py").read_text("utf-8")
    words = [python.program, "-I", "-B", "-u", "-c", inside, str(control), json.dumps(limits)]
    return words + ([PACKAGES] if python.has_packages else [])


class Bubblewrap:
    """An interpreter in a sandbox of its own; it is started with the first run.

    Args:
        python: The interpreter.
        options: The limits.
        scratch: The directory that it may write in.
    """

    def __init__(self, python: Python, options: SandboxOptions, scratch: Scratch) -> None:
        self._python = python
        self._options = options
        self._scratch = scratch
        self._process: asyncio.subprocess.Process | None = None
        self._output: Output | None = None
        self._replies: asyncio.Queue[bytes] = asyncio.Queue(maxsize=64)
        self._control: asyncio.BaseTransport | None = None
        self._number = 0

    async def run(self, code: str, report: Report) -> Outcome:
        """Run code; when it is cancelled, the code has stopped before it returns."""
        if self._process is None or self._process.returncode is not None:
            await self.aclose()
            try:
                await self._start()
            except OSError as error:
                return Outcome(error=f"The sandbox did not start: {error.strerror}.")
        output = self._output
        assert output is not None  # noqa: S101  # made by the start
        output.begin(report)
        self._number += 1
        self._send({"id": self._number, "code": code})
        try:
            return await self._outcome(self._number, output)
        except asyncio.CancelledError:
            await self._interrupt(self._number)
            raise
        finally:
            output.drain()
            output.begin(None)

    async def aclose(self) -> None:
        """End the interpreter and everything it started."""
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with suppress(TimeoutError):
                async with asyncio.timeout(STARTING_SECONDS):
                    await self._process.wait()
                    if self._output:
                        await self._output.ended.wait()
        if self._output:
            self._output.close()
        if self._control:
            self._control.close()
        self._process = self._output = self._control = None
        self._replies = asyncio.Queue(maxsize=64)

    async def _outcome(self, number: int, output: Output) -> Outcome:
        """Wait until the code has ended, or has to be ended."""
        process = self._process
        assert process is not None  # noqa: S101  # made by the start
        ended = asyncio.create_task(process.wait())
        watched = asyncio.create_task(self._watch(output))
        reply = asyncio.create_task(self._reply(number))
        try:
            await asyncio.wait(
                {ended, watched, reply},
                timeout=self._options.seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if reply.done():
                return reply.result()
            if ended.done():
                return Outcome(error=f"{_death(ended.result())} {ENDED}")
            reason = watched.result() if watched.done() else ""
            reply.cancel()  # what it waits for is now waited for by the interruption
            await asyncio.gather(reply, return_exceptions=True)
            if reason or not await self._interrupt(number):
                await self.aclose()
            if reason == TOO_LARGE:
                await asyncio.to_thread(self._scratch.empty)
            reason = reason or f"It was stopped after {self._options.seconds:g} seconds."
            return Outcome(error=reason if self._process else f"{reason} {ENDED}")
        finally:
            for task in (ended, watched, reply):
                task.cancel()
            await asyncio.gather(ended, watched, reply, return_exceptions=True)

    async def _interrupt(self, number: int) -> bool:
        """Stop the code; whether the interpreter has survived it."""
        self._send({"interrupt": True})
        try:
            await asyncio.wait_for(self._reply(number), _GRACE)
        except TimeoutError:
            await self.aclose()
            return False
        return True

    async def _watch(self, output: Output) -> str:
        """Wait until the code writes more than it may; the sentence says what."""
        while True:
            await asyncio.sleep(_WATCH_EVERY)
            if output.taken > 10 * self._options.output_characters:
                return "It was ended: it printed without end."
            if await asyncio.to_thread(self._scratch.size) > self._options.disk_bytes:
                return TOO_LARGE

    async def _reply(self, number: int) -> Outcome:
        """The reply to a run; whatever else comes was written by the code."""
        while True:
            line = await self._replies.get()
            with suppress(ValueError, RecursionError):
                found = json.loads(line)
                if isinstance(found, dict) and found.get("id") == number:
                    value, error = found.get("value"), found.get("error")
                    return Outcome(str(value or ""), str(error or ""))

    def _send(self, request: dict[str, Any]) -> None:
        if self._process and self._process.stdin:
            with suppress(OSError, RuntimeError):
                self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        program = shutil.which("bwrap") or "bwrap"
        scratch = await asyncio.to_thread(self._scratch.make)
        reading, writing = os.pipe()
        told = _piped("\0".join(walls(self._python, scratch)).encode())
        output_reading, output_writing = os.pipe()
        self._output = Output(output_reading)
        control, self._control = reading, None
        try:
            words = command(self._python, self._options, writing)
            self._process = await asyncio.create_subprocess_exec(
                program,
                "--args",
                str(told),
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=output_writing,
                stderr=output_writing,
                pass_fds=(writing, told),
                start_new_session=True,
                env={},  # or else it is there to be read, inside, as that of the first process
                **dropped(),
            )
            self._control, _ = await loop.connect_read_pipe(
                lambda: Replies(self._replies), os.fdopen(control, "rb", buffering=0)
            )
        except BaseException:
            self._output.close()
            raise
        finally:
            for descriptor in (writing, output_writing, told):
                os.close(descriptor)


def dropped() -> dict[str, Any]:
    """What starts a process as nobody where bnaGPT runs as root, and as itself elsewhere."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _piped(data: bytes) -> int:
    """A descriptor to read data from, of which there is less than a pipe holds.

    What is told so is not in the command line, which can be read inside.
    """
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return reading


def _death(status: int) -> str:
    if -status == signal.SIGKILL or status == 128 + signal.SIGKILL:
        return "The interpreter was killed: it took too much memory or time."
    return f"The interpreter ended by itself (status {status})."
