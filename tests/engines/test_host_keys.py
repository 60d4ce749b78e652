"""A key goes to its own host, encrypted, and to nobody else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bnagpt_tui.backend.assemble import build_engine
from bnagpt_tui.backend.engines.selecting import AskingOptions, SelectingEngine
from bnagpt_tui.backend.errors import KeyRefusedError, PlainHttpError
from bnagpt_tui.backend.keys import (
    allow_plain_http,
    exposed_keys,
    find_keys,
    key_file,
    plain_hosts,
    store_key,
    stored_key,
)
from bnagpt_tui.backend.settings import load
from bnagpt_tui.backend.setup import CONFIGURED_CHOICE, GROQ_CHOICE, LOCAL_CHOICE, Setup
from tests.groq_server import GroqServer
from tests.groq_server.picky import PickyServer

from .asking import collect, question

ZAI = "https://api.z.ai/api/paas/v4"


def found(
    tmp_path: Path, base_url: str = "", *, from_file: bool = False, **environment: str
) -> tuple[str, str]:
    """The keys of the service and of Groq."""
    keys = find_keys(environment, tmp_path, base_url, from_file=from_file)
    return keys.service, keys.groq


def test_groqs_stored_key_is_groqs_alone(tmp_path: Path) -> None:
    store_key(tmp_path, "gsk_1")
    assert found(tmp_path) == ("gsk_1", "gsk_1")
    assert found(tmp_path, "https://api.groq.com/openai/v1") == ("gsk_1", "gsk_1")
    for elsewhere in (ZAI, "http://127.0.0.1:9/v1", "http://127.0.0.1:9", "https://groq.com.evil"):
        assert found(tmp_path, elsewhere) == ("", "gsk_1")


def test_each_host_has_a_key_of_its_own(tmp_path: Path) -> None:
    store_key(tmp_path, "zai", "api.z.ai")
    store_key(tmp_path, "here", "[::1]:8080")
    assert found(tmp_path, ZAI) == ("zai", "")
    assert found(tmp_path, "https://API.Z.AI/v1") == ("zai", "")
    assert found(tmp_path, "http://[::1]:8080/v1") == ("here", "")
    assert found(tmp_path, "https://api.z.ai:8443") == ("", "")
    assert found(tmp_path, "https://x.api.z.ai") == ("", "")
    assert found(tmp_path) == ("", "")
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


@pytest.mark.parametrize("host", ["../groq", "a/b", "..", "x\0y", "é", "a" * 300])
def test_a_host_of_any_name_stays_in_the_directory(tmp_path: Path, host: str) -> None:
    assert key_file(tmp_path, host).parent == tmp_path / "keys"
    assert stored_key(tmp_path, host) == ""


def test_a_key_of_the_environment_goes_where_the_environment_says(tmp_path: Path) -> None:
    url = "https://proxy.example"
    assert found(tmp_path, GROQ_API_KEY="gsk_e") == ("gsk_e", "gsk_e")
    assert found(tmp_path, url, GROQ_API_KEY="gsk_e", GROQ_BASE_URL=url) == ("gsk_e", "")
    assert found(tmp_path, ZAI, GROQ_API_KEY="gsk_e", GROQ_BASE_URL=url) == ("", "")
    assert found(tmp_path, ZAI, GROQ_API_KEY="gsk_e") == ("", "gsk_e")
    assert found(tmp_path, ZAI, GROQ_API_KEY="sk-e") == ("sk-e", "sk-e")
    assert found(tmp_path, ZAI, from_file=True, GROQ_API_KEY="sk-e") == ("", "sk-e")
    local = "http://localhost:1/v1"
    assert found(tmp_path, local, GROQ_API_KEY="gsk_e") == ("gsk_e", "gsk_e")
    both = {"GROQ_API_KEY": "gsk_e", "BNAGPT_API_KEY": "own"}
    assert found(tmp_path, ZAI, from_file=True, **both) == ("own", "gsk_e")


def test_keys_that_others_can_read_are_noticed(tmp_path: Path) -> None:
    assert exposed_keys(tmp_path) == ()
    store_key(tmp_path, "gsk")
    path = store_key(tmp_path, "zai", "api.z.ai")
    assert exposed_keys(tmp_path) == ()
    path.chmod(0o640)
    assert exposed_keys(tmp_path) == (path,)


@pytest.mark.parametrize("written", ["/v1", "", "/openai/v1"])
async def test_a_stored_groq_key_does_not_arrive_at_another_server(
    tmp_path: Path, written: str
) -> None:
    async with GroqServer() as server:
        config = tmp_path / "config"
        store_key(config, "gsk_secret")
        environment = {
            "BNAGPT_CONFIG_DIR": str(config),
            "BNAGPT_DATA_DIR": str(tmp_path / "data"),
            "GROQ_BASE_URL": server.url + written,
        }
        engine = build_engine(load({}, environment))
        await engine.prepare()
        await collect(engine, question())
        await engine.models()
        await engine.aclose()
        for request in (*server.requests, *server.lists):
            assert "gsk_secret" not in str(request.headers)


async def test_a_key_that_is_given_to_a_server_is_kept_for_it(tmp_path: Path) -> None:
    async with PickyServer("/api/paas/v4", key="zai") as server:
        base_url = f"{server.root}/api/paas/v4"
        engine = SelectingEngine(base_url=base_url, groq_key="gsk_groq")
        setup = Setup(engine, tmp_path)
        assert setup.key_host == server.host
        with pytest.raises(KeyRefusedError, match="wants a key"):
            await engine.prepare()
        with pytest.raises(KeyRefusedError, match="does not accept"):
            await setup.adopt_key("wrong")
        await setup.adopt_key("zai")
        assert stored_key(tmp_path, server.host) == "zai"
        assert stored_key(tmp_path) == ""
        await engine.aclose()
        environment = {"BNAGPT_CONFIG_DIR": str(tmp_path), "BNAGPT_DATA_DIR": str(tmp_path / "d")}
        again = build_engine(load({"base_url": base_url}, environment))
        await again.prepare()
        assert again.title == server.host
        await again.aclose()


async def test_every_engine_is_listed_and_can_be_gone_back_to(tmp_path: Path) -> None:
    async with PickyServer("/v1", key="own") as server:
        engine = SelectingEngine(
            api_key="own", base_url=f"{server.root}/v1", groq_key="gsk", probe=False
        )
        engine._find = _nobody
        setup = Setup(engine, tmp_path)
        assert [choice.id for choice in await setup.choices()] == [
            *(CONFIGURED_CHOICE, GROQ_CHOICE, LOCAL_CHOICE)
        ]
        await setup.use(CONFIGURED_CHOICE)
        assert setup.introduce().engine == f"{server.host} answers on this machine."
        assert setup.current == CONFIGURED_CHOICE
        await setup.use(LOCAL_CHOICE)
        assert setup.current == LOCAL_CHOICE
        first, *_ = await setup.choices()
        assert first.id == LOCAL_CHOICE
        assert first.detail.endswith("answers now")
        await setup.use(CONFIGURED_CHOICE)
        await collect(engine, question(model="m"))
        assert server.asked[-1].headers["authorization"] == "Bearer own"
        await engine.aclose()


async def _nobody() -> tuple[()]:
    return ()


async def test_groq_needs_a_key_before_it_is_chosen(tmp_path: Path) -> None:
    engine = SelectingEngine(base_url="http://127.0.0.1:9/v1", find=_nobody)
    setup = Setup(engine, tmp_path)
    assert setup.needs_key(GROQ_CHOICE)
    assert not setup.needs_key(LOCAL_CHOICE)
    with pytest.raises(KeyRefusedError):
        await setup.use(GROQ_CHOICE)
    assert setup.current == CONFIGURED_CHOICE


async def test_a_key_is_not_sent_unencrypted_to_another_machine(tmp_path: Path) -> None:
    base_url = "http://192.0.2.7:8000/v1"
    engine = SelectingEngine(api_key="sk-secret", base_url=base_url, stall_seconds=0.2)
    with pytest.raises(PlainHttpError) as caught:
        await engine.prepare()
    assert caught.value.host == "192.0.2.7:8000"
    assert "sk-secret" not in str(caught.value)
    assert 'plain_http = ["192.0.2.7:8000"]' in str(caught.value)
    with pytest.raises(PlainHttpError):
        await collect(engine, question())
    await engine.aclose()


async def test_a_permission_to_send_plainly_is_kept_when_that_is_wished(tmp_path: Path) -> None:
    engine = SelectingEngine(api_key="k", base_url="http://192.0.2.7:8000/v1", model="m")
    setup = Setup(engine, tmp_path)
    await setup.allow_plain_http("192.0.2.7:8000", always=False)
    assert plain_hosts(tmp_path) == frozenset()
    assert engine._current is not None
    assert engine._current.engine._endpoint.key() == "k"  # type: ignore[attr-defined]
    await setup.allow_plain_http("192.0.2.7:8000", always=True)
    allow_plain_http(tmp_path, "other")
    assert plain_hosts(tmp_path) == {"192.0.2.7:8000", "other"}
    await engine.aclose()


@pytest.mark.parametrize(
    ("base_url", "options", "refused"),
    [
        ("http://127.0.0.1:9/v1", AskingOptions(), False),
        ("http://localhost:9/v1", AskingOptions(), False),
        ("http://[::1]:9/v1", AskingOptions(), False),
        ("https://192.0.2.7/v1", AskingOptions(), False),
        ("http://192.0.2.7/v1", AskingOptions(plain_http=frozenset({"192.0.2.7"})), False),
        ("http://192.0.2.7/v1", AskingOptions(plain_http=frozenset({"*"})), False),
        ("http://192.0.2.7/v1", AskingOptions(plain_http=frozenset({"192.0.2.70"})), True),
        ("http://10.0.0.5:8000", AskingOptions(), True),
        ("http://llm.lan/v1", AskingOptions(), True),
        ("http://localhost.example/v1", AskingOptions(), True),
        ("http://api.groq.com", AskingOptions(), True),
    ],
)
def test_where_a_key_may_go_without_encryption(
    base_url: str, options: AskingOptions, refused: bool
) -> None:
    engine = SelectingEngine(api_key="k", base_url=base_url, options=options)
    assert engine._current is not None
    endpoint = engine._current.engine._endpoint  # type: ignore[attr-defined]
    if refused:
        with pytest.raises(PlainHttpError):
            endpoint.key()
    else:
        assert endpoint.key() == "k"


def test_without_a_key_nothing_is_asked_about_encryption() -> None:
    engine = SelectingEngine(base_url="http://192.0.2.7/v1")
    assert engine._current is not None
    assert engine._current.engine._endpoint.key() == "none"  # type: ignore[attr-defined]
