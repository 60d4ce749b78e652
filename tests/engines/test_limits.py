"""Durations and headers of the allowance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bnagpt_tui.backend.engines.groq.limits import read_limits, read_retry_after, seconds_of
from bnagpt_tui.backend.models import Limits


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m59.56s", 179.56),
        ("7.66s", 7.66),
        ("120ms", 0.12),
        ("1h2m3s", 3723.0),
        ("1d", 86_400.0),
        ("12", 12.0),
        ("0.5", 0.5),
        (" 3s ", 3.0),
        ("500µs", 0.0005),
    ],
)
def test_durations_are_read_as_groq_writes_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "s", "-3", "1m later"])
def test_what_is_no_duration_gives_none(text: str) -> None:
    assert seconds_of(text) is None


def test_the_allowance_is_read_from_its_headers() -> None:
    headers = {
        "x-ratelimit-limit-tokens": "8000",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "2m59.56s",
        "x-ratelimit-limit-requests": "1000",
        "x-ratelimit-remaining-requests": "7",
        "x-ratelimit-reset-requests": "1h",
    }
    assert read_limits(headers) == Limits(8000, 0, 179.56, 1000, 7, 3600.0)


def test_headers_that_say_little_are_read_all_the_same() -> None:
    assert read_limits({"x-ratelimit-limit-tokens": "8000"}) == Limits(8000, 8000)
    assert read_limits({"x-ratelimit-limit-tokens": "many"}) is None
    assert read_limits({"x-ratelimit-limit-tokens": "1e999"}) is None
    assert read_limits({}) is None


def test_the_time_to_wait_is_found_wherever_it_is_said() -> None:
    assert read_retry_after({"retry-after": "7"}) == 7.0
    assert read_retry_after({"retry-after": "2.5"}) == 2.5
    assert read_retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert read_retry_after({}, "Please try again in 6m51.2s. Need more?") == pytest.approx(411.2)
    assert read_retry_after({}, "Please try again in 120ms.") == pytest.approx(0.12)
    assert read_retry_after({}, "Please try again in a while.") is None
    assert read_retry_after({"retry-after": "later"}) is None


def test_a_date_to_wait_for_becomes_seconds() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    waiting = read_retry_after({"retry-after": format_datetime(soon, usegmt=True)})
    assert waiting is not None
    assert 80 < waiting <= 91
    naive = format_datetime(datetime(2001, 1, 1))  # noqa: DTZ001 - dates without a zone do come
    assert read_retry_after({"retry-after": naive}) == 0.0
