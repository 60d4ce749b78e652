from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import (
    StoreUnwritableError,
)
from bnagpt_tui.backend.store import Archive, Repository

from .store_support import (
    Patient,
    break_disk,
    conversation,
    mend_disk,
    question,
    until,
)


async def test_closing_tries_a_last_time(tmp_path: Path, files: Patient) -> None:
    archive = Archive(Repository(tmp_path, files), retry_seconds=1000)
    kept, asked = conversation(), question()
    break_disk(files)
    with pytest.raises(StoreUnwritableError):
        await archive.save(kept, asked)
    mend_disk(files)
    await archive.close()
    await archive.close()
    assert Repository(tmp_path).load(kept.id) == (kept, [asked])


async def test_closing_says_what_is_lost(tmp_path: Path, files: Patient) -> None:
    archive = Archive(Repository(tmp_path, files), retry_seconds=1000)
    break_disk(files)
    with pytest.raises(StoreUnwritableError):
        await archive.save(conversation())
    with pytest.raises(StoreUnwritableError, match="Not everything could be saved"):
        await archive.close()
    with pytest.raises(StoreUnwritableError, match="closed"):
        await archive.save(conversation())


async def test_closing_waits_for_saves_under_way(tmp_path: Path, files: Patient) -> None:
    archive = Archive(Repository(tmp_path, files))
    kept, messages = conversation(), [question(str(number)) for number in range(10)]
    files.may_write.clear()
    saves = [asyncio.ensure_future(archive.save(kept, message)) for message in messages]
    await until(files.is_writing.is_set)
    closing = asyncio.ensure_future(archive.close())
    await asyncio.sleep(0)
    assert not closing.done()
    files.may_write.set()
    await closing
    await asyncio.gather(*saves)
    assert Repository(tmp_path).load(kept.id)[1] == messages


async def test_a_closing_that_is_cancelled_goes_on(tmp_path: Path, files: Patient) -> None:
    archive = Archive(Repository(tmp_path, files))
    kept, asked = conversation(), question()
    files.may_write.clear()
    saving = asyncio.ensure_future(archive.save(kept, asked))
    await until(files.is_writing.is_set)
    closing = asyncio.ensure_future(archive.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    files.may_write.set()
    await saving
    assert Repository(tmp_path).load(kept.id) == (kept, [asked])
