"""Which engine answers, and how that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.engines.selecting import FindServers, Kind, SelectingEngine
from bnagpt_tui.backend.engines.servers import FoundServer
from bnagpt_tui.backend.errors import (
    EngineMissingError,
    KeyRefusedError,
    ServiceFailedError,
    UnreachableError,
)
from tests.groq_server import Answer, Gate, GroqServer, server_error

from .asking import KEY, collect, question, text_of


def finds(*servers: FoundServer) -> FindServers:
    """A search with this result, which counts how often it is made."""

    async def find() -> tuple[FoundServer, ...]:
        await asyncio.sleep(0)
        return servers

    return find


def ollama(server: GroqServer, *models: str) -> FoundServer:
    """The server, as the search would find it."""
    return FoundServer("Ollama", f"{server.url}/v1", models or ("llama3.2", "gemma3"))


@pytest.fixture
async def keyed() -> AsyncIterator[GroqServer]:
    """A Groq that knows one key."""
    async with GroqServer(key=KEY) as server:
        yield server


async def test_a_key_chooses_groq(keyed: GroqServer) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url)
    assert (engine.kind, engine.title) == (Kind.GROQ, "Groq")
    assert engine.default_model == "openai/gpt-oss-120b"
    assert engine.describe("openai/gpt-oss-120b").context_window == 131_072
    assert text_of(await collect(engine)) == "You said: Hi there"
    assert "qwen/qwen3.8-27b" in [model.id for model in await engine.models()]
    await engine.aclose()


async def test_the_setting_names_the_model(keyed: GroqServer) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url, model="qwen/qwen3.8-27b")
    assert engine.default_model == "qwen/qwen3.8-27b"


async def test_a_base_url_without_a_key_is_asked_all_the_same(server: GroqServer) -> None:
    engine = SelectingEngine(base_url=f"{server.url}/v1", find=finds())
    assert engine.kind is Kind.SERVER
    assert engine.title == server.url.removeprefix("http://")
    await engine.prepare()
    assert engine.default_model == "openai/gpt-oss-120b"
    assert text_of(await collect(engine)) == "You said: Hi there"
    assert server.requests[0].path == "/v1/chat/completions"
    await engine.aclose()


async def test_a_malformed_base_url_is_explained_when_it_is_used() -> None:
    engine = SelectingEngine(base_url="no address")
    with pytest.raises(UnreachableError, match="“no address” is not an address"):
        await engine.prepare()
    await engine.aclose()


async def test_a_server_of_this_machine_comes_before_the_demo_model(server: GroqServer) -> None:
    engine = SelectingEngine(find=finds(ollama(server)))
    assert engine.kind is Kind.LOCAL
    assert engine.default_model == ""
    assert engine.describe("x").id == "x"
    await engine.prepare()
    assert (engine.kind, engine.title) == (Kind.SERVER, "Ollama")
    assert engine.default_model == "llama3.2"
    assert [found.title for found in engine.found] == ["Ollama"]
    assert not engine.is_demo
    assert text_of(await collect(engine)) == "You said: Hi there"
    await engine.aclose()


async def test_a_found_server_uses_the_wanted_model_when_it_has_it(server: GroqServer) -> None:
    engine = SelectingEngine(model="gemma3", find=finds(ollama(server)))
    await engine.prepare()
    assert engine.default_model == "gemma3"
    await engine.aclose()


async def test_groqs_own_address_without_a_key_is_not_asked(server: GroqServer) -> None:
    engine = SelectingEngine(base_url="https://api.groq.com/openai/v1", find=finds(ollama(server)))
    await engine.prepare()
    assert engine.title == "Ollama"
    await engine.aclose()


@pytest.mark.parametrize("key", ["", KEY])
async def test_the_demo_model_can_be_forced(key: str) -> None:
    engine = SelectingEngine(api_key=key, local=True)
    assert (engine.kind, engine.title, engine.is_demo) == (Kind.LOCAL, "demo model", True)
    assert engine.default_model == "SmolLM2-135M-Instruct"
    await engine.aclose()


async def test_the_demo_model_is_left_when_there_is_nothing_else() -> None:
    for engine in (SelectingEngine(find=finds()), SelectingEngine(probe=False)):
        assert [model.id for model in await engine.models()] == ["SmolLM2-135M-Instruct"]
        assert engine.is_demo
        await engine.aclose()


async def test_a_file_of_the_users_comes_before_found_servers(server: GroqServer) -> None:
    engine = SelectingEngine(local_model=Path("/no/such.gguf"), find=finds(ollama(server)))
    assert (engine.title, engine.is_demo) == ("such", False)
    with pytest.raises(EngineMissingError, match=r"no model at “/no/such\.gguf”"):
        await engine.prepare()
    await engine.aclose()


async def test_two_questions_at_once_choose_once(server: GroqServer) -> None:
    searches = 0

    async def find() -> tuple[FoundServer, ...]:
        nonlocal searches
        searches += 1
        await asyncio.sleep(0)
        return (ollama(server),)

    engine = SelectingEngine(find=find)
    answers = await asyncio.gather(*(collect(engine, question(text)) for text in "abc"))
    assert sorted(text_of(answer) for answer in answers) == [f"You said: {x}" for x in "abc"]
    assert searches == 1
    await engine.aclose()


async def test_a_good_key_is_used_from_then_on(keyed: GroqServer, server: GroqServer) -> None:
    engine = SelectingEngine(base_url=keyed.url, find=finds())
    with pytest.raises(KeyRefusedError):
        await collect(engine)
    await engine.use_key(f" {KEY}\n")
    assert engine.kind is Kind.GROQ
    assert text_of(await collect(engine)) == "You said: Hi there"
    await engine.aclose()


@pytest.mark.parametrize("key", ["gsk_wrong", "gsk with spaces", ""])
async def test_a_bad_key_leaves_all_as_it_was(
    keyed: GroqServer, server: GroqServer, key: str
) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url)
    with pytest.raises(KeyRefusedError):
        await engine.use_key(key)
    assert text_of(await collect(engine)) == "You said: Hi there"
    await engine.aclose()


async def test_a_key_that_cannot_be_checked_leaves_all_as_it_was(keyed: GroqServer) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url)
    keyed.script_models(server_error())
    with pytest.raises(ServiceFailedError):
        await engine.use_key(KEY)
    assert text_of(await collect(engine)) == "You said: Hi there"
    await engine.aclose()


async def test_switching_does_not_cut_a_running_answer(
    keyed: GroqServer, server: GroqServer
) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url)
    gate = Gate(after=1)
    keyed.script(Answer("first second", gate=gate))
    task = asyncio.create_task(collect(engine))
    await asyncio.wait_for(gate.reached.wait(), 5)
    await engine.use_server(ollama(server))
    assert engine.title == "Ollama"
    server.script(Answer("from the other"))
    assert text_of(await collect(engine)) == "from the other"
    gate.open()
    assert text_of(await task) == "first second"
    await engine.aclose()


async def test_found_servers_can_be_looked_for_again(keyed: GroqServer, server: GroqServer) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url, find=finds(ollama(server)))
    assert not engine.found
    (found,) = await engine.look()
    assert engine.found == (found,)
    await engine.use_server(found)
    assert (engine.kind, engine.default_model) == (Kind.SERVER, "llama3.2")
    await engine.aclose()


async def test_a_model_of_this_machine_that_is_missing_is_not_chosen(
    keyed: GroqServer,
) -> None:
    engine = SelectingEngine(
        api_key=KEY, base_url=keyed.url, local_model=Path("/no/such.gguf"), find=finds()
    )
    with pytest.raises(EngineMissingError):
        await engine.use_local()
    assert text_of(await collect(engine)) == "You said: Hi there"
    await engine.aclose()


async def test_a_server_that_is_gone_is_not_chosen(keyed: GroqServer) -> None:
    engine = SelectingEngine(api_key=KEY, base_url=keyed.url)
    async with GroqServer() as leaving:
        gone = ollama(leaving)
    with pytest.raises(UnreachableError):
        await engine.use_server(gone)
    assert engine.kind is Kind.GROQ
    await engine.aclose()


async def test_a_key_given_before_the_first_question_spares_the_search(
    keyed: GroqServer,
) -> None:
    async def find() -> tuple[FoundServer, ...]:
        raise AssertionError("nobody should look")

    engine = SelectingEngine(base_url=keyed.url, find=find)
    await engine.use_key(KEY)
    assert text_of(await collect(engine)) == "You said: Hi there"
    await engine.aclose()
    engine = SelectingEngine(find=find)
    async with GroqServer() as server:
        await engine.use_server(ollama(server))
        assert engine.title == "Ollama"
    await engine.aclose()
