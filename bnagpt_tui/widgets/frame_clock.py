"""When to draw: at once after a pause, then at a steady rate, never more than time allows."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Final, Protocol

FRAMES_A_SECOND: Final = 30
"""The highest rate."""

LITE_FRAMES_A_SECOND: Final = 5
"""The highest rate on a thin line."""

SHARE: Final = 0.1
"""The part of the time that drawing may take."""


class Pump(Protocol):
    """What calls back: every widget can."""

    def call_next(self, callback: Callable[[], None]) -> object:
        """Have something called in this turn of the loop."""
        ...

    def set_timer(self, delay: float, callback: Callable[[], None]) -> object:
        """Have something called after some seconds."""
        ...


class FrameClock:
    """Collects requests and draws once for all of them.

    Nothing runs while nothing is requested.

    Args:
        pump: The widget in whose message loop frames are drawn.
        draw: Draws a frame.
        time: Gives the time in seconds.
    """

    def __init__(
        self, pump: Pump, draw: Callable[[], None], *, time: Callable[[], float] = perf_counter
    ) -> None:
        self._time = time
        self._pump = pump
        self._draw = draw
        self._requested = False
        self._next = 0.0
        self.rate = FRAMES_A_SECOND
        """The highest number of frames in a second."""
        self._spent = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether a frame is still to be drawn."""
        return self._requested

    def request(self) -> None:
        """Have a frame drawn: in this turn of the loop if the last one is long enough ago."""
        if self._requested:
            return
        self._requested = True
        wait = self._next - self._time()
        if wait <= 0:
            self._pump.call_next(self._tick)
        else:
            self._pump.set_timer(wait, self._tick)

    def spend(self, seconds: float) -> None:
        """Count time that was taken by what a frame set off."""
        self._spent += seconds

    def _tick(self) -> None:
        self._requested = False
        begin = self._time()
        self._draw()
        cost = self._time() - begin + self._spent
        self._spent = 0.0
        self._next = begin + max(1 / self.rate, cost / SHARE)
