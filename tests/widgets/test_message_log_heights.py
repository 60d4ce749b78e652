"""Heights of messages, known and guessed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.widgets.message_heights import Heights

CHANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=40)


def test_fresh_heights_are_all_the_estimate() -> None:
    heights = Heights(10_000_000, 7)
    assert heights.total == 70_000_000
    assert heights.offset(5_000) == 35_000
    assert heights.find(35_006) == 5_000
    assert not heights.is_known(5_000)


@given(st.integers(1, 60), st.integers(1, 9), CHANGES, st.integers(0, 80))
def test_offsets_are_sums_whatever_is_measured_or_added(
    count: int, estimate: int, changes: list[tuple[int, int]], resized: int
) -> None:
    heights = Heights(count, estimate)
    plain = [estimate] * count
    for index, height in changes:
        if index < len(plain):
            heights[index] = plain[index] = height
    heights.resize(resized)
    plain = (plain + [estimate] * resized)[:resized]
    for index, height in changes:
        if index < len(plain):
            heights[index] = plain[index] = height + 1
    assert len(heights) == resized
    assert [heights[index] for index in range(resized)] == plain
    assert [heights.offset(index) for index in range(resized + 1)] == [
        sum(plain[:index]) for index in range(resized + 1)
    ]
    assert heights.total == sum(plain)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50))
def test_a_row_is_found_in_the_message_that_covers_it(plain: list[int]) -> None:
    heights = Heights(len(plain), 3)
    for index, height in enumerate(plain):
        heights[index] = height
    rows = [index for index, height in enumerate(plain) for _ in range(height)]
    assert [heights.find(row) for row in range(len(rows))] == rows
    assert heights.find(len(rows) + 5) == len(plain) - 1


def test_nothing_is_found_among_no_messages() -> None:
    assert Heights().find(3) == 0
    assert Heights().total == 0
