"""Rows that look different are drawn again, whatever happens; others mostly are not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from bnagpt_tui.backend.models import Message

from .host import CountingLog, answer, question, rows_in_view, running, settled, talk

Change = Callable[[CountingLog, random.Random], None]


def shown(log: CountingLog, chance: random.Random) -> Message:
    """One of the messages that were shown last."""
    path = log._views.path
    return path[max(0, len(path) - 1 - chance.randrange(4))]


def grow(log: CountingLog, chance: random.Random) -> None:
    """Stream into a message."""
    text = chance.choice(("word ", "\n\n", "- item\n", "```\ncode\n", "more\nlines\n"))
    log.extend(shown(log, chance).id, text, chance.choice(("", "", "hm ")))


def add(log: CountingLog, chance: random.Random) -> None:
    """Add a message."""
    log.append(chance.choice((question("new\nquestion"), answer("new *answer*"))))


def cut(log: CountingLog, chance: random.Random) -> None:
    """Take messages away, but not all."""
    if len(log._views.path) > 6:
        log.truncate(shown(log, chance).id)


def change(log: CountingLog, chance: random.Random) -> None:
    """Replace a message."""
    old = shown(log, chance)
    log.replace(replace(old, content=chance.choice((old.content, "other\ntext"))))


def queue(log: CountingLog, chance: random.Random) -> None:
    """Let questions wait."""
    log.queued = tuple(str(number) for number in range(chance.randrange(3)))


def note(log: CountingLog, chance: random.Random) -> None:
    """Show a note, or none."""
    log.set_note(chance.choice(("", "a note")))


def live(log: CountingLog, chance: random.Random) -> None:
    """Say what is being written."""
    log.set_live(chance.choice((None, shown(log, chance).id)))


def remember(log: CountingLog, chance: random.Random) -> None:
    """Let the model's memory begin somewhere."""
    log.memory_begins = chance.choice((None, shown(log, chance).id))


def act(log: CountingLog, chance: random.Random) -> None:
    """Press a key."""
    actions = "next previous first last scroll_up scroll_down page_up page_down fold copy_code"
    getattr(log, f"action_{chance.choice(actions.split())}")()


CHANGES: tuple[Change, ...] = (grow, grow, add, cut, change, queue, note, live, remember, act, act)


@pytest.mark.parametrize("seed", range(4))
async def test_no_row_is_left_as_it_was_when_it_should_look_different(seed: int) -> None:
    chance = random.Random(seed)
    async with running(talk(8), height=15) as (_, log, pilot):
        await pilot.pause()
        for _ in range(60):
            before = rows_in_view(log)
            log.dirty.clear()
            chosen = chance.choice(CHANGES)
            chosen(log, chance)
            await settled(log)
            after = rows_in_view(log)
            stale = {y for y in range(15) if before[y] != after[y]} - log.dirty
            assert not stale, (chosen.__name__, before, after)


async def test_only_the_end_of_a_growing_answer_is_drawn_again() -> None:
    message = answer("")
    async with running([question(), message]) as (_, log, _):
        log.set_live(message.id)
        for number in range(5):
            log.extend(message.id, f"paragraph {number}\n\n")
            await settled(log)
        log.dirty.clear()
        log.extend(message.id, "one more word")
        await settled(log)
        assert min(log.dirty) >= 3 + 1 + 9


async def test_text_below_the_view_draws_nothing() -> None:
    message = answer("")
    messages = [*talk(10), message]
    async with running(messages, at=messages[0].id) as (_, log, _):
        log.dirty.clear()
        log.extend(message.id, "unseen")
        await settled(log)
        assert not log.dirty
