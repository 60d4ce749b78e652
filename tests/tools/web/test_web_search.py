"""Each search service is asked in its own way and answered in the same."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext, ToolResult
from bnagpt_tui.backend.tools.web import WebOptions
from bnagpt_tui.backend.tools.web.services import Found
from bnagpt_tui.backend.tools.web_search import web_search
from tests.tools.web.conftest import at_start, children

KEY = "tvly-secret-key"


@dataclass
class Service:
    """A search service on loopback: what it was asked, and what it answers."""

    base: str = ""
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)
    posted: list[Any] = field(default_factory=list)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()

    async def serve(request: web.Request) -> web.Response:
        service.requests.append(request)
        if request.method == "POST":
            service.posted.append(await request.json())
        if isinstance(service.body, str):
            return web.Response(text=service.body, status=service.status, content_type="text/html")
        if isinstance(service.body, bytes):
            return web.Response(body=service.body, headers=service.headers)
        return web.json_response(service.body, status=service.status, headers=service.headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    service.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()


async def search(options: WebOptions, query: str = "rain in Rio", **more: object) -> ToolResult:
    tool = web_search(options)
    arguments = json.dumps({"query": query, **more})
    return await tool.run(ToolContext("c", first_source=4), arguments)


SEARXNG = {
    "query": "rain",
    "results": [
        {"title": "Rain", "url": "https://a.example/", "content": "It\x1b[2J rains."},
        {"title": "Rain", "url": "https://a.example/", "content": "twice"},
        {"title": "Bad", "url": "javascript:alert(1)", "content": "x"},
        {"title": "", "url": "https://b.example/", "content": None},
    ],
}


async def test_searxng_is_asked_for_json(service: Service) -> None:
    service.body = SEARXNG
    result = await search(WebOptions("searxng", service.base + "/"))
    request = service.requests[0]
    assert request.path == "/search"
    assert dict(request.query) == {"q": "rain in Rio", "format": "json"}
    assert [(s.number, s.address) for s in result.sources] == [
        (4, "https://a.example/"),
        (5, "https://b.example/"),
    ]
    assert result.content.startswith("[4] Rain\nhttps://a.example/\nIt␛[2J rains.")


async def test_tavily_is_asked_with_its_key_in_the_header(service: Service) -> None:
    service.body = {
        "query": "x",
        "results": [{"title": "T", "url": "https://t.example", "content": "c", "score": 0.9}],
    }
    result = await search(WebOptions("tavily", service.base, KEY), count=3)
    assert service.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert service.posted == [{"query": "rain in Rio", "max_results": 3}]
    assert result.sources[0].snippet == "c"


async def test_braves_marks_are_taken_out(service: Service) -> None:
    service.body = {
        "web": {
            "results": [
                {
                    "title": "Rain &amp; sun",
                    "url": "https://b.example",
                    "description": "It <strong>rains</strong> &lt;here&gt;",
                }
            ]
        }
    }
    result = await search(WebOptions("brave", service.base, KEY))
    request = service.requests[0]
    assert request.path == "/res/v1/web/search"
    assert request.headers["X-Subscription-Token"] == KEY
    assert result.sources[0].title == "Rain & sun"
    assert result.sources[0].snippet == "It rains <here>"


@pytest.mark.parametrize(
    ("name", "status", "body", "sentence"),
    [
        ("searxng", 403, "no", "formats: \\[html, json\\]"),
        ("tavily", 401, {}, "does not let you in"),
        ("brave", 429, {}, "as often as it allows"),
        ("brave", 500, {}, "status 500"),
        ("tavily", 200, "<html>", "no list of pages"),
        ("tavily", 200, [1], "no list of pages"),
    ],
)
async def test_a_refusal_is_a_sentence_without_the_key(
    service: Service, name: str, status: int, body: object, sentence: str
) -> None:
    service.status, service.body = status, body
    with pytest.raises(ToolError, match=sentence) as caught:
        await search(WebOptions(name, service.base, KEY))
    assert KEY not in str(caught.value)


async def test_odd_answers_are_passed_over(service: Service) -> None:
    service.body = {"results": [None, 3, {"url": 7}, {"title": ["x"], "url": "https://ok.example"}]}
    result = await search(WebOptions("searxng", service.base))
    assert [source.address for source in result.sources] == ["https://ok.example"]


async def test_a_service_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(ToolError, match="cannot be reached"):
        await search(WebOptions("searxng", "http://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [(WebOptions("searxng"), "web_search_url"), (WebOptions("tavily"), "web_search_key")],
)
async def test_what_is_not_set_is_named(options: WebOptions, sentence: str) -> None:
    with pytest.raises(ToolError, match=sentence):
        await search(options)


async def test_nothing_found_is_no_failure(service: Service) -> None:
    service.body = {"results": []}
    result = await search(WebOptions("searxng", service.base))
    assert not result.failed
    assert "Nothing was found for “rain in Rio”" in result.content


async def test_another_way_of_searching_can_be_passed_in() -> None:
    async def found(_options: WebOptions, query: str, count: int) -> list[Found]:
        return [Found(query, f"https://x.example/{number}", "") for number in range(count + 5)]

    tool = web_search(WebOptions(), found)
    result = await tool.run(ToolContext("c"), '{"query":"q","count":2}')
    assert len(result.sources) == 2


async def test_a_service_that_sends_elsewhere_is_not_followed(service: Service) -> None:
    service.status, service.headers = 307, {"Location": service.base + "/elsewhere"}
    with pytest.raises(ToolError, match="it is not followed"):
        await search(WebOptions("tavily", service.base, KEY))
    assert len(service.requests) == 1


async def test_an_answer_without_end_is_not_unpacked(service: Service) -> None:
    service.body = gzip.compress(b" " * 50_000_000)
    service.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(ToolError, match="too much"):
        await search(WebOptions("searxng", service.base))


LOOPBACK = """
from ddgs.base import BaseSearchEngine
from ddgs.engines import ENGINES
from ddgs.results import TextResult

