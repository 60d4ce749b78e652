"""Conversations are kept, named, found, branched, deleted and brought back."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.errors import (
    ConversationNotFoundError,
    NameTakenError,
    TurnRunningError,
)
from bnagpt_tui.backend.events import TurnEnded
from bnagpt_tui.backend.history import PromptHistory
from bnagpt_tui.backend.naming import name_from
from bnagpt_tui.backend.store import Archive, Repository
from tests.backend.talking import ask, asked
from tests.fakes import DONE, ScriptedEngine, make_chat, names


async def test_a_new_conversation_is_nothing_before_its_first_question(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    chat.new()
    assert chat.conversations == ()
    assert await archive.conversations() == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is a mutex?", "What is a mutex?"),
        ("  first line\nsecond line ", "first line second line"),
        ("word " * 30, "word word word word word word word word word…"),
        ("x" * 100, "x" * 47 + "…"),
        ("\x1b[31mred", "␛[31mred"),
        ("\u202e", "Untitled"),
    ],
)
def test_a_name_is_made_of_the_first_words(text: str, name: str) -> None:
    assert name_from(text) == name


async def test_two_conversations_that_begin_alike_have_two_names(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    await asked(chat, "Hello")
    await asked(chat, "hello")
    assert sorted(names(chat.conversations)) == ["Hello", "hello (2)"]


async def test_everything_is_there_after_a_restart(
    archive: Archive, repository: Repository
) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "one", "two")
    again = make_chat(ScriptedEngine(), Archive(repository))
    await again.start()
    await again.open(conversation.id)
    assert [message.content for message in again.path(conversation.id)] == [
        "one",
        "You said: one",
        "two",
        "You said: two",
    ]
    assert again.get(conversation.id) == conversation


async def test_the_list_has_pinned_ones_first_then_the_last_used(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    oldest = await asked(chat, "oldest")
    await asked(chat, "middle")
    await asked(chat, "newest")
    assert names(chat.conversations) == ["newest", "middle", "oldest"]
    await chat.pin(oldest.id, pinned=True)
    assert names(chat.conversations) == ["oldest", "newest", "middle"]
    await chat.pin(oldest.id, pinned=False)
    assert names(chat.conversations) == ["newest", "middle", "oldest"]


async def test_a_name_of_the_users_is_kept(archive: Archive, repository: Repository) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "one")
    saved = await chat.save_as(conversation.id, "capitals")
    assert (saved.name, saved.named) == ("capitals", True)
    assert repository.find("capitals").id == conversation.id
    await ask(chat, conversation.id, "another")
    assert chat.get(conversation.id).name == "capitals"


async def test_a_name_given_before_the_first_question_stays(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = chat.new()
    await chat.save_as(conversation.id, "mine")
    assert await archive.conversations() == []
    await ask(chat, conversation.id, "one")
    assert names(chat.conversations) == ["mine"]


async def test_a_taken_name_is_refused_with_one_that_is_free(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    await chat.save_as((await asked(chat, "a")).id, "Café")
    other = await asked(chat, "b")
    with pytest.raises(NameTakenError) as caught:
        await chat.save_as(other.id, "cafe\u0301")
    assert caught.value.free == "cafe\u0301 (2)"


async def test_replacing_sends_the_other_to_the_trash(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    first = await chat.save_as((await asked(chat, "a")).id, "mine")
    second = await asked(chat, "b")
    await chat.save_as(second.id, "mine", replacing=True)
    assert [(item.id, item.name) for item in chat.conversations] == [(second.id, "mine")]
    restored = await chat.undo_delete()
    assert restored is not None
    assert restored.id == first.id


async def test_saving_under_its_own_name_is_no_conflict(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "mine")
    assert (await chat.save_as(conversation.id, "mine")).named


async def test_deleting_can_be_undone_again_and_again(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    first, second = await asked(chat, "first"), await asked(chat, "second")
    await chat.delete(first.id)
    await chat.delete(second.id)
    assert chat.conversations == ()
    with pytest.raises(ConversationNotFoundError):
        chat.get(first.id)
    await chat.undo_delete()
    await chat.undo_delete()
    assert names(chat.conversations) == ["second", "first"]
    assert await chat.undo_delete() is None
    await chat.open(first.id)
    assert len(chat.path(first.id)) == 2


async def test_a_draft_is_thrown_away_without_a_trace(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    draft = chat.new()
    await chat.delete(draft.id)
    with pytest.raises(ConversationNotFoundError):
        chat.get(draft.id)


async def test_what_is_being_answered_is_not_deleted(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = chat.new()
    async with aclosing(chat.send(conversation.id, "one")) as events:
        await anext(events)
        with pytest.raises(TurnRunningError):
            await chat.delete(conversation.id)


async def test_regenerating_keeps_both_answers_side_by_side(archive: Archive) -> None:
    engine = ScriptedEngine([["first", DONE], ["second", DONE]])
    chat = make_chat(engine, archive)
    conversation = await asked(chat, "question")
    answer = chat.path(conversation.id)[-1]
    async with aclosing(chat.regenerate(conversation.id, answer.id)) as events:
        ended = [event async for event in events][-1]
    assert isinstance(ended, TurnEnded)
    assert [message.content for message in chat.path(conversation.id)] == ["question", "second"]
    assert chat.position(conversation.id, ended.answer.id) == (2, 2)
    assert await chat.choose(conversation.id, ended.answer.id, -1) == answer.id
    assert chat.path(conversation.id)[-1].content == "first"
    assert await chat.choose(conversation.id, answer.id, -1) is None
    assert engine.requests[1].messages[-1].content == "question"


async def test_editing_asks_in_other_words_beside_the_old_ones(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "one", "two")
    question = chat.path(conversation.id)[0]
    async with aclosing(chat.edit(conversation.id, question.id, "other")) as events:
        assert isinstance([event async for event in events][-1], TurnEnded)
    assert [message.content for message in chat.path(conversation.id)] == [
        "other",
        "You said: other",
    ]
    await chat.choose(conversation.id, chat.path(conversation.id)[0].id, -1)
    assert [message.content for message in chat.path(conversation.id)][-1] == "You said: two"


async def test_a_branch_is_a_conversation_of_its_own(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "one", "two")
    answer = chat.path(conversation.id)[1]
    copy = await chat.branch(conversation.id, answer.id)
    assert copy.name == "one (branch)"
    assert [message.content for message in chat.path(copy.id)] == ["one", "You said: one"]
    assert not {m.id for m in chat.path(copy.id)} & {m.id for m in chat.path(conversation.id)}
    await ask(chat, copy.id, "three")
    assert len(chat.path(conversation.id)) == 4


async def test_the_model_belongs_to_the_conversation(archive: Archive) -> None:
    engine = ScriptedEngine()
    chat = make_chat(engine, archive)
    conversation = chat.new()
    assert chat.model_of(conversation.id) == "test-model"
    await chat.set_model(conversation.id, "other-model")
    await ask(chat, conversation.id, "one")
    assert engine.requests[0].model == "other-model"
    assert [model.id for model in await chat.models()] == ["other-model", "test-model"]


async def test_conversations_are_found_by_name(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "capitals")
    assert (await chat.find("Capitals")).id == conversation.id


async def test_more_conversations_than_are_held_in_memory(archive: Archive) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversations = [await asked(chat, f"question {number}") for number in range(12)]
    for conversation in conversations:
        await chat.open(conversation.id)
        assert len(chat.path(conversation.id)) == 2


async def test_prompts_are_remembered(archive: Archive, tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "prompts.jsonl")
    chat = ChatService(ScriptedEngine(), archive, history=history)
    await chat.history.remember("one")
    assert await chat.history.recall() == ["one"]
    without = make_chat(ScriptedEngine(), archive)
    await without.history.remember("lost")
    assert await without.history.recall() == []


async def test_another_process_s_messages_are_seen_on_opening(
    archive: Archive, tmp_path: Path
) -> None:
    chat = make_chat(ScriptedEngine(), archive)
    conversation = await asked(chat, "one")
    elsewhere = make_chat(ScriptedEngine(), Archive(Repository(tmp_path / "data")))
    await elsewhere.start()
    await elsewhere.open(conversation.id)
    await ask(elsewhere, conversation.id, "two")
    await elsewhere.close()
    await chat.open(conversation.id)
    assert [m.content for m in chat.path(conversation.id)][2:] == ["two", "You said: two"]
