"""Server-sent events, however the network cuts them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.backend.engines.groq.sse import EventDecoder, ServerEvent
from bnagpt_tui.backend.errors import StreamBrokenError

REPLY = (
    'data: {"a": "São Paulo 👋 日本語"}\n\n'
    ": a comment, to keep the line alive\n\n"
    "event: error\ndata: {}\n\n"
    "id: 7\nretry: 10\ndata:no space\ndata: second line\n\n"
    "event: alone\n\n"
    "data\n\n"
    "data: [DONE]\n\n"
).encode()

EVENTS = [
    ServerEvent('{"a": "São Paulo 👋 日本語"}'.encode()),
    ServerEvent(b"{}", b"error"),
    ServerEvent(b"no space\nsecond line"),
    ServerEvent(b""),
    ServerEvent(b"[DONE]"),
]


def decode(reply: bytes, cuts: list[int]) -> list[ServerEvent]:
    """The events of a reply that comes cut at these places."""
    decoder = EventDecoder()
    places = sorted({cut % (len(reply) + 1) for cut in cuts} | {0, len(reply)})
    events = [
        event
        for start, end in itertools.pairwise(places)
        for event in decoder.feed(reply[start:end])
    ]
    return [*events, *decoder.end()]


@given(
    cuts=st.lists(st.integers(min_value=0), max_size=30),
    line_end=st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
def test_events_are_the_same_however_the_reply_is_cut(cuts: list[int], line_end: bytes) -> None:
    assert decode(REPLY.replace(b"\n", line_end), cuts) == EVENTS


def test_every_byte_may_come_alone() -> None:
    assert decode(REPLY, list(range(len(REPLY)))) == EVENTS


def test_the_last_event_counts_without_its_empty_line() -> None:
    assert decode(b"data: 1\n\ndata: 2", []) == [ServerEvent(b"1"), ServerEvent(b"2")]
    assert decode(b"data: 1\n", []) == [ServerEvent(b"1")]
    assert decode(b"", []) == []


def test_an_error_in_a_field_of_its_own_is_an_error_event() -> None:
    assert decode(b'error: {"message":"x"}\n\n', []) == [ServerEvent(b'{"message":"x"}', b"error")]


@pytest.mark.parametrize("piece", [b"x" * 20, b"data: xxxxxxxxxxxxxxx\n"])
def test_an_event_without_end_is_given_up(piece: bytes) -> None:
    decoder = EventDecoder(longest=1000)
    for _ in range(40):
        assert not list(decoder.feed(piece))
    with pytest.raises(StreamBrokenError):
        list(decoder.feed(piece * 60))
