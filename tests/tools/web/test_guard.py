"""Pages are read only from where they may be read, whatever names and redirects say."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext, ToolResult
from bnagpt_tui.backend.tools.read_page import read_page
from bnagpt_tui.backend.tools.web import WebOptions
from bnagpt_tui.backend.tools.web.fetching import fetch
from bnagpt_tui.backend.tools.web.guard import anywhere, is_public
from tests.tools.web.conftest import Site


async def read(address: str) -> ToolResult:
    tool = read_page(WebOptions())
    return await tool.run(ToolContext("c"), json.dumps({"address": address}))


async def home(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://10.0.0.1/",
        "http://172.16.3.4/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
    ],
)
async def test_this_machine_and_private_networks_are_not_read(address: str) -> None:
    with pytest.raises(ToolError, match=r"not on the open Internet|was not found"):
        await read(address)


async def test_a_redirect_is_judged_as_the_first_address_was(site: Site) -> None:
    own = ipaddress.ip_address("127.0.0.1")
    with pytest.raises(ToolError, match=r"169\.254\.169\.254 is not on the open Internet"):
        await fetch(site.url("/to-metadata"), allowed=lambda each: each == own or is_public(each))
    assert site.hits == 1


async def test_a_name_that_leads_elsewhere_the_second_time_changes_nothing(site: Site) -> None:
    """What was checked is what is connected to: the name is looked up once."""
    port = site.base.rpartition(":")[2]
    answers = [["127.0.0.1"], ["192.0.2.1"]]

    async def rebinding(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    fetched = await fetch(
        f"http://rebound.example:{port}/json", allowed=anywhere, look_up=rebinding
    )
    assert fetched.body == b'{"a": 1}'
    assert len(answers) == 1
    assert site.requests[0].headers["Host"] == f"rebound.example:{port}"


async def test_one_private_number_among_public_ones_is_enough_to_refuse() -> None:
    async def mixed(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(ToolError, match="not on the open Internet"):
        await fetch("https://mixed.example/", look_up=mixed)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("file:///etc/passwd", "begins with https"),
        ("ftp://x/", "begins with https"),
        ("x", "begins with https"),
        ("http:///", "begins with https"),
        ("http://u:p@x/", "with a name and password"),
        ("http://u@x/", "with a name and password"),
        ("http://a:b:c/", "not an address"),
        ("http://[x/", "not an address"),
        ("http://a\0b/", "not an address"),
        ("http://a..b.invalid/", "not an address|not found"),
        (f"http://{'a' * 70}.invalid/", "not an address|not found"),
    ],
)
async def test_what_is_no_page_is_not_asked_for(address: str, sentence: str) -> None:
    with pytest.raises(ToolError, match=sentence):
        await read(address)


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("::ffff:8.8.8.8", True),
        ("2002:7f00:1::", False),
        ("2002:0808:0808::", True),
        ("64:ff9b:1::1", False),
        ("::127.0.0.1", False),
        ("192.0.0.8", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("ff02::1", False),
        ("fec0::1", False),
    ],
)
def test_numbers_are_told_apart(number: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(number)) is public


@dataclass
class SafeSite:
    """A site that speaks TLS, as `safe.example`."""

    base: str = ""
    certificate: str = ""
    names: list[str | None] = field(default_factory=list)


def make_certificate(certificate: Path, key: Path) -> None:
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-days", "2", "-subj", "/CN=safe.example"]
    words += ["-addext", "subjectAltName=DNS:safe.example"]
    words += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
async def safe_site(tmp_path: Path) -> AsyncIterator[SafeSite]:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    await asyncio.to_thread(make_certificate, certificate, key)
    safe = SafeSite(certificate=str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, name, _context: safe.names.append(name)

    async def serve(request: web.Request) -> web.Response:
        return web.Response(text=f"for {request.headers['Host']}")

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    safe.base = f"safe.example:{runner.addresses[0][1]}"
    yield safe
    await runner.cleanup()


async def test_a_certificate_is_one_of_the_name_though_the_number_is_connected_to(
    safe_site: SafeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", safe_site.certificate)
    fetched = await fetch(f"https://{safe_site.base}/", allowed=anywhere, look_up=home)
    assert fetched.body == f"for {safe_site.base}".encode()
    assert safe_site.names == ["safe.example"]


async def test_the_certificate_of_another_name_is_not_accepted(
    safe_site: SafeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", safe_site.certificate)
    address = f"https://other.example:{safe_site.base.rpartition(':')[2]}/"
    with pytest.raises(ToolError, match=r"other\.example: its certificate was not accepted"):
        await fetch(address, allowed=anywhere, look_up=home)


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(safe_site: SafeSite) -> None:
    with pytest.raises(ToolError, match="its certificate was not accepted"):
        await fetch(f"https://{safe_site.base}/", allowed=anywhere, look_up=home)


async def test_a_site_without_tls_is_told_apart(site: Site) -> None:
    with pytest.raises(ToolError, match="does not speak TLS"):
        await fetch(site.url("/article").replace("http:", "https:"), allowed=anywhere)
