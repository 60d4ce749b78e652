"""Runs inside the sandbox as its first process, the one that nothing in it can stop or look into.

It starts the interpreter, hands code on to it, and watches what all processes together use. When a
run ends, it stops everything, ends all but the interpreter, and hands back the files; the
interpreter stays stopped until the next run. What it reads and writes for bnaGPT, lines of JSON:

    {"run": 1, "code": "…"}   {"interrupt": true}   {"kill": true}
    {"ready": true}
    {"id": 1, "value": "…", "error": "…", "settled": true, "files": true}
    {"id": 1, "ended": "It was ended: …", "status": -9, "settled": true, "files": false}

`ended` says why the interpreter is no more, empty if it has ended by itself; where `files` is true
the stream of files follows on a pipe of its own.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
import types
from contextlib import suppress
from typing import Any

SCRATCH = "/scratch"
"""The directory whose files are kept."""

WATCH_EVERY = 100
"""Milliseconds between two looks at what is used."""

SETTLING_SECONDS = 3.0
"""How long the processes of a run may take to be gone after they were killed."""

MOST_REPLY = 1_000_000
"""Bytes of the interpreter's reply; longer ones are dropped."""

MOST_TOLD = 100_000
"""Characters of a value or an error in it."""

_SET_DUMPABLE = 4
"""The argument of prctl(2) with which a process cannot be looked into."""


class Keeper:
    """Looks after one interpreter.

    Args:
        told: What bnaGPT says at the start.
        files: The module that reads and writes files.
        usage: The module that knows what is used.
        child: The interpreter's process.
        connection: To the interpreter.
    """

    def __init__(
        self, told: dict[str, Any], files: Any, usage: Any, child: int, connection: socket.socket
    ) -> None:
        self.told = told
        self.files = files
        self.child = child
        self.connection = connection
        self.control = os.fdopen(told["control"], "wb", buffering=0)
        self.stream = os.fdopen(told["files"], "wb")
        self.usage = usage.Usage(told["bounds"])
        self.before = files.marks(SCRATCH)
        self.poll = select.poll()
        self.running: int | None = None
        self.status = 0
        self.looked = 0.0
        self.requests = b""
        self.replies = b""

    def serve(self) -> None:
        """Do what bnaGPT says until it says no more."""
        reading, woken = os.pipe()
        for descriptor in (reading, woken):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for descriptor in (0, self.connection.fileno(), reading):
            self.poll.register(descriptor, select.POLLIN)
        self.settle()
        self.say({"ready": True})
        while True:
            timeout = None if self.running is None else WATCH_EVERY
            ready = {descriptor for descriptor, _ in self.poll.poll(timeout)}
            if 0 in ready and not self.take_requests():
                return
            if reading in ready:
                os.read(reading, 4096)
            if self.connection.fileno() in ready:
                self.take_replies()
            self.look()

    def look(self) -> None:
        """End the interpreter if it has died, takes too much, or goes on after its run."""
        if self.reap() and self.running is not None:
            self.end("")
        if self.running is None and not self.usage.is_stopped(self.child):
            self.kill_child()  # it had itself woken, as by a timer that sends SIGCONT
            self.settle()
        if self.running is not None and time.monotonic() - self.looked > WATCH_EVERY / 1000:
            self.looked = time.monotonic()
            reason = self.usage.excess()
            if reason:
                self.end(reason)

    def say(self, words: dict[str, Any]) -> None:
        """Tell bnaGPT something."""
        rest = memoryview(json.dumps(words).encode() + b"\n")
        while rest:
            rest = rest[self.control.write(rest) or 0 :]

    def take_requests(self) -> bool:
        """Take what bnaGPT says; whether it will say more."""
        piece = os.read(0, 65_536)
        *lines, self.requests = (self.requests + piece).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if "run" in request:
                self.run(request["run"], request["code"])
            elif self.running is not None:
                number = signal.SIGINT if "interrupt" in request else signal.SIGKILL
                self.signal_child(number)
        return bool(piece)

    def run(self, number: int, code: str) -> None:
        """Let the interpreter go on, and hand it code."""
        self.running = number
        self.signal_child(signal.SIGCONT)
        try:
            self.connection.sendall(json.dumps({"id": number, "code": code}).encode() + b"\n")
        except OSError:  # it is no more, or does not read
            self.end("")

    def take_replies(self) -> None:
        """Take what comes from the interpreter, which may be anything."""
        try:
            piece = self.connection.recv(65_536)
        except OSError:
            piece = b""
        if not piece:
            self.poll.unregister(self.connection)
            if self.running is not None:
                self.end("")
        *lines, self.replies = (self.replies + piece).split(b"\n")
        if len(self.replies) > MOST_REPLY:
            self.replies = b""
        for line in lines:
            with suppress(ValueError, RecursionError):
                found = json.loads(line)
                if isinstance(found, dict) and found.get("id") == self.running is not None:
                    told = {name: str(found.get(name) or "") for name in ("value", "error")}
                    self.answer({name: text[:MOST_TOLD] for name, text in told.items()})

    def end(self, reason: str) -> None:
        """Kill the interpreter if it is still there, and tell that it is no more."""
        self.kill_child()
        self.answer({"ended": reason, "status": self.status})

    def kill_child(self) -> None:
        """Kill the interpreter, and wait until it is no more."""
        self.signal_child(signal.SIGKILL)
        deadline = time.monotonic() + SETTLING_SECONDS
        while not self.reap() and time.monotonic() < deadline:
            time.sleep(0.002)

    def reap(self) -> bool:
        """Bury processes that have ended; whether the interpreter has ended."""
        with suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if not process:
                    break
                if process == self.child:
                    self.child = 0
                    self.status = _exit_status(status)
        return not self.child

    def answer(self, outcome: dict[str, Any]) -> None:
        """Stop and end what is left of the run, and tell what came of it."""
        number, self.running = self.running, None
        settled = self.settle()
        now = self.files.marks(SCRATCH)
        if len(now) > self.files.MOST_ENTRIES:
            self.kill_child()
            outcome = {"ended": self.usage.too_many_files(), "status": self.status}
            now = self.before
        kept = settled and now != self.before
        reply = {"id": number, **outcome, "settled": settled, "files": kept}
        self.say(reply)
        if kept:
            self.files.write(SCRATCH, now, self.before, self.told["disk"], self.stream)
            self.before = now

    def settle(self) -> bool:
        """Stop everything, and end all but the interpreter; whether that is done.

        Whoever is stopped cannot start anything, so that nothing can slip through.
        """
        deadline = time.monotonic() + SETTLING_SECONDS
        while True:
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGSTOP)
            others = [pid for pid in self.usage.living() if pid not in {1, self.child}]
            if not others and self.usage.is_stopped(self.child):
                self.usage.settle()
                return True
            if time.monotonic() > deadline:
                return False
            for pid in others:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.reap()
            time.sleep(0.002)

    def signal_child(self, number: int) -> None:
        """Send the interpreter a signal."""
        if self.child:
            with suppress(ProcessLookupError):
                os.kill(self.child, number)


