"""A store that fails while the application runs: everything is said, nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.screens.name import NameScreen
from tests.app.session import OpenApp, Session
from tests.backend.talking import asked
from tests.fakes import Gate, ScriptedEngine
from tests.waiting import until


@pytest.fixture
def block(tmp_path: Path) -> Callable[[], None]:
    """Puts a file where the conversations' directory was, so that nothing can be written."""

    def put() -> None:
        shutil.rmtree(tmp_path / "data")
        (tmp_path / "data").write_text("in the way")

    return put


async def start_one(chat: ChatService) -> None:
    await chat.start()
    await asked(chat, "kept")


async def with_one(session: Session) -> None:
    await session.sees("You said: kept")


async def test_a_disk_that_cannot_be_written_is_said_at_once(
    open_app: OpenApp, block: Callable[[], None]
) -> None:
    async with open_app(prepare=start_one, name="kept") as session:
        await with_one(session)
        block()
        await session.ask("and now")
        await session.sees("You said: and now")
        await session.sees("● unsaved")
        await session.ask("still talking")
        assert len(session.engine.requests[-1].messages) == 5


async def test_what_could_not_be_kept_is_named_when_the_screen_is_gone(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    chat = ChatService(ScriptedEngine(), Archive(Repository(tmp_path / "data")))
    app = BnaGPTApp(chat)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press(*"hi", "enter")
        await until(lambda: chat.unsaved and not chat.running)
    assert "could be saved (1 conversation)" in app.parting
    assert "bnagpt import" in app.parting


@pytest.mark.parametrize(
    "keys",
    [("d",), ("p",), ("r", *"new", "enter")],
    ids=["delete", "pin", "rename"],
)
async def test_a_change_of_the_list_that_fails_is_a_sentence(
    open_app: OpenApp, block: Callable[[], None], keys: tuple[str, ...]
) -> None:
    async with open_app(prepare=start_one) as session:
        await until(lambda: session.screen.pane.rows.shown)
        session.screen.pane.rows.focus()
        block()
        await session.press(keys[0])
        if keys[1:]:
            await until(lambda: isinstance(session.app.screen, NameScreen))
            await session.press(*keys[1:])
        await until(lambda: session.app._notifications)
        assert session.screen.pane.rows.shown


async def test_opening_what_is_gone_is_a_sentence(
    open_app: OpenApp, block: Callable[[], None]
) -> None:
    async with open_app(prepare=start_one) as session:
        await until(lambda: session.screen.pane.rows.shown)
        session.chat.library._trees.drop(session.chat.conversations[0].id)
        block()
        session.screen.pane.rows.focus()
        await session.press("enter")
        await until(lambda: session.app._notifications)
        await session.sees("sends what you type below")


async def test_a_name_nobody_has_is_a_sentence(open_app: OpenApp) -> None:
    async with open_app(prepare=start_one) as session:
        await session.ask("/open nowhere")
        await session.sees("nowhere")
        await session.ask("/open kept")
        await session.sees("You said: kept")


async def test_a_damaged_file_is_reported_at_the_start(open_app: OpenApp, tmp_path: Path) -> None:
    async def damage(chat: ChatService) -> None:
        await start_one(chat)
        (path,) = (tmp_path / "data").rglob(f"{chat.conversations[0].id}*.jsonl")
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + b'["00000000",[["set","?",{}]]]\n' + b"".join(lines[1:]))
        await chat.library.archive.load(chat.conversations[0].id)

    async with open_app(prepare=damage) as session:
        await until(lambda: session.app._notifications)


async def test_only_one_thing_is_asked_at_a_time(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["one", gate]]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        await session.sees("one")
        session.screen.regenerate(session.messages[0].id)
        await session.sees("It is still answering: esc stops it.")
        await session.press("escape")
        await session.settled()


async def test_a_running_conversation_is_not_deleted(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["one", gate]]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        await session.sees("one")
        await session.press("tab", "tab", "d")
        await session.sees("stop the answer first")
        gate.open()
