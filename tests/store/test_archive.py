from __future__ import annotations

import asyncio
import errno
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import (
    ConversationNotFoundError,
    StoreUnwritableError,
)
from bnagpt_tui.backend.store import Archive, Repository

from .store_support import (
    Patient,
    answer,
    break_disk,
    conversation,
    mend_disk,
    partial,
    question,
    until,
)


async def test_everything_the_repository_does_can_be_awaited(archive: Archive) -> None:
    kept, asked = conversation("Rivers of Europe"), question()
    await archive.save(kept, asked)
    assert await archive.load(kept.id) == (kept, [asked])
    assert await archive.conversations() == [kept]
    assert await archive.find("rivers") == kept
    assert not await archive.refresh(kept.id)
    assert not await archive.index_changed()
    await archive.delete(kept.id)
    assert [each.conversation for each in await archive.trash()] == [kept]
    assert await archive.restore(kept.id) == kept
    await archive.delete(kept.id)
    assert await archive.empty_trash(timedelta(days=1)) == 0
    assert await archive.empty_trash() == 1
    assert await archive.drain_reports() == []
    with pytest.raises(ConversationNotFoundError):
        await archive.load(kept.id)


async def test_saves_are_done_in_the_order_in_which_they_were_asked_for(archive: Archive) -> None:
    kept = conversation()
    messages = [question(str(number)) for number in range(20)]
    await asyncio.gather(*(archive.save(kept, message) for message in messages))
    assert (await archive.load(kept.id))[1] == messages


async def test_the_event_loop_runs_on_while_the_disk_is_slow(
    archive: Archive, files: Patient
) -> None:
    files.may_write.clear()
    saving = asyncio.ensure_future(archive.save(conversation(), question()))
    await until(files.is_writing.is_set)
    assert not saving.done()
    files.may_write.set()
    await saving


async def test_a_save_whose_caller_is_cancelled_is_done_all_the_same(
    archive: Archive, files: Patient, tmp_path: Path
) -> None:
    kept, asked = conversation(), question()
    files.may_write.clear()
    saving = asyncio.ensure_future(archive.save(kept, asked))
    await until(files.is_writing.is_set)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    files.may_write.set()
    await archive.close()
    assert Repository(tmp_path).load(kept.id) == (kept, [asked])


async def test_a_save_that_waits_for_its_turn_is_done_though_its_caller_is_cancelled(
    archive: Archive, files: Patient, tmp_path: Path
) -> None:
    kept, messages = conversation(), [question("1"), question("2")]
    files.may_write.clear()
    first, second = (asyncio.ensure_future(archive.save(kept, each)) for each in messages)
    await until(files.is_writing.is_set)
    second.cancel()
    await asyncio.sleep(0)
    files.may_write.set()
    await first
    await archive.trash()
    assert Repository(tmp_path).load(kept.id)[1] == messages


async def test_a_failed_save_and_one_asked_for_meanwhile_are_both_written(
    archive: Archive, files: Patient, tmp_path: Path
) -> None:
    kept, messages = conversation(), [question("1"), question("2")]
    files.may_write.clear()
    saves = [asyncio.ensure_future(archive.save(kept, messages[0]))]
    await until(files.is_writing.is_set)
    saves.append(asyncio.ensure_future(archive.save(kept, messages[1])))
    await asyncio.sleep(0)
    files.fails = lambda operation: operation == "sync"
    files.may_write.set()
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert all(isinstance(result, StoreUnwritableError) for result in results)
    mend_disk(files)
    await until(lambda: not archive.unsaved)
    assert Repository(tmp_path).load(kept.id)[1] == messages


