"""A server's window is the window: Groq's tokens a minute are Groq's alone."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.context import UNKNOWN_LIMIT
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq import engine as groq_engine
from bnagpt_tui.backend.engines.selecting import SelectingEngine
from bnagpt_tui.backend.engines.servers import FoundServer
from bnagpt_tui.backend.events import LimitsReported
from bnagpt_tui.backend.options import ChatOptions
from bnagpt_tui.backend.store import Archive, Repository
from tests.groq_server import RATE_HEADERS, Answer, GroqServer
from tests.groq_server.picky import PickyServer

from .asking import collect, question

LONG = "word " * 400
"""Some 400 tokens: 25 of them, with their answers, are more than 8,000."""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Repository(tmp_path / "data"))


async def ask(chat: ChatService, conversation_id: str, text: str) -> None:
    async with aclosing(chat.send(conversation_id, text)) as events:
        async for _ in events:
            pass


def talking(engine: SelectingEngine, archive: Archive, **options: object) -> ChatService:
    return ChatService(engine, archive, ChatOptions(instructions="", **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["context_window", "max_model_len", "max_context_length"])
async def test_a_server_that_says_131072_is_sent_every_message(
    archive: Archive, field: str
) -> None:
    answer = Answer("word " * 400, headers=RATE_HEADERS)  # whatever limits it may claim
    async with PickyServer("/v1", models=[{"id": "m", field: 131_072}], answer=answer) as server:
        engine = SelectingEngine(base_url=f"{server.root}/v1", model="m")
        chat = talking(engine, archive)
        conversation = chat.new()
        for number in range(13):
            await ask(chat, conversation.id, f"{number} {LONG}")
        assert len(server.bodies[-1]["messages"]) == 25
        assert not {"max_tokens", "max_completion_tokens"} & server.bodies[-1].keys()
        assert chat.limits is None
        await chat.close()


async def test_groq_is_asked_within_its_minute(archive: Archive) -> None:
    async with GroqServer(default=Answer("word " * 400)) as server:
        chat = talking(SelectingEngine(api_key="k", base_url=server.url), archive)
        conversation = chat.new()
        for number in range(13):
            await ask(chat, conversation.id, f"{number} {LONG}")
        body = server.requests[-1].body
        assert len(body["messages"]) < 25
        assert body["max_completion_tokens"] == UNKNOWN_LIMIT // 4
        assert chat.limits is not None
        await chat.close()


@pytest.mark.parametrize(("setting", "sent"), [(0, None), (700, 700)])
async def test_an_answer_is_bounded_by_the_users_setting_alone(
    archive: Archive, setting: int, sent: int | None
) -> None:
    async with PickyServer("/v1", models=[{"id": "m", "context_window": 131_072}]) as server:
        engine = SelectingEngine(base_url=f"{server.root}/v1", model="m")
        chat = talking(engine, archive, answer_tokens=setting)
        await ask(chat, chat.new().id, "Hi")
        assert server.bodies[-1].get("max_tokens") == sent
        await chat.close()


async def test_the_users_own_limit_of_a_request_holds_for_every_server(archive: Archive) -> None:
    async with PickyServer("/v1", models=[{"id": "m", "context_window": 131_072}]) as server:
        engine = SelectingEngine(base_url=f"{server.root}/v1", model="m")
        chat = talking(engine, archive, context_tokens=2000)
        conversation = chat.new()
        for number in range(6):
            await ask(chat, conversation.id, f"{number} {LONG}")
        assert len(server.bodies[-1]["messages"]) < 11
        await chat.close()


async def test_a_list_that_never_comes_does_not_hold_up_the_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(groq_engine, "LIST_SECONDS", 0.05)
    gate = asyncio.Event()

    async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        writer.close()

    listening = await asyncio.start_server(never, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    engine = GroqEngine(api_key="", base_url=f"http://127.0.0.1:{port}/v1", default_model="m")
    async with asyncio.timeout(5):
        await engine.prepare()
        await engine.aclose()
    gate.set()
    listening.close()


async def test_limits_belong_to_the_engine_that_answers(archive: Archive) -> None:
    async with GroqServer(key="k") as groq, GroqServer() as ollama:

        async def find() -> tuple[FoundServer, ...]:
            return (FoundServer("Ollama", f"{ollama.url}/v1", ("llama3.2",)),)

        engine = SelectingEngine(api_key="k", base_url=groq.url, find=find)
        chat = talking(engine, archive)
        conversation = chat.new()
        await ask(chat, conversation.id, "Hi")
        limits = chat.limits
        assert limits
        [found] = await engine.look()
        await engine.use_server(found)
        told = [chat.limits]
        await ask(chat, conversation.id, "Hi")
        told.append(chat.limits)
        await engine.use_groq()
        told.append(chat.limits)
        assert told == [None, None, limits]
        await chat.close()


async def test_a_reply_names_the_engine_whose_limits_it_tells() -> None:
    async with GroqServer() as groq:
        engine = SelectingEngine(api_key="k", base_url=groq.url)
        events = await collect(engine, question())
        [reported] = [event for event in events if isinstance(event, LimitsReported)]
        assert reported.engine == "Groq"
        await engine.aclose()
