"""Reading much at once without long rests of the whole process."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MANY: Final = 5_000
_GROWTH: Final = 1.5
_LEAST: Final = 100_000


class _Collector:
    """The collector of this process, kept from going through what stays.

    It stops every thread while it goes through all values: with ten thousand conversations in
    memory that is fifty milliseconds in which no key is heard. Values that it is told to pass
    over are freed as ever when nobody refers to them, except for those in a circle. So that no
    circle stays for good, it goes through everything again once there is half as much more of
    them than at the last time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._was_enabled = False
        self._passed_over = 0
        self._most = 0

    def rest(self) -> None:
        """Look for no garbage from here on."""
        with self._lock:
            if self._running == 0:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._running += 1

    def go_on(self) -> None:
        """Look for garbage again, in what is made from here on if much was made."""
        with self._lock:
            self._running -= 1
            if self._running or not self._was_enabled:
                return
            made = gc.get_count()[0]
            if made >= _MANY:
                gc.freeze()
                self._passed_over += made
                if self._passed_over > self._most:
                    self._count()
            gc.enable()

    def _count(self) -> None:
        """See how much is passed over, which `made` alone overstates; if too much, look at it."""
        self._passed_over = gc.get_freeze_count()
        if self._passed_over <= self._most:
            return
        if self._most:  # else it is the start, and nothing has ended yet
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._passed_over = gc.get_freeze_count()
        self._most = max(_LEAST, int(self._passed_over * _GROWTH))


_collector = _Collector()


@contextmanager
def values_that_stay() -> Iterator[None]:
    """Look for no garbage during the block, nor in what is made by it, but for rare moments.

    For what is read in bulk, is neither garbage nor part of a circle, and stays in memory.
    """
    _collector.rest()
    try:
        yield
    finally:
        _collector.go_on()
