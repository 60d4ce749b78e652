"""JSON with halves of characters in it, which strict readers refuse."""

from __future__ import annotations

import json

import msgspec
import pytest

from bnagpt_tui.backend.halves import Halves, mended


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'"a\ud800b"', "a\ufffdb"),
        (rb'"\udc00"', "\ufffd"),
        (rb'"\uDFFF\uD800"', "\ufffd\ufffd"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\\\ud800"', "\\\ufffd"),
        (rb'"\u00e9\n\""', 'é\n"'),
        (b'"\xff\xc3\xa9\xed\xa0\x80"', "\ufffdé\ufffd\ufffd\ufffd"),
    ],
)
def test_a_text_with_half_a_character_is_read(written: bytes, read: str) -> None:
    assert msgspec.json.decode(mended(written)) == read


def test_a_character_in_two_pieces_is_put_together() -> None:
    halves = Halves()
    sent = (rb'{"content":"so \ud83d"}', rb'{"content":"\ude00 it is"}', rb'{"content":"\ude00"}')
    texts = [json.loads(halves.mend(each))["content"] for each in sent]
    assert "".join(texts) == "so 😀 it is\ufffd"


def test_every_piece_of_any_stream_can_be_read_and_encoded() -> None:
    halves = Halves()
    for escapes in (r"\ud83d", r"\ude00", r"\ud83d\ud83d\ude00", r"\"\ud83d", r"x\ud83dx", r"\\"):
        text = msgspec.json.decode(halves.mend(f'{{"content":"{escapes}"}}'.encode()))
        text["content"].encode()
