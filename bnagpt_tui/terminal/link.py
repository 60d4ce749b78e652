"""The line to the terminal: how much is on its way, and whether it is a thin one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

SLOW_ANSWER: Final = 0.3
"""Seconds to the first picture's being acknowledged; a line that takes longer is thin."""

FULL_SHARE: Final = 0.6
"""The part of frames that may find the line still full before it counts as thin."""

FULL_SECONDS: Final = 1.5
"""How long it has to be like that."""

MOST_UNSEEN: Final = 1500
"""Characters that may be on a thin line before the terminal has to say that it shows them.

The system takes some ten times as much off our hands at once: what is there cannot be overtaken
by what the user asks for next.
"""

LOST: Final = 3.0
"""Seconds after which an answer that did not come is waited for no longer."""

_WEIGHT: Final = 0.1
"""How much one frame counts in that part."""


class Link:
    """Judges the line by what becomes of the frames.

    Args:
        time: Gives the time in seconds.
    """

    def __init__(self, *, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._asked: deque[tuple[float, int]] = deque()
        self._answers = False
        self._share = 0.0
        self._full_since = 0.0
        self.is_thin = False
        """Whether little should be drawn; once it is, it stays."""

    @property
    def is_behind(self) -> bool:
        """Whether too much is on its way that the terminal did not acknowledge.

        Never on a line whose terminal gave no sign of life so far.
        """
        while self._asked and self._time() - self._asked[0][0] > LOST:
            self._asked.popleft()
        return self._answers and sum(size for _, size in self._asked) > MOST_UNSEEN

    def ask(self, size: int = 0) -> None:
        """Take note that the terminal was asked for a sign of life.

        Args:
            size: Characters that it was sent since it was last asked.
        """
        self._asked.append((self._time(), size))

    def answer(self, moment: float) -> None:
        """Take note of the answer, which came at some moment."""
        if self._asked:
            asked, _ = self._asked.popleft()
            self.is_thin = self.is_thin or (not self._answers and moment - asked > SLOW_ANSWER)
            self._answers = True

    def note_frame(self, *, full: bool) -> None:
        """Take note that a frame is due, and whether the one before is still on its way."""
        self._share += _WEIGHT * (full - self._share)
        if self._share < FULL_SHARE:
            self._full_since = 0.0
        elif not self._full_since:
            self._full_since = self._time()
        elif self._time() - self._full_since > FULL_SECONDS:
            self.is_thin = True
