"""What is sent makes the terminal show what Textual's own output would."""

from __future__ import annotations

import random

import pytest
from textual._compositor import ChopsUpdate, LayoutUpdate

from .frames import (
    EDGE,
    HEIGHT,
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

Drawn = tuple[Frame, ChopsUpdate | LayoutUpdate]


def changed(frame: Frame, chance: random.Random, words: tuple[str, ...]) -> Drawn:
    """Another frame, and the update that leads to it."""
    new = [row[:] for row in frame]
    kind = chance.randrange(5)
    if kind == 0:
        new = frame_of(chance, words)
        return new, whole(new)
    top = chance.randrange(HEIGHT - 1)
    bottom = chance.randrange(top + 1, HEIGHT)
    rows = range(top, bottom + 1)
    widget = chance.randrange(2)
    first, last = ((0, EDGE), (EDGE, WIDTH))[widget]
    if kind in {1, 2}:
        step = chance.choice((1, 1, 2, 3, -1, -2))
        for y in rows:
            inside = top <= y + step <= bottom
            width = last - first
            new[y][widget] = frame[y + step][widget] if inside else strip_of(chance, width, words)
        return new, part(new, rows, first, last)
    for y in rows:
        if chance.random() < 0.5:
            new[y][widget] = strip_of(chance, last - first, words)
    return new, part(new, rows, first, last)


@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize("words", [SURE, WORDS], ids=["sure", "doubtful"])
@pytest.mark.parametrize("seed", range(60))
def test_any_sequence_of_frames_looks_as_if_drawn_at_once(
    seed: int, words: tuple[str, ...], atomic: bool
) -> None:
    chance = random.Random(seed)
    shown = picture()
    shown.atomic = atomic
    terminal = Terminal()
    frame = frame_of(chance, words)
    terminal.take(shown.draw(whole(frame)))
    for _ in range(25):
        frame, update = changed(frame, chance, words)
        terminal.take(shown.draw(update))
        reference = Terminal()
        reference.take_whole(frame)
        assert terminal.text == reference.text
        if words is SURE:
            assert terminal.cells == reference.cells
