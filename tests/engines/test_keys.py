"""Keys as people paste them."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine, check_key, clean_key
from bnagpt_tui.backend.errors import KeyRefusedError
from tests.groq_server import GroqServer

from .asking import KEY, collect


@pytest.mark.parametrize(
    "pasted",
    [KEY, f" {KEY}\n", f"\t{KEY}\r\n", f'"{KEY}"', f"'{KEY}' ", f"“{KEY}”", f"\ufeff{KEY}\u200b"],
)
def test_what_came_along_with_a_key_is_taken_off(pasted: str) -> None:
    assert clean_key(pasted) == KEY


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("", "empty"),
        (' "" \n', "empty"),
        ("gsk_one gsk_two", "white space"),
        ("gsk_one\ngsk_two", "white space"),
        ("gsk_ção", "characters"),
        ("gsk_\x1b[0m", "characters"),
        ("gsk_\x00x", "characters"),
    ],
)
def test_a_key_that_cannot_be_sent_is_refused_by_a_sentence(pasted: str, word: str) -> None:
    with pytest.raises(KeyRefusedError) as caught:
        clean_key(pasted)
    assert word in str(caught.value)
    assert not pasted.strip() or pasted not in str(caught.value)


async def test_a_key_is_checked_with_a_request_for_the_models() -> None:
    async with GroqServer(key=KEY) as server:
        models = await check_key(f" {KEY}\n", base_url=server.url)
        assert "openai/gpt-oss-120b" in [model.id for model in models]
        with pytest.raises(KeyRefusedError) as caught:
            await check_key("gsk_other", base_url=server.url)
    assert "gsk_" not in str(caught.value)
    assert len(server.lists) == 2
    assert not server.requests


async def test_a_key_from_the_environment_is_cleaned_before_it_is_sent() -> None:
    async with GroqServer(key=KEY) as server:
        engine = GroqEngine(api_key=f"{KEY}\n", base_url=server.url)
        await collect(engine)
        await engine.aclose()
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_key_that_cannot_be_sent_is_refused_before_anything_leaves() -> None:
    async with GroqServer() as server:
        engine = GroqEngine(api_key="gsk_ção", base_url=server.url)
        with pytest.raises(KeyRefusedError):
            await engine.prepare()
    assert not server.requests


async def test_groq_itself_is_not_asked_without_a_key() -> None:
    engine = GroqEngine(api_key="")
    with pytest.raises(KeyRefusedError):
        await engine.prepare()


async def test_other_servers_are_asked_without_a_key() -> None:
    async with GroqServer() as server:
        engine = GroqEngine(api_key="", base_url=f"{server.url}/v1")
        await collect(engine)
        await engine.aclose()
    assert server.requests[0].path == "/v1/chat/completions"
