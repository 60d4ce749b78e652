"""The server speaks Groq's wire format, at the rate ordered, and tells when it did what."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from groq import Groq

from benchmarks.answer import tokens
from benchmarks.failures import MeasureError
from benchmarks.server import MODEL
from benchmarks.service import Service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


def ask(service: Service) -> list[str]:
    client = Groq(api_key="gsk_test", base_url=service.url)
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "hi"}], stream=True
    )
    return [chunk.choices[0].delta.content or "" for chunk in stream]


def test_the_sdk_reads_the_whole_answer(service: Service) -> None:
    service.order(rate=0, count=300)
    assert "".join(ask(service)) == "".join(tokens(300))


def test_tokens_leave_at_the_rate_that_was_ordered(service: Service) -> None:
    service.order(rate=200, count=61)
    begin = time.monotonic()
    ask(service)
    asked, first, last = (service.when(what) for what in ("asked", "first", "last"))
    assert begin < asked < first < last < time.monotonic()
    assert last - first >= 0.299


def test_other_marks_can_be_ordered_for_an_answer(service: Service) -> None:
    service.order(rate=0, count=10, first="A", last="Z")
    text = "".join(ask(service))
    assert text.startswith("A")
    assert text.endswith("Z")


def test_waiting_for_a_question_that_does_not_come_is_an_error(service: Service) -> None:
    service.order(rate=0, count=10)
    with pytest.raises(MeasureError, match="asked"):
        service.when("asked", seconds=0.05)
