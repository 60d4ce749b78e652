"""The server as the measuring process sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from queue import Empty, Queue
from threading import Thread
from typing import Any, Self

from .answer import FIRST, LAST
from .failures import MeasureError


class Service:
    """The server, running as a process for the time of a `with`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told: Queue[dict[str, Any]] = Queue()
        Thread(target=self._listen, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._next('listening')['port']}"
        """The base URL as Groq's own is written: without a path."""
        return self

    def __exit__(self, *failure: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait()

    def order(self, *, rate: float, count: int, first: str = FIRST, last: str = LAST) -> None:
        """Have every answer from here on come so.

        Args:
            rate: Tokens each second; 0 for all at once.
            count: Tokens of the answer.
            first: The first of them.
            last: The last of them.
        """
        assert self._process.stdin is not None
        order = {"rate": rate, "count": count, "first": first, "last": last}
        while not self._told.empty():
            self._told.get()
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self._next("ordered")

    def when(self, what: str, *, seconds: float = 60.0) -> float:
        """Wait for something to happen; when it did, on the monotonic clock.

        Args:
            what: `asked` for a question's coming, `first` and `last` for a token's leaving.
            seconds: How long to wait.

        Raises:
            MeasureError: It did not happen in this time.
        """
        return float(self._next(what, seconds)["at"])

    def _next(self, what: str, seconds: float = 20.0) -> dict[str, Any]:
        try:
            while True:
                told = self._told.get(timeout=seconds)
                if told["what"] == what:
                    return told
        except Empty:
            raise MeasureError(f"the server never said “{what}”") from None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(json.loads(line))
