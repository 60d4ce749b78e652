"""Base URLs over real connections: what is written leads to the service, wherever it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.address import parse_address
from bnagpt_tui.backend.engines.groq.memory import ServerMemory
from bnagpt_tui.backend.engines.selecting import Kind, SelectingEngine
from bnagpt_tui.backend.errors import ModelGoneError, RequestRefusedError, UnreachableError
from tests.groq_server.picky import PickyServer, error, refusal

from .asking import collect, question, text_of

ANSWER = "You said: Hi there"


async def ask(
    base_url: str, *, model: str = "m", memory: ServerMemory | None = None, key: str = "sk-1"
) -> str:
    """The answer to a question at a base URL."""
    engine = GroqEngine(api_key=key, base_url=base_url, default_model=model, memory=memory)
    try:
        return text_of(await collect(engine, question(model=model)))
    finally:
        await engine.aclose()


@pytest.mark.parametrize(
    ("served", "written"),
    [
        ("/v1", ""),
        ("/v1", "/"),
        ("/v1", "/v1"),
        ("/v1", "/v1/"),
        ("/v1", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions/"),
        ("", ""),
        ("/openai/v1", ""),
        ("/openai/v1", "/openai"),
        ("/openai/v1", "/openai/v1"),
        ("/api/paas/v4", "/api/paas/v4"),
        ("/api/paas/v4", "/api/paas/v4/chat/completions"),
        ("/v1beta/openai", "/v1beta/openai"),
        ("/v1beta/openai", "/v1beta/openai/"),
        ("/inference", "/inference"),
        ("/inference/v1", "/inference"),
        ("/client/v4/accounts/abc/ai/v1", "/client/v4/accounts/abc/ai/v1"),
        ("/api", "/api"),
        ("/api/v1", "/api/v1"),
        ("/custom/v1", "/custom"),
        ("/openai/deployments/gpt", "/openai/deployments/gpt"),
        ("/gw/openai/v1", "/gw/openai/v1"),
        ("/gw/openai/v1", "/gw"),
    ],
)
async def test_what_is_written_leads_to_the_service(served: str, written: str) -> None:
    async with PickyServer(served) as server:
        assert await ask(server.root + written) == ANSWER
        engine = GroqEngine(api_key="", base_url=server.root + written, default_model="")
        await engine.prepare()
        assert engine.default_model == "m"
        await engine.aclose()


async def test_a_missing_scheme_is_put_before_the_address() -> None:
    async with PickyServer("/api/paas/v4") as server:
        assert await ask(f"127.0.0.1:{server.port}/api/paas/v4") == ANSWER


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("localhost:1234", "http://localhost:1234/v1"),
        ("https://api.z.ai/api/paas/v4", "https://api.z.ai/api/paas/v4"),
        ("https://api.perplexity.ai", "https://api.perplexity.ai"),
        ("https://models.github.ai/inference", "https://models.github.ai/inference"),
        ("https://api.openai.com", "https://api.openai.com/v1"),
        ("api.deepseek.com", "https://api.deepseek.com/v1"),
        ("192.168.0.7:8000/v1", "http://192.168.0.7:8000/v1"),
        ("https://us.groq.com/openai/v1", "https://us.groq.com/openai/v1"),
    ],
)
def test_the_likeliest_place_is_tried_first(written: str, asked: str) -> None:
    address = parse_address(written)
    assert address.root + address.prefix == asked


async def test_a_query_goes_with_every_request() -> None:
    async with PickyServer("/openai/deployments/gpt") as server:
        base_url = f"{server.root}/openai/deployments/gpt?api-version=2024-10-21"
        assert await ask(base_url) == ANSWER
        assert {asked.query for asked in server.asked} == {"api-version=2024-10-21"}


async def test_what_worked_is_tried_first_the_next_time(tmp_path: Path) -> None:
    memory = ServerMemory(tmp_path / "servers.json")
    async with PickyServer("/v1") as server:
        await ask(server.root, memory=memory)
        before = len(server.asked)
        assert before > 1
        await ask(server.root, memory=ServerMemory(tmp_path / "servers.json"))
        assert [asked.path for asked in server.asked[before:]] == ["/v1/chat/completions"]
    assert (tmp_path / "servers.json").stat().st_mode & 0o077 == 0


async def test_a_place_that_worked_once_and_moved_is_found_again(tmp_path: Path) -> None:
    memory = ServerMemory(tmp_path / "servers.json")
    async with PickyServer("/v1") as server:
        await ask(server.root, memory=memory)
        server.path = ""
        assert await ask(server.root, memory=memory) == ANSWER


@pytest.mark.parametrize("text", ["", "{", "[]", '{"http://x": 5}', '{"http://x": {"learned": 1}}'])
async def test_a_file_of_what_was_learned_may_hold_anything(tmp_path: Path, text: str) -> None:
    path = tmp_path / "servers.json"
    path.write_text(text)
    async with PickyServer("/v1") as server:
        assert await ask(server.root, memory=ServerMemory(path)) == ANSWER


@pytest.mark.parametrize(
    "missing",
    [
        lambda _request: error(404, "Not found"),
        lambda _request: web.Response(status=405),
        lambda _request: web.Response(text="<html>", content_type="text/html"),
        lambda request: refusal(
            200, {"error": f"Unexpected endpoint or method. (POST {request.path})"}
        ),
        lambda _request: refusal(400, {"errors": [], "message": "No route for that URI"}),
        lambda _request: web.Response(status=302, headers={"location": "/login"}),
    ],
)
async def test_the_many_ways_to_say_that_nothing_is_there(missing: object) -> None:
    async with PickyServer("/custom/v1", missing=missing) as server:  # type: ignore[arg-type]
        assert await ask(f"{server.root}/custom") == ANSWER


async def test_a_model_that_is_not_there_is_no_reason_to_look_elsewhere() -> None:
    gone = [lambda _body: error(404, "The model `m` does not exist", code="model_not_found")]
    async with PickyServer("/custom", rules=gone) as server:  # type: ignore[arg-type]
        with pytest.raises(ModelGoneError):
            await ask(f"{server.root}/custom")
        assert {asked.path for asked in server.asked} == {"/custom/chat/completions"}


async def test_a_server_that_has_nothing_anywhere_is_told_so() -> None:
    async with PickyServer("/elsewhere") as server:
        with pytest.raises(RequestRefusedError, match="no chat service"):
            await ask(f"{server.root}/custom")


async def test_chat_works_where_models_are_not_listed() -> None:
    async with PickyServer("/inference", models=None) as server:
        engine = GroqEngine(api_key="k", base_url=f"{server.root}/inference", default_model="m")
        await engine.prepare()
        assert text_of(await collect(engine, question(model="m"))) == ANSWER
        await engine.aclose()


async def test_a_key_is_not_carried_to_another_host() -> None:
    async with PickyServer("/v1") as other:
        for status in (301, 302, 303, 307, 308):

            def elsewhere(_body: object, status: int = status) -> web.Response:
                place = f"{other.root}/v1/chat/completions?key=secret"
                return web.Response(status=status, headers={"location": place})

            async with PickyServer("/v1", rules=[elsewhere]) as server:
                with pytest.raises((UnreachableError, RequestRefusedError)) as caught:
                    await ask(f"{server.root}/v1", key="sk-secret")
                assert "secret" not in str(caught.value)
        assert not other.asked


async def test_a_server_that_is_not_groq_after_all_is_called_by_its_host() -> None:
    async with PickyServer("/v1") as server:
        engine = SelectingEngine(api_key="k", base_url=server.root, model="m")
        assert (engine.title, engine.kind) == ("Groq", Kind.GROQ)
        assert text_of(await collect(engine, question(model="m"))) == ANSWER
        assert (engine.title, engine.kind) == (server.host, Kind.SERVER)
        assert not engine.describe("m").metered
        await engine.aclose()
