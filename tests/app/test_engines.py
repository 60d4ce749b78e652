"""The first start without a key, the key dialog, the choice of engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.engines.selecting import SelectingEngine
from bnagpt_tui.backend.engines.servers import FoundServer
from bnagpt_tui.backend.events import Noted
from bnagpt_tui.backend.keys import plain_hosts, stored_key
from bnagpt_tui.backend.setup import Setup
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.screens.confirm import ConfirmScreen
from tests.app.session import OpenApp, Session
from tests.fakes import DONE, ScriptedEngine
from tests.groq_server import GroqServer
from tests.groq_server.picky import PickyServer
from tests.waiting import until


@pytest.fixture
async def server() -> AsyncIterator[GroqServer]:
    async with GroqServer(key="gsk_good") as running:
        yield running


@pytest.fixture
async def session(
    server: GroqServer, repository: Repository, tmp_path: Path
) -> AsyncIterator[Session]:
    """The application as it starts without a key, beside an open Ollama."""

    async with GroqServer() as ollama:

        async def found() -> tuple[FoundServer, ...]:
            return (FoundServer("Ollama", f"{ollama.url}/v1", ("qwen",)),)

        engine = SelectingEngine(find=found)
        setup = Setup(engine, tmp_path / "config")
        chat = ChatService(engine, Archive(repository), setup=setup)
        app = BnaGPTApp(chat)
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            yield Session(app, pilot, chat, ScriptedEngine(), repository)


async def test_a_server_of_this_machine_is_offered_before_the_small_model(
    session: Session,
) -> None:
    await session.sees("Ollama answers on this machine.")
    await session.sees("Add a Groq key with /key")
    await session.ask("hello")
    await session.sees("hello")
    assert session.messages[-1].content


async def test_a_refused_key_stays_in_the_dialog_with_a_sentence(session: Session) -> None:
    await session.sees("Ollama answers")
    await session.ask("/key")
    await session.sees("A key is free at console.groq.com/keys.")
    await session.type("two words")
    await session.press("enter")
    await session.sees("space")
    assert "two words" not in session.shown()
    await session.press("escape")
    await session.sees("Ollama answers")


async def test_an_engine_is_chosen_from_the_list(session: Session) -> None:
    await session.sees("Ollama answers")
    await session.ask("/engine")
    await session.sees("The model of this machine")
    await session.press("enter")
    await until(lambda: session.app.screen is session.screen)
    await session.sees("Ollama answers")


async def test_a_good_key_is_kept_and_groq_answers(
    server: GroqServer, repository: Repository, tmp_path: Path
) -> None:
    engine = SelectingEngine(base_url=server.url, probe=False)
    setup = Setup(engine, tmp_path / "config")
    app = BnaGPTApp(ChatService(engine, Archive(repository), setup=setup))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        session = Session(app, pilot, app.chat, ScriptedEngine(), repository)
        await session.ask("/key")
        await session.sees("A key is free at console.groq.com/keys.")
        await session.type("gsk_good")
        assert "gsk_good" not in session.shown()
        await session.press("enter")
        await session.sees("The key works and is kept.")
        [path] = (tmp_path / "config" / "keys").iterdir()
        assert path.read_text() == "gsk_good\n"


async def test_a_key_that_cannot_be_kept_says_so(
    server: GroqServer, repository: Repository, tmp_path: Path
) -> None:
    blocked = tmp_path / "config"
    blocked.write_text("a file where the directory should be")
    engine = SelectingEngine(base_url=server.url, probe=False)
    app = BnaGPTApp(ChatService(engine, Archive(repository), setup=Setup(engine, blocked)))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        session = Session(app, pilot, app.chat, ScriptedEngine(), repository)
        await session.ask("/key")
        await session.sees("A key is free")
        await session.type("gsk_good")
        await session.press("enter")
        await session.sees("The key works, but could not be kept")


async def test_groq_is_in_the_list_and_wants_its_key(session: Session) -> None:
    await session.sees("Ollama answers")
    await session.ask("/engine")
    await session.sees("needs a key")
    await session.sees("answers now")
    await session.press("down", "enter")
    await session.sees("A key is free at console.groq.com/keys.")
    await session.press("escape")
    await until(lambda: session.app.screen is session.screen)
    await session.sees("Ollama answers")


async def test_the_key_of_another_server_is_asked_for_by_its_name(
    repository: Repository, tmp_path: Path
) -> None:
    async with PickyServer("/api/paas/v4", key="zai") as server:
        base_url = f"{server.root}/api/paas/v4"
        engine = SelectingEngine(base_url=base_url, probe=False, groq_key="gsk_x")
        setup = Setup(engine, tmp_path / "config")
        app = BnaGPTApp(ChatService(engine, Archive(repository), setup=setup))
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            session = Session(app, pilot, app.chat, ScriptedEngine(), repository)
            await session.ask("/key")
            await session.sees(f"The key of {server.host}.")
            await session.type("zai")
            await session.press("enter")
            await session.sees("The key works and is kept.")
            assert stored_key(tmp_path / "config", server.host) == "zai"
            assert stored_key(tmp_path / "config") == ""


async def test_a_key_is_sent_unencrypted_only_when_that_is_allowed(
    repository: Repository, tmp_path: Path
) -> None:
    engine = SelectingEngine(api_key="k", base_url="http://llm.invalid:1/v1", model="m")
    setup = Setup(engine, tmp_path / "config")
    app = BnaGPTApp(ChatService(engine, Archive(repository), setup=setup))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        session = Session(app, pilot, app.chat, ScriptedEngine(), repository)
        await session.sees("The key would go to llm.invalid:1 over plain http")
        await session.press("n")
        await until(lambda: session.app.screen is session.screen)
        assert plain_hosts(tmp_path / "config") == frozenset()
        session.screen.prepare_engine()
        await session.sees("Unencrypted")
        await until(lambda: isinstance(session.app.screen, ConfirmScreen))
        await session.press("a")
        await until(lambda: plain_hosts(tmp_path / "config") == {"llm.invalid:1"})


async def test_what_was_asked_otherwise_is_told(open_app: OpenApp) -> None:
    async with open_app([[Noted("Groq is asked for 800 tokens."), "text", DONE]]) as session:
        await session.ask("go")
        await session.sees("Groq is asked for 800 tokens.")
        assert session.messages[-1].content == "text"


async def test_the_minutes_tokens_are_shown_for_groq_alone(
    server: GroqServer, repository: Repository, tmp_path: Path
) -> None:
    async with GroqServer() as ollama:

        async def found() -> tuple[FoundServer, ...]:
            return (FoundServer("Ollama", f"{ollama.url}/v1", ("qwen",)),)

        engine = SelectingEngine(api_key="gsk_good", base_url=server.url, find=found)
        setup = Setup(engine, tmp_path / "config")
        app = BnaGPTApp(ChatService(engine, Archive(repository), setup=setup))
        async with app.run_test(size=(120, 30), notifications=True) as pilot:
            session = Session(app, pilot, app.chat, ScriptedEngine(), repository)
            await session.ask("hello")
            await session.sees("tokens/min")
            await session.ask("/engine")
            await session.sees("Ollama")
            await session.press("down", "enter")
            await until(lambda: session.app.screen is session.screen)
            await session.sees("Ollama")
            await until(lambda: "tokens/min" not in session.shown())
