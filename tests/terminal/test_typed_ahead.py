"""What is typed before the application has the terminal means what it would mean later."""

from __future__ import annotations

import os
import tty

import pytest
from textual import events
from textual.message import Message

from bnagpt_tui.terminal.decoding import Decoder
from bnagpt_tui.terminal.reader import Reader, WakingEvent, typed_ahead


@pytest.mark.parametrize(
    ("early", "late", "keys"),
    [
        (b"hi\r", b"a\n", ["h", "i", "enter", "a", "ctrl+j"]),
        (b"hi\rdraft", b"", ["h", "i", "enter", "d", "r", "a", "f", "t"]),
        (b"", b"a\n\r", ["a", "ctrl+j", "enter"]),
    ],
)
def test_enter_is_enter_although_the_terminal_made_a_line_feed_of_it(
    early: bytes, late: bytes, keys: list[str]
) -> None:
    master, terminal = os.openpty()
    ended = WakingEvent()
    seen: list[str] = []

    def give(message: Message) -> None:
        if isinstance(message, events.Key):
            seen.append(message.key)
        if len(seen) == len(keys):
            ended.set()

    try:
        os.write(master, early)
        waiting = typed_ahead(terminal)
        tty.setraw(terminal, when=0)
        os.write(master, late)
        reader = Reader(terminal, ended, give=give, on_lost=ended.set, typed_ahead=waiting)
        reader.run(Decoder())
    finally:
        os.close(master)
        os.close(terminal)
    assert seen == keys


def test_a_terminal_that_is_in_raw_mode_has_no_line_feeds_made_of_enter() -> None:
    master, terminal = os.openpty()
    try:
        tty.setraw(terminal)
        os.write(master, b"a\n")
        assert typed_ahead(terminal) == 0
    finally:
        os.close(master)
        os.close(terminal)
