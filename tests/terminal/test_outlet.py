"""What is on its way to the terminal, and a terminal that takes nothing."""

from __future__ import annotations

import os
import pty
import threading
import time
from collections.abc import Iterator

import pytest

from bnagpt_tui.terminal.outlet import PARTING, Outlet, Writer

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A pipe of which the test closes what it wants to."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_everything_is_written_and_counted(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1])
    outlet.give("né")
    full = [outlet.is_full]
    outlet.write("né")
    outlet.flush()
    full.append(outlet.is_full)
    assert full == [True, False]
    assert os.read(pipe[0], 10) == "né".encode()
    assert outlet.fileno() == pipe[1]


def test_counting_begins_anew(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1])
    outlet.give("lost")
    outlet.reset()
    assert not outlet.is_full


def test_a_terminal_that_does_not_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe[1], False)
    text = "x" * 1_000_000
    outlet = Outlet(pipe[1])
    outlet.give(text)
    writer = threading.Thread(target=outlet.write, args=(text,))
    writer.start()
    read = 0
    while read < len(text):
        read += len(os.read(pipe[0], 65536))
    writer.join()
    assert not outlet.is_full


def test_a_terminal_that_is_gone_is_no_trouble(pipe: Pipe) -> None:
    os.close(pipe[0])
    outlet = Outlet(pipe[1])
    outlet.give("text")
    outlet.write("text")
    assert not outlet.is_full


def test_a_terminal_that_is_gone_is_told_of_once(pipe: Pipe) -> None:
    os.close(pipe[0])
    lost: list[int] = []
    outlet = Outlet(pipe[1], on_lost=lambda: lost.append(1))
    for text in ("one", "two"):
        outlet.give(text)
        outlet.write(text)
    assert lost == [1]


Terminal = tuple[int, int]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Both ends of a terminal; nobody reads what is written to the second one."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def test_writing_to_a_terminal_that_takes_nothing_holds_nobody(terminal: Terminal) -> None:
    outlet = Outlet(terminal[1])
    writer = Writer(outlet)
    writer.start()
    before = time.monotonic()
    for _ in range(200):
        outlet.give("x" * 1000)
        writer.write("x" * 1000)
    assert time.monotonic() - before < PARTING
    assert outlet.is_full
    writer.stop()
    assert time.monotonic() - before < 5 * PARTING


def test_what_was_given_is_written_before_writing_ends(terminal: Terminal) -> None:
    writer = Writer(Outlet(terminal[1]))
    writer.start()
    for number in range(50):
        writer.write(f"{number} ")
    writer.stop()
    read = b""
    while b"49 " not in read:
        read += os.read(terminal[0], 4096)
    assert read.split() == [str(number).encode() for number in range(50)]


def test_writing_begins_again_after_it_ended(terminal: Terminal) -> None:
    writer = Writer(Outlet(terminal[1]))
    for text in ("first", "second"):
        writer.start()
        writer.write(text)
        writer.stop()
        assert os.read(terminal[0], 100) == text.encode()


def test_our_own_way_to_the_terminal_leaves_that_of_others_blocking(terminal: Terminal) -> None:
    writer = Writer(Outlet(terminal[1]))
    writer.start()
    assert os.get_blocking(terminal[1])
    writer.stop()
