"""A full CPython inside `bwrap`: no network, no files of the host, no directory on a disk."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import signal
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO, Final

from ...text import one_line
from .groups import Group
from .options import SandboxOptions
from .outcome import ENDED, Outcome, Report, Returned
from .pipes import Output
from .scratch import Scratch
from .walls import Descriptors, Walls, arguments, bounds, command, environment, launching

ENDING_SECONDS: Final = 10.0
"""How long everything in a sandbox may take to be gone after it was killed."""

STARTING_SECONDS: Final = 10.0
"""How long an interpreter may take to be there."""

_GRACE: Final = 1.0
_KILL_SECONDS: Final = 8.0
_MOST_REPLY: Final = 2_500_000


class Bubblewrap:
    """An interpreter in a sandbox of its own; it is started with the first run.

    Args:
        walls: What is around it.
        options: The limits.
        scratch: Where its files are kept.
    """

    def __init__(self, walls: Walls, options: SandboxOptions, scratch: Scratch) -> None:
        self._walls = walls
        self._options = options
        self._scratch = scratch
        self._process: asyncio.subprocess.Process | None = None
        self._output: Output | None = None
        self._control: asyncio.StreamReader | None = None
        self._pipe: asyncio.BaseTransport | None = None
        self._files: BinaryIO | None = None
        self._group: Group | None = None
        self._number = 0

    async def run(self, code: str, report: Report) -> Outcome:
        """Run code; when it is cancelled, the code has stopped before it returns."""
        if self._process is None or self._process.returncode is not None:
            reason = await self._started()
            if reason:
                return Outcome(error=f"The sandbox did not start: {reason}.")
        output = self._output
        assert output is not None  # noqa: S101  # made by the start
        output.begin(report, 10 * self._options.output_characters)
        self._number += 1
        self._send({"run": self._number, "code": code})
        answer = asyncio.create_task(self._answer(self._number))
        try:
            return await self._outcome(answer, output)
        except asyncio.CancelledError:
            await self._stop(answer, "interrupt")
            raise
        finally:
            answer.cancel()
            output.drain()
            output.begin(None)

    async def aclose(self) -> None:
        """End the interpreter and everything it started."""
        process, output, group = self._process, self._output, self._group
        if process and process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with suppress(TimeoutError):
                async with asyncio.timeout(ENDING_SECONDS):
                    await process.wait()
                    if output:
                        output.begin(None)
                        await output.ended.wait()
        if output:
            output.close()
        if self._pipe:
            self._pipe.close()
        self._process = self._output = self._control = self._pipe = None
        self._files = self._group = None  # the pipe of files is closed by whoever reads it last
        if group:
            await asyncio.to_thread(group.close)

    async def _outcome(self, answer: asyncio.Task[Outcome], output: Output) -> Outcome:
        """Wait until the code has ended, or has to be ended."""
        flooded = asyncio.create_task(output.flooded.wait())
        try:
            await asyncio.wait(
                {answer, flooded},
                timeout=self._options.seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            flooded.cancel()
        if answer.done():
            return answer.result()
        if output.flooded.is_set():
            reason, how = "It was ended: it printed without end.", "kill"
        else:
            reason, how = f"It was stopped after {self._options.seconds:g} seconds.", "interrupt"
        stopped = await self._stop(answer, how)
        if self._process is None:
            reason = f"{reason} {ENDED}"
        return replace(stopped, value="", error=reason)

    async def _stop(self, answer: asyncio.Task[Outcome], how: str) -> Outcome:
        """Stop the code, and if that does not help the interpreter, and if that does not all."""
        if how == "interrupt":
            self._send({"interrupt": True})
            await asyncio.wait({answer}, timeout=_GRACE)
        if not answer.done():
            self._send({"kill": True})
            await asyncio.wait({answer}, timeout=_KILL_SECONDS)
        if not answer.done():
            await self.aclose()
            await asyncio.wait({answer}, timeout=_GRACE)
        return answer.result() if answer.done() else Outcome()

    async def _answer(self, number: int) -> Outcome:
        """Wait for the answer to a run, and take the files that come with it."""
        control, files = self._control, self._files
        assert control is not None  # noqa: S101  # made by the start
        assert files is not None  # noqa: S101  # made by the start
        returned = Returned()
        try:
            reply = json.loads(await control.readline())
            if reply["id"] != number:
                raise ValueError("an answer to something else")
            if reply["files"]:
                returned = await asyncio.to_thread(self._scratch.receive, files)
        except (ValueError, KeyError, TypeError, RecursionError):  # it is no more, or lies
            process = self._process
            await self.aclose()
            status = process.returncode if process else None
            return Outcome(error=f"{_death(status or 0)} {ENDED}")
        if "ended" in reply or not reply["settled"]:
            await self.aclose()
            told = reply.get("ended") or _death(int(reply.get("status", -signal.SIGKILL)))
            return Outcome(error=f"{told} {ENDED}", returned=returned)
        return Outcome(str(reply["value"]), str(reply["error"]), returned)

    def _send(self, request: dict[str, Any]) -> None:
        if self._process and self._process.stdin:
            with suppress(OSError, RuntimeError):
                self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def _started(self) -> str:
        """Start it, once more if it fails; why it did not start, empty if it did.

        A control group may be gone before anything is in it: others may clear away what is empty.
        """
        reason = ""
        for _ in range(2):
            await self.aclose()
            try:
                await self._start()
            except OSError as error:
                reason = error.strerror or "unknown reason"
            else:
                return ""
        await self.aclose()
        return reason

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        inherited: list[int] = []
        if self._walls.groups:
            self._group = await asyncio.to_thread(self._walls.groups.make, bounds(self._options))
        archive = await asyncio.to_thread(self._scratch.open)
        if archive is not None:
            inherited.append(archive)
        try:
            output, printing = os.pipe()
            inherited.append(printing)
            self._output = Output(output)
            control, answering = os.pipe()
            inherited.append(answering)
            self._control = asyncio.StreamReader(limit=_MOST_REPLY)
            protocol = asyncio.StreamReaderProtocol(self._control)
            self._pipe, _ = await loop.connect_read_pipe(
                lambda: protocol, os.fdopen(control, "rb", buffering=0)
            )
            files, handing = os.pipe()
            inherited.append(handing)
            self._files = os.fdopen(files, "rb")
            words = self._words(inherited, Descriptors(answering, handing, archive))
            self._process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=printing,
                stderr=printing,
                pass_fds=[each for each in inherited if each != printing],
                start_new_session=True,
                env=environment(),
            )
        finally:
            for descriptor in inherited:
                os.close(descriptor)
        try:
            async with asyncio.timeout(STARTING_SECONDS):
                if await self._control.readline():
                    return
                await self._output.ended.wait()
        except TimeoutError as error:
            raise OSError(errno.ETIMEDOUT, "it took too long") from error
        told = self._output.last.strip().splitlines() or ["it ended at once"]
        raise OSError(errno.ECHILD, one_line(told[-1].rstrip("."), 200))

    def _words(self, inherited: list[int], descriptors: Descriptors) -> list[str]:
        """The whole command; what else it inherits is added to the list."""
        filtered = self._walls.program
        program = _piped(filtered) if filtered else None
        inherited += [] if program is None else [program]
        told = "\0".join(arguments(self._walls, self._options, program))
        inherited.append(_piped(told.encode()))  # in the command line it could be read inside
        bwrap = shutil.which("bwrap") or "bwrap"
        inner = command(self._walls, self._options, descriptors)
        group = self._group
        launched = launching(
            ["--args", str(inherited[-1]), *inner], bwrap, list(group.entrances) if group else []
        )
        return [*(group.words if group else ()), *launched]


def _piped(data: bytes) -> int:
    """A descriptor to read data from, of which there is less than a pipe holds."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.write(writing, data)
    os.close(writing)
    return reading


def _death(status: int) -> str:
    if -status == signal.SIGKILL or status == 128 + signal.SIGKILL:
        return "The interpreter was killed: it took too much memory or time."
    return f"The interpreter ended by itself (status {status})."
