"""Reading much at once without long rests of the whole process."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_running = 0
_was_enabled = False


@contextmanager
def values_that_stay() -> Iterator[None]:
    """Look for no garbage during the block, nor ever in what is made by it.

    The collector stops every thread while it goes through all values: with ten thousand
    conversations in memory that is fifty milliseconds in which no key is heard. What is read
    here is neither garbage nor part of a circle.
    """
    global _running, _was_enabled  # noqa: PLW0603  # the collector is the process's own, too
    with _lock:
        if _running == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if _running == 0 and _was_enabled:
                gc.freeze()
                gc.enable()