def _exit_status(status: int) -> int:
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def set_dumpable(yes: bool) -> None:
    """Set whether other processes of this user may look into this one."""
    with suppress(ImportError, AttributeError):
        import ctypes  # a Python may be built without

        ctypes.CDLL(None).prctl(_SET_DUMPABLE, int(yes), 0, 0, 0)


def module(name: str, source: str) -> Any:
    """A module made from its source."""
    made = types.ModuleType(name)
    sys.modules[name] = made
    exec(compile(source, f"<{name}>", "exec"), made.__dict__)  # noqa: S102  # our own
    return made


def main() -> None:
    """Fill the scratch directory, start the interpreter, and look after it."""
    told = json.loads(sys.argv[1])
    files, usage = (module(name, told["sources"][name]) for name in ("files", "usage"))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # and thus none at all for the first process
    set_dumpable(False)
    if told["archive"] is not None:
        with os.fdopen(told["archive"], "rb") as archive, suppress(ValueError, KeyError):
            files.read(SCRATCH, archive)
    here, there = socket.socketpair()
    child = os.fork()
    if child:
        there.close()
        here.settimeout(SETTLING_SECONDS)
        Keeper(told, files, usage, child, here).serve()
        return
    here.close()
    for descriptor in (told["control"], told["files"]):
        os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.nice(told["nice"])
    set_dumpable(True)
    interpreter = module("interpreter", told["sources"]["interpreter"])
    interpreter.serve(there, told["limits"], told["packages"])


if __name__ == "__main__":
    main()
