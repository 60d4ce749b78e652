"""Services that cannot be reached, each for its own reason."""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.breaks import explain_unreachable
from bnagpt_tui.backend.engines.groq.sentences import Service
from bnagpt_tui.backend.errors import UnreachableError
from tests.groq_server import GroqServer

from .asking import KEY, collect, text_of

SERVICE = Service(title="the demo model", host="127.0.0.1:1", secret=KEY, is_groq=False)


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port of loopback on which nobody listens: it is bound, and that is all."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def failure(base_url: str) -> str:
    """The sentence for a question to this address."""
    engine = GroqEngine(api_key=KEY, base_url=base_url)
    with pytest.raises(UnreachableError) as caught:
        await collect(engine)
    with pytest.raises(UnreachableError):
        await engine.models()
    await engine.aclose()
    return str(caught.value)


@asynccontextmanager
async def speaking(words: bytes) -> AsyncIterator[int]:
    """The port of a server that says these words and no others."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_refused_connection_says_that_nobody_answers(free_port: int) -> None:
    sentence = await failure(f"http://127.0.0.1:{free_port}")
    assert sentence == (
        f"Nobody answers at 127.0.0.1:{free_port}: the connection was refused. Check that it runs."
    )


async def test_an_unknown_host_says_that_it_was_not_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    sentence = await failure("http://no-such-host.invalid/v1")
    assert "The address no-such-host.invalid was not found." in sentence


async def test_a_failed_handshake_speaks_of_safety() -> None:
    async with speaking(b"this is not TLS\r\n\r\n") as port:
        assert "No safe connection to" in await failure(f"https://127.0.0.1:{port}")


async def test_another_protocol_counts_as_closed_before_an_answer() -> None:
    async with speaking(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        sentence = await failure(f"http://127.0.0.1:{port}")
    assert sentence == "Groq closed the connection before it answered. Ask again."


async def test_a_malformed_base_url_is_refused_when_it_is_used() -> None:
    assert "is not an address" in await failure("ftp://example")
    engine = GroqEngine(api_key=KEY, base_url="ftp://example")
    assert engine.describe("x").context_window == 8192
    await engine.aclose()


async def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with GroqServer() as server:
        engine = GroqEngine(api_key=KEY, base_url=server.url)
        assert text_of(await collect(engine)) == "You said: Hi there"
        await engine.aclose()


async def test_a_proxy_that_cannot_be_used_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://proxy")
    engine = GroqEngine(api_key=KEY)
    with pytest.raises(UnreachableError, match="settings for proxies"):
        await engine.prepare()


def chained(*errors: BaseException) -> BaseException:
    """The first error, caused by the second, and so on."""
    for error, cause in itertools.pairwise(errors):
        error.__cause__ = cause
    return errors[0]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (chained(RuntimeError(), socket.gaierror()), "was not found"),
        (chained(RuntimeError(), OSError(), ssl.SSLError()), "certificate"),
        (httpx.ProxyError("x"), "The proxy lets nothing through to 127.0.0.1:1."),
        (chained(OSError(), ExceptionGroup("", [ConnectionRefusedError()])), "was refused"),
        (httpx.ReadTimeout("x"), "The demo model did not begin to answer within 2 minutes"),
        (httpx.ConnectTimeout("x"), "No connection to 127.0.0.1:1 in time"),
        (httpx.PoolTimeout("x"), "No connection to 127.0.0.1:1 in time"),
        (chained(RuntimeError(), TimeoutError()), "No connection to 127.0.0.1:1 in time"),
        (httpx.WriteError("x"), "The demo model closed the connection"),
        (OSError("[Errno 101] Network is unreachable"), "No connection to 127.0.0.1:1. Check"),
    ],
)
def test_each_cause_has_its_sentence(error: BaseException, words: str) -> None:
    assert words in str(explain_unreachable(SERVICE, error, 120.0))


def test_a_circle_of_causes_has_an_end() -> None:
    error = RuntimeError()
    error.__context__ = OSError()
    error.__context__.__context__ = error
    assert "No connection" in str(explain_unreachable(SERVICE, error, 1.0))
