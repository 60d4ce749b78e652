"""What is in memory of the conversations, while other things happen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bnagpt_tui.backend.library import Library
from bnagpt_tui.backend.models import Conversation, Message, Role
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.trees import OPEN_AT_ONCE


def kept(repository: Repository, name: str = "talk") -> Conversation:
    """A conversation of one question, kept by another process."""
    question = Message(Role.USER, f"question of {name}")
    conversation = Conversation(name, head=question.id)
    repository.save(conversation, [question])
    return conversation


async def opened(archive: Archive) -> Library:
    library = Library(archive)
    await library.read()
    return library


async def test_a_conversation_that_was_changed_unopened_opens_with_its_messages(
    tmp_path: Path, archive: Archive
) -> None:
    talk = kept(Repository(tmp_path / "data"))
    library = await opened(archive)
    await library.keep(replace(talk, pinned=True))
    tree = await library.tree(talk.id)
    assert [message.content for message in tree.path(talk.head)] == ["question of talk"]
    assert library.get(talk.id).pinned


async def test_what_is_put_while_a_conversation_is_read_is_not_lost(
    tmp_path: Path, archive: Archive
) -> None:
    talk = kept(Repository(tmp_path / "data"))
    library = await opened(archive)
    reading = asyncio.ensure_future(library.tree(talk.id))
    await asyncio.sleep(0)
    late = Message(Role.ASSISTANT, "late", parent=talk.head)
    library.set(replace(talk, head=late.id), [late])
    tree = await reading
    assert [message.content for message in tree.path(late.id)] == ["question of talk", "late"]
    assert library.get(talk.id).head == late.id


async def test_two_who_ask_at_once_get_the_same_tree(tmp_path: Path, archive: Archive) -> None:
    talk = kept(Repository(tmp_path / "data"))
    library = await opened(archive)
    one, another = await asyncio.gather(library.tree(talk.id), library.tree(talk.id))
    assert one is another


async def test_only_those_used_last_stay_in_memory(tmp_path: Path, archive: Archive) -> None:
    repository = Repository(tmp_path / "data")
    talks = [kept(repository, str(number)) for number in range(OPEN_AT_ONCE + 3)]
    library = await opened(archive)
    library.busy.add(talks[0].id)
    for talk in talks:
        await library.tree(talk.id)
    loaded = [bool(len(library.loaded(talk.id))) for talk in talks]
    assert loaded == [True, *[False] * 2, *[True] * OPEN_AT_ONCE]


async def test_a_turn_that_begins_while_the_file_is_looked_at_is_not_read_over(
    tmp_path: Path, archive: Archive
) -> None:
    repository = Repository(tmp_path / "data")
    talk = kept(repository)
    library = await opened(archive)
    await library.tree(talk.id)
    repository.save(talk, [Message(Role.ASSISTANT, "from elsewhere", parent=talk.head)])
    looking = asyncio.ensure_future(library.tree(talk.id))
    await asyncio.sleep(0)
    asked = Message(Role.USER, "asked meanwhile", parent=talk.head)
    library.busy.add(talk.id)
    library.set(replace(talk, head=asked.id), [asked])
    assert asked.id in await looking


async def test_what_changes_while_the_list_is_read_is_not_read_over(
    tmp_path: Path, archive: Archive
) -> None:
    repository = Repository(tmp_path / "data")
    renamed, deleted = kept(repository, "one"), kept(repository, "two")
    library = await opened(archive)
    reading = asyncio.ensure_future(library.read())
    await asyncio.sleep(0)
    await library.drop(deleted.id)
    await library.keep(replace(library.get(renamed.id), name="new name"))
    await reading
    assert [item.name for item in library.listed] == ["new name"]
    await library.read()
    assert [item.name for item in library.listed] == ["new name"]
