"""A store that cannot be written loses nothing that was said."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import StoreUnwritableError
from bnagpt_tui.backend.events import NotKept
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.store.importing import read_import
from tests.backend.talking import ask, asked
from tests.fakes import ScriptedEngine, make_chat


async def test_a_store_that_cannot_be_written_says_so_and_the_talk_goes_on(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    archive = Archive(Repository(blocked / "conversations"), retry_seconds=0.02)
    engine = ScriptedEngine()
    chat = make_chat(engine, archive)
    conversation = chat.new()
    events = await ask(chat, conversation.id, "one")
    assert any(isinstance(event, NotKept) for event in events)
    assert chat.unsaved == {conversation.id}
    assert len(chat.path(conversation.id)) == 2
    await ask(chat, conversation.id, "two")
    assert len(engine.requests[1].messages) == 3
    blocked.unlink()
    await chat.pin(conversation.id, pinned=True)
    assert chat.unsaved == frozenset()
    await archive.close()
    _, messages = Repository(blocked / "conversations").load(conversation.id)
    assert [message.content for message in messages] == [
        "one",
        "You said: one",
        "two",
        "You said: two",
    ]


async def test_a_name_that_could_not_be_written_is_an_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    archive = Archive(Repository(blocked / "conversations"))
    engine = ScriptedEngine()
    chat = make_chat(engine, archive)
    conversation = await asked(chat, "one")
    with pytest.raises(StoreUnwritableError):
        await chat.save_as(conversation.id, "mine")
    with pytest.raises(StoreUnwritableError) as caught:
        await chat.close()
    assert engine.closed
    rescued = Path(str(caught.value).split(" are in ")[1].split(": “bnagpt import")[0])
    (imported,) = read_import(next(rescued.iterdir())).conversations
    assert [message.content for message in imported.messages] == ["one", "You said: one"]
    assert stat.S_IMODE(rescued.stat().st_mode) == 0o700


async def test_what_cannot_be_rescued_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    chat = make_chat(ScriptedEngine(), Archive(Repository(blocked / "conversations")))
    await asked(chat, "one")
    monkeypatch.setattr("tempfile.tempdir", str(blocked))
    with pytest.raises(StoreUnwritableError, match="could not be put elsewhere either"):
        await chat.close()
