"""The terminal stamps what a program writes, types into it, and answers what it asks."""

from __future__ import annotations

import os
import sys
import time

import pytest

from benchmarks.failures import MeasureError
from benchmarks.terminal import Terminal

ECHO = "import sys\nfor line in sys.stdin: print('heard', line.strip(), flush=True)"
LATER = "import time\nprint('one', flush=True)\ntime.sleep(0.2)\nprint('two', flush=True)"
ASKING = """
import sys, termios, tty
tty.setcbreak(0)
sys.stdout.write("\\x1b[6n"); sys.stdout.flush()
print("told", repr(sys.stdin.read(6)), flush=True)
"""
BUSY = "sum(range(6_000_000))\nprint('ready', flush=True)\ninput()"


def terminal(program: str) -> Terminal:
    return Terminal([sys.executable, "-c", program], dict(os.environ))


def test_it_stamps_output_at_the_moment_of_its_coming() -> None:
    with terminal(LATER) as running:
        one, two = running.sees("one"), running.sees("two")
    assert running.started < one < two <= time.monotonic()
    assert two - one >= 0.19


def test_what_was_there_before_is_not_seen_again() -> None:
    with terminal(ECHO) as running:
        running.type("first\n")
        running.sees("heard first")
        seen = len(running.output)
        typed = running.type("second\n")
        assert running.sees("heard", after=seen) > typed
        assert b"second" in running.output[seen:]


def test_it_answers_where_the_cursor_is() -> None:
    with terminal(ASKING) as running:
        running.sees(r"told '\x1b[1;1R'")


def test_it_answers_a_question_that_comes_in_two_pieces() -> None:
    halves = ASKING.replace(
        '"\\x1b[6n")',
        '"\\x1b[6"); sys.stdout.flush()\nimport time\ntime.sleep(0.1)\nsys.stdout.write("n")',
    )
    with terminal(halves) as running:
        running.sees(r"told '\x1b[1;1R'")


def test_a_thin_line_takes_its_time() -> None:
    program = "print('x' * 2000, 'end', flush=True)\ninput()"
    arguments = [sys.executable, "-c", program]
    with Terminal(arguments, dict(os.environ), rate=5_000) as running:
        running.sees("end")
        assert running.stamp(2000) - running.stamp(1) > 0.3


def test_what_never_comes_is_an_error_that_shows_what_did() -> None:
    with terminal("print('something else')") as running, pytest.raises(MeasureError) as caught:
        running.sees("wanted", seconds=5)
    assert "something else" in str(caught.value)


def test_processor_time_and_memory_are_those_of_the_program() -> None:
    with terminal(BUSY) as running:
        running.sees("ready")
        assert 0.02 < running.cpu_seconds < 20
        assert 2 < running.memory_megabytes < 200
