"""Who answers is told plainly, and changed with a checked key."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.assemble import build_chat, build_engine, build_repository
from bnagpt_tui.backend.engines.selecting import SelectingEngine
from bnagpt_tui.backend.engines.servers import FoundServer
from bnagpt_tui.backend.errors import KeyRefusedError
from bnagpt_tui.backend.settings import Settings
from bnagpt_tui.backend.setup import LOCAL_CHOICE, Setup
from tests.groq_server import GroqServer


@pytest.fixture
async def server() -> AsyncIterator[GroqServer]:
    async with GroqServer(key="gsk_good") as running:
        yield running


@pytest.fixture
async def engine(server: GroqServer) -> AsyncIterator[SelectingEngine]:
    async def found() -> tuple[FoundServer, ...]:
        return (FoundServer("Ollama", f"{server.url}/v1", ("qwen",)),)

    chosen = SelectingEngine(base_url=server.url, find=found)
    yield chosen
    await chosen.aclose()


async def test_a_good_key_is_used_and_kept(
    engine: SelectingEngine, server: GroqServer, tmp_path: Path
) -> None:
    setup = Setup(engine, tmp_path / "config")
    await setup.adopt_key("  gsk_good\n")
    assert not (tmp_path / "config" / "groq.key").exists()  # it is not Groq that it was made for
    [path] = (tmp_path / "config" / "keys").iterdir()
    assert path.name == f"127.0.0.1%3A{server.url.rpartition(':')[2]}.key"
    assert path.read_text() == "gsk_good\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert setup.introduce().engine == "Groq answers."
    assert setup.introduce().advice == ""


@pytest.mark.parametrize("key", ["gsk_bad", "gsk with space", "gsk_ключ", "gsk\x1b[31m"])
async def test_a_bad_key_is_refused_with_a_sentence_and_not_kept(
    engine: SelectingEngine, tmp_path: Path, key: str
) -> None:
    with pytest.raises(KeyRefusedError) as caught:
        await Setup(engine, tmp_path).adopt_key(key)
    assert key not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


async def test_servers_of_this_machine_can_be_chosen(tmp_path: Path) -> None:
    async with GroqServer() as ollama:
        await choose_among(ollama, tmp_path)


async def choose_among(server: GroqServer, tmp_path: Path) -> None:
    async def found() -> tuple[FoundServer, ...]:
        return (FoundServer("Ollama", f"{server.url}/v1", ("qwen",)),)

    open_server = SelectingEngine(api_key="gsk_good", base_url=server.url, find=found)
    setup = Setup(open_server, tmp_path)
    choices = await setup.choices()
    assert [choice.label for choice in choices] == ["Groq", "Ollama", "The model of this machine"]
    assert choices[0].detail == "with your key · answers now"
    assert choices[1].detail == "1 model"
    await setup.use(choices[1].id)
    assert setup.introduce().engine == "Ollama answers on this machine."
    await setup.use("server:gone")
    assert setup.introduce().engine == "Ollama answers on this machine."
    await open_server.aclose()


async def test_the_small_model_is_called_what_it_is(tmp_path: Path) -> None:
    async def nothing() -> tuple[FoundServer, ...]:
        return ()

    engine = SelectingEngine(find=nothing)
    setup = Setup(engine, tmp_path)
    await setup.use(LOCAL_CHOICE)
    assert "small demo model" in setup.introduce().engine
    assert "/key" in setup.introduce().advice
    await engine.aclose()


async def test_the_parts_are_put_together_as_the_settings_say(
    server: GroqServer, tmp_path: Path
) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        config_dir=tmp_path / "config",
        api_key="gsk_good",
        base_url=server.url,
        model="the-model",
    )
    chat = build_chat(settings)
    assert not (tmp_path / "data").exists()
    await chat.engine.prepare()
    assert chat.model_of(chat.new().id) == "the-model"
    assert chat.setup is not None
    await chat.close()
    assert build_repository(settings).conversations() == []
    assert build_engine(settings).title == "Groq"