class Loopback(BaseSearchEngine[TextResult]):
    name = provider = "loopback"
    category = "text"
    search_method = "GET"
    search_url = "BASE/html"
    items_xpath = "//li"
    elements_xpath = {"title": ".//a//text()", "href": ".//a/@href", "body": ".//p//text()"}

    def build_payload(self, query, *arguments, **more):
        return {"q": query}

ENGINES["text"] = {"loopback": Loopback}
"""
"""Gives the real library, in the process that searches, an engine on loopback."""


async def test_ddgs_searches_without_a_key(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service.body = "<ul><li><a href='https://d.example/'>Duck</a><p>quacks</p></li></ul>"
    at_start(monkeypatch, tmp_path, LOOPBACK.replace("BASE", service.base))
    result = await search(WebOptions())
    assert service.requests[0].query["q"] == "rain in Rio"
    assert result.content == "[4] Duck\nhttps://d.example/\nquacks"


async def test_ddgs_that_finds_nothing_is_no_failure(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service.body = "<ul></ul>"
    at_start(monkeypatch, tmp_path, LOOPBACK.replace("BASE", service.base))
    assert "Nothing was found" in (await search(WebOptions())).content


async def test_ddgs_without_a_network_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDGS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ToolError, match="No search engine answered"):
        await search(WebOptions())


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("RatelimitException", "want a rest"),
        ("TimeoutException", "did not answer in time"),
        ("DDGSException", "No search engine answered"),
    ],
)
async def test_what_ddgs_raises_is_a_sentence(
    error: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = "import ddgs.ddgs; from ddgs.exceptions import *\ndef text(*a, **b): raise ERROR('no')\n"
    code += "ddgs.ddgs.DDGS.text = text"
    at_start(monkeypatch, tmp_path, code.replace("ERROR", error))
    with pytest.raises(ToolError, match=sentence):
        await search(WebOptions())


async def test_without_the_extra_another_service_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at_start(monkeypatch, tmp_path, "import sys; sys.modules['ddgs'] = None")
    with pytest.raises(ToolError, match="needs the extra “web”"):
        await search(WebOptions())


async def test_escape_ends_a_search_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        with suppress(ConnectionError):
            await reader.read()
        left.set()
        writer.close()

    proxy = await asyncio.start_server(keep, "127.0.0.1", 0)
    monkeypatch.setenv("DDGS_PROXY", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    searching = asyncio.create_task(search(WebOptions()))
    await asyncio.wait_for(asked.wait(), 10)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert not children()
    await asyncio.wait_for(left.wait(), 1)
    proxy.close()
