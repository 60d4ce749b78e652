"""How thin the line is."""

from __future__ import annotations

import pytest

from bnagpt_tui.terminal.link import (
    FULL_SECONDS,
    LOST,
    MOST_UNSEEN,
    SLOW_ANSWER,
    Link,
)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Time that the test moves."""
    return Clock()


def test_a_late_answer_makes_a_thin_line(clock: Clock) -> None:
    link = Link(time=clock)
    link.ask()
    link.answer(clock.now + SLOW_ANSWER + 0.01)
    assert link.is_thin


def test_a_quick_answer_does_not(clock: Clock) -> None:
    link = Link(time=clock)
    link.ask()
    link.answer(clock.now + SLOW_ANSWER - 0.01)
    link.answer(clock.now + 100)
    assert not link.is_thin


def test_what_is_not_shown_yet_is_waited_for_until_it_counts_as_lost(clock: Clock) -> None:
    link = Link(time=clock)
    link.ask()
    link.answer(clock.now)
    link.ask(MOST_UNSEEN)
    seen = [link.is_behind]
    link.ask(1)
    seen.append(link.is_behind)
    link.answer(clock.now)
    seen.append(link.is_behind)
    link.ask(MOST_UNSEEN)
    seen.append(link.is_behind)
    clock.now += LOST + 1
    seen.append(link.is_behind)
    assert seen == [False, True, False, True, False]


def test_a_line_that_is_full_for_long_is_thin(clock: Clock) -> None:
    link = Link(time=clock)
    for _ in range(200):
        clock.now += 0.02
        link.note_frame(full=True)
    assert link.is_thin


def test_a_line_that_is_full_for_a_moment_is_not(clock: Clock) -> None:
    link = Link(time=clock)
    for number in range(500):
        clock.now += 0.02
        link.note_frame(full=number % 50 < FULL_SECONDS / 0.1)
    assert not link.is_thin
