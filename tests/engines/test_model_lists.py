"""Lists of models as other servers send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.catalogue import listed_models
from bnagpt_tui.backend.engines.servers import find_servers
from bnagpt_tui.backend.errors import EngineMissingError
from tests.groq_server import GroqServer, Page, Refusal, server_error
from tests.groq_server.raw import Raw

from .asking import KEY, collect, question, text_of

BODIES: list[object] = [
    [{"id": "a"}, {"id": "b"}],
    {"models": [{"id": "a"}, {"id": "b"}]},
    {"data": [{"id": "a"}, None, "stray", 7, [], {}, {"id": None}, {"id": ""}, {"id": "b"}]},
    {"data": [{"id": "a", "owned_by": 7, "created": "x"}, {"id": "b", "context_window": "big"}]},
    {"data": [{"id": "a"}, {"id": "a"}, {"id": "b"}]},
    {"models": [{"name": "a", "model": "a"}, {"name": "b"}], "data": None},
    {"data": {"models": [{"id": "a"}, {"id": "b"}]}},
    {"data": {"a": {"object": "model"}, "b": {}}},
    ["a", "b"],
    {"data": ["a", "b"]},
    {"object": "list", "data": [{"id": "a", "active": None}, {"id": "b", "active": True}]},
    [{"id": "a"}, {"id": "b"}, {"id": "c", "active": "false"}],
]


@pytest.mark.parametrize("body", BODIES, ids=[json.dumps(body)[:50] for body in BODIES])
async def test_a_list_is_read_wherever_it_stands(
    server: GroqServer, engine: GroqEngine, body: object
) -> None:
    text = json.dumps(body)
    for reply in (
        Raw(text.encode(), "application/json"),
        Raw(f"\ufeff{text}".encode(), "text/plain"),
    ):
        server.script_models(reply)
        assert [model.id for model in await engine.models()] == ["a", "b"]


@pytest.mark.parametrize(
    ("entry", "window"),
    [
        ({"context_window": "131072"}, 131_072),
        ({"context_window": "131,072"}, 131_072),
        ({"context_window": 131_072.0}, 131_072),
        ({"context_window": "128k"}, 128_000),
        ({"context_window": "1M"}, 1_000_000),
        ({"context_length": 32_768}, 32_768),
        ({"max_model_len": "4096"}, 4096),
        ({"max_context_length": 9999}, 9999),
        ({"max_context_length": 131_072, "loaded_context_length": 8000}, 8000),
        ({"meta": {"n_ctx_train": 131_072}}, 131_072),
        ({"meta": {"n_ctx": 5000, "n_ctx_train": 131_072}}, 5000),
        ({"meta": None, "max_model_len": 4096}, 4096),
        ({"context_length": 131_072, "top_provider": {"context_length": 65_536}}, 65_536),
        ({"context_length": 131_072, "top_provider": {"context_length": None}}, 131_072),
        ({"context_window": None, "context_length": 0, "max_model_len": 2048}, 2048),
        ({"context_window": "big"}, 8192),
        ({"context_window": -1}, 8192),
        ({"context_window": True}, 8192),
        ({"context_window": [1]}, 8192),
        ({"context_window": 1e400}, 8192),
    ],
)
async def test_the_window_is_found_under_all_its_names(
    server: GroqServer, engine: GroqEngine, entry: dict[str, Any], window: int
) -> None:
    server.models = ({"id": "m", **entry},)
    (model,) = await engine.models()
    assert model.context_window == window
    assert 0 < model.max_completion_tokens <= window
    assert engine.describe("m") == model


@pytest.mark.parametrize(
    "entry",
    [
        {"max_completion_tokens": "7000"},
        {"top_provider": {"max_completion_tokens": 7000.0}},
        {"max_output_tokens": 7000},
        {"max_completion_tokens": None, "max_output_length": 7000},
    ],
)
async def test_the_longest_answer_is_found(
    server: GroqServer, engine: GroqEngine, entry: dict[str, Any]
) -> None:
    server.models = ({"id": "m", "context_window": 131_072, **entry},)
    assert (await engine.models())[0].max_completion_tokens == 7000


async def test_a_window_that_is_told_leaves_room_for_long_answers(
    server: GroqServer, engine: GroqEngine
) -> None:
    server.models = ({"id": "m", "context_window": 131_072},)
    assert (await engine.models())[0].max_completion_tokens == 65_536


def groq(
    name: str, takes: list[str], gives: list[str], features: list[str] | None, window: int
) -> dict[str, Any]:
    """An entry as Groq lists it since autumn 2026."""
    return {
        "id": name,
        "name": name,
        "active": True,
        "owned_by": "X",
        "context_window": window,
        "max_completion_tokens": window // 2,
        "input_modalities": takes,
        "output_modalities": gives,
        "supported_features": features,
        "pricing": None,
    }


async def test_the_menu_follows_what_groq_says_of_its_models(
    server: GroqServer, engine: GroqEngine
) -> None:
    server.models = (
        groq("openai/gpt-oss-120b", ["text"], ["text"], ["tools", "reasoning"], 131_072),
        groq("openai/gpt-oss-safeguard-20b", ["text"], ["text"], ["reasoning"], 131_072),
        groq("qwen/qwen3.8-27b", ["text", "image"], ["text"], ["tools"], 131_042),
        groq("allam-2-7b", ["text"], ["text"], ["json_mode"], 4096),
        groq("acme/whisper-of-flux", ["text"], ["text"], None, 8192),
        groq("acme/listener", ["audio"], ["transcription"], None, 448),
        groq("acme/speaker", ["text"], ["speech"], None, 4000),
        groq("acme/painter", ["text"], ["image"], None, 8192),
        groq("acme/tiny", ["text"], ["text"], None, 512),
    )
    models = {model.id: model for model in await engine.models()}
    assert sorted(models) == [
        "acme/whisper-of-flux",
        "allam-2-7b",
        "openai/gpt-oss-120b",
        "qwen/qwen3.8-27b",
    ]
    qwen, allam = models["qwen/qwen3.8-27b"], models["allam-2-7b"]
    assert (qwen.vision, qwen.tools, qwen.reasoning) == (True, True, False)
    assert (allam.vision, allam.tools, allam.context_window) == (False, False, 4096)
    assert models["openai/gpt-oss-120b"].reasoning


@pytest.mark.parametrize(
    ("entry", "able"),
    [
        ({"supported_features": None, "input_modalities": None}, (False, False, False)),
        ({"supported_features": ["tools"]}, (False, True, False)),
        ({"supported_parameters": ["tools", "reasoning", "seed"]}, (False, True, True)),
        ({"architecture": {"input_modalities": ["text", "image"],
                           "output_modalities": ["text"]}}, (True, False, False)),
        ({"capabilities": {"completion_chat": True, "function_calling": True, "vision": True}},
         (True, True, False)),
        ({"type": "vlm", "capabilities": ["tool_use"]}, (True, True, False)),
        ({"capabilities": ["completion", "tools", "thinking"]}, (False, True, True)),
        ({"supported_features": "tools"}, (False, False, False)),
    ],
)  # fmt: skip
async def test_what_a_model_can_do_is_taken_from_the_list(
    server: GroqServer,
    engine: GroqEngine,
    entry: dict[str, Any],
    able: tuple[bool, bool, bool],
) -> None:
    server.models = ({"id": "acme/m", **entry},)
    (model,) = await engine.models()
    assert (model.vision, model.tools, model.reasoning) == able


@pytest.mark.parametrize(
    "entry",
    [
        {"capabilities": {"completion_chat": False}},
        {"type": "embeddings"},
        {"architecture": {"input_modalities": ["text"], "output_modalities": ["image"]}},
        {"active": False},
    ],
)
async def test_models_that_do_not_chat_are_left_out(
    server: GroqServer, engine: GroqEngine, entry: dict[str, Any]
) -> None:
    server.models = ({"id": "m", **entry}, {"id": "n"})
    assert [model.id for model in await engine.models()] == ["n"]


async def test_servers_of_this_machine_may_list_their_models_oddly() -> None:
    async with GroqServer() as server:
        server.script_models(Raw(json.dumps([None, {"id": "a"}, "x"]).encode(), "text/plain"))
        (found,) = await find_servers([("X", f"{server.url}/v1")])
        assert found.models == ("a",)


MISSING = [
    Refusal(404, {"detail": "Not Found"}),
    Refusal(405, {"error": "Method Not Allowed"}),
    Refusal(501, {"error": {"message": "not implemented"}}),
    Page(404, "<html><title>404</title></html>"),
    Page(200, "<html><title>Welcome</title></html>"),
    Refusal(200, {"hello": 1}),
]


@pytest.mark.parametrize("reply", MISSING)
async def test_without_a_list_a_named_model_answers(
    server: GroqServer, reply: Refusal | Page
) -> None:
    engine = GroqEngine(api_key=KEY, base_url=f"{server.url}/v1", default_model="m", title="here")
    server.script_models(*[reply] * 9)
    await engine.prepare()
    assert text_of(await collect(engine, question(model="m"))) == "You said: Hi there"
    await engine.aclose()


@pytest.mark.parametrize("reply", MISSING)
async def test_without_a_list_and_a_name_the_user_is_told_to_name_one(
    server: GroqServer, reply: Refusal | Page
) -> None:
    engine = GroqEngine(api_key=KEY, base_url=f"{server.url}/v1", default_model="", title="here")
    server.script_models(*[reply] * 9)
    with pytest.raises(EngineMissingError, match=r"here does not list its models.*--model"):
        await engine.prepare()
    await engine.aclose()


async def test_a_list_that_fails_for_now_is_not_taken_for_missing(server: GroqServer) -> None:
    engine = GroqEngine(api_key=KEY, base_url=f"{server.url}/v1", default_model="")
    server.script_models(*[server_error()] * 9)
    with pytest.raises(Exception, match="failed on its own side"):
        await engine.prepare()
    await engine.aclose()


@pytest.mark.parametrize(
    ("body", "name", "window"),
    [
        ({"models": [{"key": "q", "loaded_instances": [{"config": {"context_length": 2048}}],
                      "max_context_length": 4096}]}, "q", 2048),
        ([{"id": "q", "limits": {"max_input_tokens": 4096}}], "q", 4096),
        ({"data": [{"model_name": "q", "model_info": {"max_input_tokens": 4096}}]}, "q", 4096),
        ({"resources": [{"model_id": "q", "model_limits": {"max_sequence_length": 4096}}]},
         "q", 4096),
        ({"data": [{"id": "q", "metadata": {"context_length": 4096}}]}, "q", 4096),
        ({"models": [{"name": "q", "details": {"context_length": 4096}}]}, "q", 4096),
        ({"endpoints": [{"name": "q"}]}, "q", None),
        ({"model_names": ["q"]}, "q", None),
    ],
)  # fmt: skip
def test_lists_of_other_services_are_read(body: object, name: str, window: int | None) -> None:
    (found,) = listed_models(json.dumps(body).encode()) or ()
    assert (found.id, found.window) == (name, window)


def test_capabilities_that_do_not_speak_of_tools_do_not_deny_them() -> None:
    entries = [
        {"id": "a", "capabilities": {"chat_completion": True, "fine_tune": False}},
        {"id": "b", "capabilities": {"completion_chat": True, "function_calling": False}},
        {"id": "c", "capabilities": {"chat_completion": False}},
        {"id": "d", "supports_chat": False},
    ]
    a, b, c, d = listed_models(json.dumps(entries).encode()) or ()
    assert (a.features, b.features) == (None, frozenset({"completion_chat"}))
    assert [each.is_active for each in (a, b, c, d)] == [True, True, False, False]
