"""Proxies of the environment: before whom they stand, and that they are called what they are."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.proxies import proxy_for, shown
from bnagpt_tui.backend.errors import UnreachableError

from .asking import collect, question

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("root", "no_proxy", "is_proxied"),
    [
        ("https://api.groq.com", "", True),
        ("https://api.groq.com", "groq.com", False),
        ("https://api.groq.com", ".groq.com", False),
        ("https://api.groq.com", "*.groq.com", False),
        ("https://api.groq.com", "API.GROQ.COM", False),
        ("https://api.groq.com", "roq.com", True),
        ("https://api.groq.com", "*", False),
        ("https://api.groq.com:8443", "api.groq.com:8443", False),
        ("https://api.groq.com", "api.groq.com:8443", True),
        ("https://api.groq.com", "api.groq.com:443", False),
        ("https://api.groq.com", "fd00::/8,10.0.0.0/8", True),
        ("http://[fd00::5]:8000", "fd00::/8", False),
        ("http://[fd00::5]:8000", "localhost, 127.0.0.1, [fd00::]/8", False),
        ("http://[fd00::5]:8000", "fe80::/10", True),
        ("http://[fd00::5]:8000", "fd00::5", False),
        ("http://[fd00::5]:8000", "[fd00::5]", False),
        ("http://[fd00::5]:8000", "[fd00::5]:8000", False),
        ("http://[fd00::5]:8000", "[fd00::5]:9", True),
        ("http://[fd00::5]:8000", "fd00:0:0::0005", False),
        ("http://10.1.2.3:8000", "10.0.0.0/8", False),
        ("http://10.1.2.3:8000", "10.1.2.3/33 ,::/200,nonsense/x", True),
        ("http://10.1.2.3", "10.1.2.3", False),
        ("http://10.1.2.3", "0.1.2.3", True),
        ("http://10.1.2.3", "2.3", True),
    ],
)
def test_no_proxy_is_read_as_it_is_written(root: str, no_proxy: str, is_proxied: bool) -> None:
    found = proxy_for(root, {"http": PROXY, "https": PROXY, "no": no_proxy})
    assert found == (PROXY if is_proxied else "")


def test_a_proxy_is_found_by_its_scheme() -> None:
    known = {"http": "one:1", "all": "socks5://two:2"}
    assert proxy_for("http://x", known) == "http://one:1"
    assert proxy_for("https://x", known) == "socks5://two:2"
    assert proxy_for("https://x", {}) == ""


@pytest.mark.parametrize(
    ("proxy", "sentence"),
    [("http://me:secret@proxy:3128", "proxy:3128"), ("http://[::1]:1", "[::1]:1"), ("x:y:z", "")],
)
def test_a_proxy_is_named_without_its_password(proxy: str, sentence: str) -> None:
    assert sentence in shown(proxy)
    assert "secret" not in shown(proxy)


async def failure(base_url: str) -> str:
    engine = GroqEngine(api_key="gsk_x", base_url=base_url, stall_seconds=5)
    with pytest.raises(UnreachableError) as caught:
        await collect(engine, question())
    await engine.aclose()
    return str(caught.value)


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[int]:
    """The port of a proxy that says the same to everybody."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_networks_in_ipv6_do_not_keep_groq_from_being_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost,fd00::/8,10.0.0.0/8,[::1]")
    engine = GroqEngine(api_key="gsk_x")
    await engine.prepare()
    await engine.aclose()


@pytest.mark.parametrize("base_url", ["https://llm.example/v1", "http://llm.example/v1"])
async def test_a_proxy_that_does_not_run_is_called_the_proxy(
    monkeypatch: pytest.MonkeyPatch, base_url: str
) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        monkeypatch.setenv("ALL_PROXY", f"http://me:secret@127.0.0.1:{port}")
        sentence = await failure(base_url)
    assert f"The proxy 127.0.0.1:{port} refused the connection" in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    ("base_url", "reply"),
    [
        ("https://llm.example/v1", b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
        (
            "https://llm.example/v1",
            b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        ),
        ("https://llm.example/v1", b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"),
        ("http://llm.example/v1", b"HTTP/1.1 407 Authenticate\r\ncontent-length: 0\r\n\r\n"),
        (
            "http://llm.example/v1",
            b"HTTP/1.1 403 Forbidden\r\nServer: squid/6.1\r\ncontent-length: 0\r\n\r\n",
        ),
        (
            "http://llm.example/v1",
            b"HTTP/1.1 503 Service Unavailable\r\nVia: 1.1 corp\r\ncontent-length: 0\r\n\r\n",
        ),
    ],
)
async def test_a_proxy_that_refuses_is_called_the_proxy(
    monkeypatch: pytest.MonkeyPatch, base_url: str, reply: bytes
) -> None:
    async with saying(reply) as port:
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{port}")
        sentence = await failure(base_url)
    assert f"The proxy 127.0.0.1:{port} " in sentence
    assert "llm.example" in sentence