async def test_what_could_not_be_saved_is_told_and_written_by_itself(
    archive: Archive, files: Patient, tmp_path: Path
) -> None:
    told: list[frozenset[str]] = []
    archive.on_saved = told.append
    kept, asked = conversation(), question()
    break_disk(files)
    with pytest.raises(StoreUnwritableError, match="full"):
        await archive.save(kept, asked)
    assert archive.unsaved == {kept.id}
    assert told == [frozenset({kept.id})]
    mend_disk(files)
    await until(lambda: len(told) == 2)
    assert archive.unsaved == told[-1] == frozenset()
    assert Repository(tmp_path).load(kept.id) == (kept, [asked])


async def test_the_next_save_writes_what_the_last_could_not(tmp_path: Path, files: Patient) -> None:
    archive = Archive(Repository(tmp_path, files), retry_seconds=1000)
    kept, asked, growing = conversation(), question(), partial("The")
    break_disk(files)
    for messages in ([asked], [growing], [replace(growing, content="The cat")]):
        with pytest.raises(StoreUnwritableError):
            await archive.save(kept, *messages)
    mend_disk(files)
    await archive.save(replace(kept, name="Cats"))
    assert archive.unsaved == frozenset()
    loaded, messages = Repository(tmp_path).load(kept.id)
    assert (loaded.name, [message.content for message in messages]) == ("Cats", ["Why?", "The cat"])
    await archive.close()


async def test_what_is_not_on_the_disk_is_loaded_and_listed_from_memory(
    archive: Archive, files: Patient
) -> None:
    known, fresh = conversation("known"), conversation("fresh")
    first, second = question("first"), answer("second")
    await archive.save(known, first)
    break_disk(files)
    for each in (known, fresh):
        with pytest.raises(StoreUnwritableError):
            await archive.save(replace(each, pinned=True), second)
    assert await archive.load(known.id) == (replace(known, pinned=True), [first, second])
    assert await archive.load(fresh.id) == (replace(fresh, pinned=True), [second])
    assert {each.name for each in await archive.conversations() if each.pinned} == {
        "known",
        "fresh",
    }


async def test_what_never_came_to_the_disk_can_be_deleted(archive: Archive, files: Patient) -> None:
    kept = conversation()
    break_disk(files)
    with pytest.raises(StoreUnwritableError):
        await archive.save(kept, question())
    await archive.delete(kept.id)
    assert archive.unsaved == frozenset()
    mend_disk(files)
    assert await archive.conversations() == []
    with pytest.raises(ConversationNotFoundError):
        await archive.delete(kept.id)


async def test_rebuilding_the_list_shows_progress_on_the_loop(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for number in range(3):
        repository.save(conversation(str(number)))
    (tmp_path / "index-1.jsonl").unlink()
    seen: list[tuple[int, int, str]] = []
    archive = Archive(Repository(tmp_path))
    archive.on_progress = lambda done, total: seen.append(
        (done, total, threading.current_thread().name)
    )
    assert len(await archive.conversations()) == 3
    await until(lambda: len(seen) == 2)
    assert seen == [(0, 3, "MainThread"), (3, 3, "MainThread")]
    await archive.close()


async def test_what_was_left_to_the_system_is_synced_a_second_later(
    archive: Archive, files: Patient
) -> None:
    kept, growing = conversation(), partial("a")
    await archive.save(kept, growing)
    await archive.save(kept, replace(growing, content="ab"))
    files.operations.clear()
    await until(lambda: "sync" in files.operations)


async def test_a_sync_that_fails_is_tried_again(archive: Archive, files: Patient) -> None:
    kept, growing = conversation(), partial("a")
    await archive.save(kept, growing)
    await archive.save(kept, replace(growing, content="ab"))
    files.error, files.fails = errno.EIO, lambda operation: operation == "sync"
    files.operations.clear()
    await until(lambda: files.operations.count("sync") >= 2)
    mend_disk(files)
    files.operations.clear()
    await until(lambda: "replace" in files.operations)


async def test_a_programming_error_is_not_taken_for_a_full_disk(archive: Archive) -> None:
    broken = replace(question(), content=object())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await archive.save(conversation(), broken)
    await archive.save(conversation(), question())
    assert archive.unsaved == frozenset()
