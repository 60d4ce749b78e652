"""Each search service is asked in its own way and answered in the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from aiohttp import web
from ddgs.base import BaseSearchEngine
from ddgs.engines import ENGINES
from ddgs.results import TextResult

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext, ToolResult
from bnagpt_tui.backend.tools.web import WebOptions
from bnagpt_tui.backend.tools.web.services import Found
from bnagpt_tui.backend.tools.web_search import web_search

KEY = "tvly-secret-key"


@dataclass
class Service:
    """A search service on loopback: what it was asked, and what it answers."""

    base: str = ""
    status: int = 200
    body: Any = None
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
        return web.json_response(service.body, status=service.status)

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
        ("tavily", 401, {}, "does not accept the key"),
        ("brave", 429, {}, "as often as the plan allows"),
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


class Loopback(BaseSearchEngine[TextResult]):
    """An engine of the real library whose service is on loopback."""

    name = "loopback"
    category = "text"
    provider = "loopback"
    search_method = "GET"
    items_xpath = "//li"
    elements_xpath: ClassVar[dict[str, str]] = {
        "title": ".//a//text()",
        "href": ".//a/@href",
        "body": ".//p//text()",
    }

    def build_payload(self, query: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        return {"q": query}


async def test_ddgs_searches_without_a_key(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.body = "<ul><li><a href='https://d.example/'>Duck</a><p>quacks</p></li></ul>"
    Loopback.search_url = service.base + "/html"
    monkeypatch.setitem(ENGINES, "text", {"loopback": Loopback})
    result = await search(WebOptions())
    assert service.requests[0].query["q"] == "rain in Rio"
    assert result.content == "[4] Duck\nhttps://d.example/\nquacks"


async def test_ddgs_without_a_network_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDGS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ToolError, match="No search engine answered"):
        await search(WebOptions())
