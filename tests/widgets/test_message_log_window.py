"""What is in view follows from what stands at the top, not from guesses."""

from __future__ import annotations

import pytest

from bnagpt_tui.widgets.message_heights import Heights
from bnagpt_tui.widgets.message_window import Slice, Window, changed_rows


class Measured:
    """True heights, and which of them were asked for."""

    def __init__(self, heights: list[int]) -> None:
        self.heights = heights
        self.asked: set[int] = set()

    def __call__(self, index: int) -> int:
        """The true height of a message."""
        self.asked.add(index)
        return self.heights[index]


def window_on(heights: list[int], *, rows: int = 10, guess: int = 4) -> tuple[Window, Measured]:
    """A window on messages of these heights."""
    measured = Measured(heights)
    window = Window(measured)
    window.heights = Heights(len(heights), guess)
    window.rows = rows
    return window, measured


def test_the_end_measures_only_what_it_shows() -> None:
    window, measured = window_on([3] * 10_000)
    window.to_end()
    assert (window.index, window.row) == (9_996, 2)
    assert measured.asked == {9_996, 9_997, 9_998, 9_999}
    assert window.below == 0


def test_few_messages_stand_at_the_top() -> None:
    window, _ = window_on([3, 2])
    window.to_end()
    assert window.slices() == [Slice(0, 0, 0, 3), Slice(1, 0, 3, 2)]


def test_moving_up_goes_by_true_heights() -> None:
    window, _ = window_on([20] * 100)
    window.to_message(50)
    window.move(-1)
    assert (window.index, window.row) == (49, 19)
    window.move(-19)
    assert (window.index, window.row) == (49, 0)


def test_moving_down_and_up_comes_back() -> None:
    window, _ = window_on([1, 30, 2, 7] * 50)
    window.to_message(80)
    for _ in range(30):
        window.move(7)
    for _ in range(30):
        window.move(-7)
    assert (window.index, window.row) == (80, 0)


def test_nothing_moves_beyond_the_ends() -> None:
    window, _ = window_on([3] * 20)
    window.move(-5)
    assert window.top == 0
    window.move(5_000)
    assert window.below == 0
    assert window.heights.total == 60


def test_a_message_near_the_end_is_shown_with_the_end() -> None:
    window, _ = window_on([3] * 20)
    window.to_message(19)
    assert window.below == 0
    assert window.slices()[-1] == Slice(19, 0, 7, 3)


@pytest.mark.parametrize("offset", [0, 1, 399, 200, 203])
def test_a_jump_lands_in_proportion(offset: int) -> None:
    window, _ = window_on([8] * 100)
    window.jump(offset)
    assert window.index in {offset // 4, 98, 99}


def test_no_messages_are_no_trouble() -> None:
    window, _ = window_on([])
    window.settle()
    window.to_end()
    assert window.slices() == []


OLD = [Slice(3, 2, 0, 5), Slice(4, 0, 5, 5)]


@pytest.mark.parametrize(
    ("new", "changed", "ranges"),
    [
        (OLD, {}, []),
        (OLD, {4: 3}, [(8, 10)]),
        (OLD, {3: 0}, [(0, 5)]),
        (OLD, {9: 0}, []),
        (OLD, {4: 5}, []),
        ([Slice(3, 3, 0, 5), Slice(4, 0, 5, 5)], {}, [(0, 10)]),
        ([Slice(3, 2, 0, 5), Slice(4, 0, 5, 3)], {}, [(8, 10)]),
        ([Slice(3, 2, 0, 5), Slice(4, 0, 5, 3)], {4: 1}, [(6, 8), (8, 10)]),
        ([Slice(3, 2, 0, 5)], {}, [(5, 10)]),
        ([], {}, [(0, 10)]),
    ],
)
def test_only_changed_rows_are_drawn_again(
    new: list[Slice], changed: dict[int, int], ranges: list[tuple[int, int]]
) -> None:
    assert changed_rows(OLD, new, changed, 10) == ranges
