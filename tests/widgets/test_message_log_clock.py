"""Frames are drawn at once after a pause, and then no more often than there is time for."""

from __future__ import annotations

from collections.abc import Callable

from bnagpt_tui.widgets.frame_clock import FRAMES_A_SECOND, FrameClock


class Loop:
    """Stands for a widget's message loop and for time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.next: list[Callable[[], None]] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        """The time in seconds."""
        return self.now

    def call_next(self, callback: Callable[[], None]) -> None:
        """Have something called in this turn of the loop."""
        self.next.append(callback)

    def set_timer(self, delay: float, callback: Callable[[], None]) -> None:
        """Have something called after some seconds."""
        self.timers.append((delay, callback))

    def turn(self) -> None:
        """Call what is due."""
        for callback in self.next[:]:
            self.next.remove(callback)
            callback()


def clock_on(loop: Loop, cost: float = 0.0) -> tuple[FrameClock, list[float]]:
    """A clock whose frames take some seconds, and when they were drawn."""
    frames: list[float] = []

    def draw() -> None:
        frames.append(loop.now)
        loop.now += cost

    return FrameClock(loop, draw, time=loop.time), frames


def test_the_first_request_is_drawn_at_once_and_once() -> None:
    loop = Loop()
    clock, frames = clock_on(loop)
    for _ in range(1_000):
        clock.request()
    waiting = [clock.is_waiting]
    loop.turn()
    waiting.append(clock.is_waiting)
    assert frames == [100.0]
    assert waiting == [True, False]
    assert not loop.timers


def test_the_next_one_waits_for_its_frame() -> None:
    loop = Loop()
    clock, frames = clock_on(loop)
    clock.request()
    loop.turn()
    loop.now += 0.01
    clock.request()
    clock.request()
    assert [round(delay, 4) for delay, _ in loop.timers] == [round(1 / FRAMES_A_SECOND - 0.01, 4)]
    loop.timers[0][1]()
    assert len(frames) == 2


def test_dear_frames_come_so_seldom_that_they_take_a_tenth_of_the_time() -> None:
    loop = Loop()
    clock, _ = clock_on(loop, cost=0.05)
    clock.spend(0.01)
    clock.request()
    loop.turn()
    clock.request()
    assert round(loop.timers[0][0], 4) == 0.55


def test_after_a_pause_it_is_at_once_again() -> None:
    loop = Loop()
    clock, frames = clock_on(loop, cost=0.05)
    clock.request()
    loop.turn()
    loop.now += 1.0
    clock.request()
    loop.turn()
    assert len(frames) == 2
    assert not loop.timers
