"""A growing answer is saved now and then, one save at a time."""

from __future__ import annotations

import asyncio

from bnagpt_tui.backend.errors import StoreUnwritableError
from bnagpt_tui.backend.journal import AnswerJournal
from tests.waiting import until


async def test_many_pieces_are_one_save() -> None:
    saves: list[int] = []

    async def save() -> None:
        saves.append(len(saves))

    journal = AnswerJournal(save, interval=0.02)
    for _ in range(100):
        journal.grown()
    await until(lambda: saves)
    await journal.settle()
    assert saves == [0]


async def test_a_save_that_fails_is_followed_by_the_next() -> None:
    saves: list[int] = []

    async def save() -> None:
        saves.append(len(saves))
        raise StoreUnwritableError("The disk is full.")

    journal = AnswerJournal(save, interval=0.0)
    journal.grown()
    await until(lambda: len(saves) == 1)
    journal.grown()
    await until(lambda: len(saves) == 2)
    await journal.settle()


async def test_nothing_is_saved_after_it_has_settled() -> None:
    saves: list[int] = []

    async def save() -> None:
        saves.append(len(saves))

    journal = AnswerJournal(save, interval=0.01)
    await journal.settle()
    journal.grown()
    await journal.settle()
    await asyncio.sleep(0.05)
    assert saves == []
