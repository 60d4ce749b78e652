from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from bnagpt_tui.backend.store.bulk import values_that_stay


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_was_read_is_not_gone_through_again() -> None:
    before = gc.get_freeze_count()
    with values_that_stay():
        assert not gc.isenabled()
        values = [[number] for number in range(20_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(values)


def test_after_little_was_read_all_is_gone_through_as_ever() -> None:
    before = gc.get_freeze_count()
    with values_that_stay():
        values = [[number] for number in range(10)]
    assert len(values) == 10
    assert gc.get_freeze_count() == before


def test_two_blocks_at_once_end_with_the_later_one() -> None:
    with values_that_stay():
        with values_that_stay():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with values_that_stay():
        pass
    assert not gc.isenabled()


def test_a_failure_lets_it_collect_again() -> None:
    with pytest.raises(OSError, match="disk"), values_that_stay():
        raise OSError("disk")
    assert gc.isenabled()


class _Circle:
    def __init__(self) -> None:
        self.itself = self


def test_circles_that_ended_meanwhile_do_not_stay_for_good() -> None:
    kept: list[weakref.ref[_Circle]] = []
    for _ in range(40):
        with values_that_stay():
            circles = [_Circle() for _ in range(20_000)]
        kept += [weakref.ref(circles[0]), weakref.ref(circles[-1])]
        del circles
    assert sum(known() is not None for known in kept) < len(kept) / 2
