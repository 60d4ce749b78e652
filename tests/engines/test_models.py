"""The list of models, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from aiohttp import web

from bnagpt_tui.backend.engines.capabilities import chats, describe
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.errors import (
    EngineMissingError,
    KeyRefusedError,
    ServiceFailedError,
    UnreachableError,
)
from bnagpt_tui.backend.models import ModelInfo
from tests.groq_server import (
    MODELS,
    GroqServer,
    Page,
    Refusal,
    invalid_key,
    server_error,
)

from .asking import KEY


async def test_only_models_that_chat_and_are_active_are_listed(engine: GroqEngine) -> None:
    assert [model.id for model in await engine.models()] == [
        "openai/gpt-oss-120b",
        "openai/gpt-oss-20b",
        "qwen/qwen3.8-27b",
    ]


async def test_the_list_and_the_table_are_merged(server: GroqServer, engine: GroqEngine) -> None:
    known, unknown = dict(MODELS[4]), dict(MODELS[1])
    known["context_window"] = 1000
    unknown["id"] = "acme/new-1"
    server.models = (known, unknown)
    assert await engine.models() == (
        ModelInfo("acme/new-1", 131_072, 65_536, owner="OpenAI"),
        ModelInfo(
            "qwen/qwen3.8-27b",
            1000,
            1000,
            vision=True,
            tools=True,
            reasoning=True,
            owner="Alibaba Cloud",
        ),
    )


@pytest.mark.parametrize(
    ("entry", "window"),
    [
        ({"id": "m"}, 8192),
        ({"id": "m", "max_model_len": 2048, "owned_by": None}, 2048),
        ({"id": "m", "max_context_length": 9999, "surprise": [1]}, 9999),
    ],
)
async def test_other_servers_lists_are_understood(
    server: GroqServer, engine: GroqEngine, entry: dict[str, object], window: int
) -> None:
    server.models = (entry,)
    (model,) = await engine.models()
    assert (model.id, model.context_window) == ("m", window)
    assert model.max_completion_tokens <= window


async def test_a_list_without_models_is_empty(server: GroqServer, engine: GroqEngine) -> None:
    server.script_models(Refusal(200, {"object": "list", "data": None}))
    assert await engine.models() == ()


@pytest.mark.parametrize(
    "reply", [Page(200, "<html>"), Refusal(200, {"hello": 1}), Refusal(200, {"data": [{}]})]
)
async def test_what_is_no_list_is_refused(
    server: GroqServer, engine: GroqEngine, reply: Page | Refusal
) -> None:
    server.script_models(reply)
    with pytest.raises(ServiceFailedError, match="not with a list of models"):
        await engine.models()


async def test_a_refused_list_is_explained(server: GroqServer, engine: GroqEngine) -> None:
    server.script_models(invalid_key(), server_error(), Refusal(404, {}))
    with pytest.raises(KeyRefusedError):
        await engine.models()
    with pytest.raises(ServiceFailedError):
        await engine.models()
    with pytest.raises(Exception, match="no chat service"):
        await engine.models()


async def test_the_first_listed_model_is_the_default_where_none_is_named(
    server: GroqServer,
) -> None:
    engine = GroqEngine(api_key="", base_url=f"{server.url}/v1", default_model="", title="here")
    assert engine.default_model == ""
    await engine.prepare()
    await engine.prepare()
    assert engine.default_model == "openai/gpt-oss-120b"
    assert len(server.lists) == 1
    await engine.aclose()


async def test_a_server_without_models_is_of_no_use(server: GroqServer) -> None:
    server.models = MODELS[:1]
    engine = GroqEngine(api_key="", base_url=f"{server.url}/v1", default_model="", title="Ollama")
    with pytest.raises(EngineMissingError, match="Ollama has no model"):
        await engine.prepare()
    await engine.aclose()


async def test_models_are_described_without_asking(server: GroqServer, engine: GroqEngine) -> None:
    assert engine.describe("openai/gpt-oss-20b").context_window == 131_072
    assert engine.describe("unheard/of") == ModelInfo("unheard/of", 8192, 4096)
    server.models = ({"id": "unheard/of", "context_window": 500},)
    await engine.models()
    assert engine.describe("unheard/of").context_window == 500
    plain = GroqEngine(api_key="", base_url="http://localhost:11434/v1")
    assert plain.describe("phi").context_window == 4096
    assert not server.requests


async def test_preparing_sends_nothing_when_the_model_is_known(server: GroqServer) -> None:
    engine = GroqEngine(api_key=KEY, base_url=server.url)
    await engine.prepare()
    assert not server.lists
    await engine.aclose()


class HalfList:
    """A reply that promises more than comes."""

    async def send(self, request: web.Request, body: Mapping[str, object]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"data": [')
        assert request.transport is not None
        request.transport.close()
        return response


async def test_a_cut_list_is_explained(server: GroqServer, engine: GroqEngine) -> None:
    server.script_models(HalfList())
    with pytest.raises(UnreachableError, match="closed the connection"):
        await engine.models()


@pytest.mark.parametrize(
    "model",
    [
        "whisper-large-v3",
        "canopylabs/orpheus-v1-english",
        "meta-llama/llama-guard-4-12b",
        "openai/gpt-oss-safeguard-20b",
        "nomic-embed-text:latest",
        "text-embedding-nomic-embed-text-v1.5",
        "playai-tts",
        "BAAI/bge-m3",
    ],
)
def test_models_that_do_something_else_are_told_by_name(model: str) -> None:
    assert not chats(model)


@pytest.mark.parametrize("model", ["openai/gpt-oss-120b", "llama3.2:1b", "gemma3", "acme/new"])
def test_models_that_chat_stay(model: str) -> None:
    assert chats(model)


def test_families_lend_what_they_can() -> None:
    assert describe("openai/gpt-oss-999b").reasoning
    assert describe("qwen3:8b").tools
    assert not describe("acme/new").tools
    assert describe("acme/new", unknown_window=4096).max_completion_tokens == 2048
    assert describe("").id == ""
