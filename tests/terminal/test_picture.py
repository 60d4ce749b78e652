"""What is sent makes the terminal show what Textual's own output would, in fewer bytes."""

from __future__ import annotations

import random

import pytest
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from bnagpt_tui.terminal.picture import Update

from .frames import (
    EDGE,
    HEIGHT,
    STYLES,
    SURE,
    WIDTH,
    WORDS,
    Frame,
    Terminal,
    frame_of,
    part,
    picture,
    strip_of,
    whole,
)

WIDGETS = ((0, EDGE), (EDGE, WIDTH))


def changed(frame: Frame, chance: random.Random, words: tuple[str, ...]) -> tuple[Frame, Update]:
    """Another frame, and the update that leads to it."""
    kind = chance.choice(("whole", "moved", "moved", "some", "some"))
    if kind == "whole":
        new = frame_of(chance, words)
        return new, whole(new)
    new = [row[:] for row in frame]
    top = chance.randrange(HEIGHT - 1)
    bottom = chance.randrange(top + 1, HEIGHT)
    widget = chance.randrange(2)
    first, last = WIDGETS[widget]
    step = chance.choice((1, 1, 2, 3, -1, -2))
    for y in range(top, bottom + 1):
        if kind == "moved" and top <= y + step <= bottom:
            new[y][widget] = frame[y + step][widget]
        elif kind == "moved" or chance.random() < 0.5:
            new[y][widget] = strip_of(chance, last - first, words)
    return new, part(new, range(top, bottom + 1), first, last)


@pytest.mark.parametrize("atomic", [True, False], ids=["atomic", "torn"])
@pytest.mark.parametrize("words", [SURE, WORDS], ids=["sure", "doubtful"])
@pytest.mark.parametrize("seed", range(12))
def test_any_frames_in_a_row_look_as_if_the_last_one_was_drawn_alone(
    seed: int, words: tuple[str, ...], *, atomic: bool
) -> None:
    chance = random.Random(seed)
    shown = picture()
    shown.atomic = atomic
    terminal = Terminal()
    frame = frame_of(chance, words)
    terminal.take(shown.draw(whole(frame)))
    for _ in range(30):
        frame, update = changed(frame, chance, words)
        terminal.take(shown.draw(update))
        reference = Terminal()
        reference.take_whole(frame)
        assert terminal.text == reference.text
        if words is SURE:
            assert terminal.cells == reference.cells


@pytest.fixture
def frame() -> Frame:
    """Rows of words, all different."""
    plain = STYLES[1]
    return [
        [
            Strip([Segment(f"list {y}", plain)]).adjust_cell_length(EDGE, plain),
            Strip([Segment(f"row {y} of the text", plain)]).adjust_cell_length(WIDTH - EDGE, plain),
        ]
        for y in range(HEIGHT)
    ]


def scrolled(frame: Frame, rows: int) -> Frame:
    """The frame with its text moved up, its list where it was."""
    blank = Strip.blank(WIDTH - EDGE, STYLES[1])
    return [
        [frame[y][0], frame[y + rows][1] if y + rows < HEIGHT else blank] for y in range(HEIGHT)
    ]


def test_what_is_seen_already_is_not_sent(frame: Frame) -> None:
    shown = picture()
    shown.draw(whole(frame))
    assert shown.draw(whole(frame)) == ""


def test_a_word_more_costs_little_more_than_the_word(frame: Frame) -> None:
    shown = picture()
    shown.draw(whole(frame))
    frame[4][1] = Strip([Segment("row 4 of the text! More", STYLES[1])], WIDTH - EDGE)
    sequence = shown.draw(part(frame, [4], EDGE, WIDTH))
    assert "! More" in sequence
    assert len(sequence) < len("! More") + 25


def test_a_style_is_named_once_for_all_that_has_it(frame: Frame) -> None:
    sequence = picture().draw(whole(frame))
    assert sequence.count("\x1b[37;40m") == 1


def test_rows_that_move_are_moved_by_the_terminal(frame: Frame) -> None:
    shown, terminal = picture(), Terminal()
    shown.atomic = True
    terminal.take(shown.draw(whole(frame)))
    sent = terminal.sent
    frame = scrolled(frame, 2)
    terminal.take(shown.draw(part(frame, range(HEIGHT), EDGE, WIDTH)))
    reference = Terminal()
    reference.take_whole(frame)
    assert terminal.cells == reference.cells
    assert terminal.sent - sent < sent / 2


def test_a_terminal_that_may_show_half_a_frame_is_not_made_to_move_what_stays(
    frame: Frame,
) -> None:
    for y, row in enumerate(frame):
        row[0] = Strip([Segment(f"{y}" * EDGE, STYLES[1])], EDGE)
    shown = picture()
    shown.draw(whole(frame))
    frame = scrolled(frame, 1)
    update = part(frame, range(HEIGHT), EDGE, WIDTH)
    assert "\x1b[M" not in shown.draw(update)


def test_a_forgotten_picture_is_sent_whole(frame: Frame) -> None:
    shown = picture()
    first = shown.draw(whole(frame))
    known = [shown.is_known]
    shown.forget(shown.size)
    known.append(shown.is_known)
    assert known == [True, False]
    assert shown.draw(whole(frame)) == first


def test_what_does_not_fit_a_smaller_terminal_is_left_out(frame: Frame) -> None:
    shown = picture()
    shown.forget(Size(EDGE + 5, HEIGHT - 3))
    sequence = shown.draw(whole(frame))
    assert "row 6" in sequence
    assert "row 7" not in sequence
    assert shown.is_known


def test_an_update_that_is_cut_leaves_no_half_of_a_wide_character() -> None:
    wide = Strip([Segment("日本語日本語", STYLES[1])], 12)
    shown, terminal = picture(), Terminal()
    frame = [[Strip.blank(EDGE), wide.extend_cell_length(WIDTH - EDGE)] for _ in range(HEIGHT)]
    terminal.take(shown.draw(whole(frame)))
    terminal.take(shown.draw(part(frame, [0], EDGE, EDGE + 3)))
    assert terminal.text[0] == " " * EDGE + "日  語日本語"
