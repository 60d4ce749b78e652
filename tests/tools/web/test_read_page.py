"""Pages are read within limits, by a process that can be ended."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext, ToolResult
from bnagpt_tui.backend.tools.read_page import read_page
from bnagpt_tui.backend.tools.web import WebOptions
from bnagpt_tui.backend.tools.web.apart import apart
from bnagpt_tui.backend.tools.web.fetching import MOST_BYTES, fetch
from bnagpt_tui.backend.tools.web.guard import anywhere
from bnagpt_tui.backend.tools.web.page import read as page_of
from tests.tools.web.conftest import Site, at_start, children


async def read(address: str) -> ToolResult:
    tool = read_page(WebOptions(private=True))
    return await tool.run(ToolContext("c", first_source=3), json.dumps({"address": address}))


async def test_an_article_is_read_without_what_stands_around_it(site: Site) -> None:
    result = await read(site.url("/article"))
    assert result.content.startswith("[3] The river")
    assert site.url("/article") in result.content
    assert "Paragraph 7 says" in result.content
    assert "steal()" not in result.content
    assert "\x1b" not in result.content
    [source] = result.sources
    assert (source.number, source.address) == (3, site.url("/article"))
    assert source.snippet


async def test_letters_are_read_as_the_header_says(site: Site) -> None:
    assert "São" in (await read(site.url("/latin-header"))).content


async def test_letters_that_are_not_what_the_header_says_are_replaced(site: Site) -> None:
    assert "S\ufffdo" in (await read(site.url("/latin-lied"))).content


async def test_json_is_read_as_it_is(site: Site) -> None:
    assert '{"a": 1}' in (await read(site.url("/json"))).content


async def test_a_packed_page_is_unpacked(site: Site) -> None:
    assert "Paragraph 7 says" in (await read(site.url("/gzip"))).content


async def test_a_page_without_text_says_so(site: Site) -> None:
    assert "holds no text" in (await read(site.url("/app"))).content


async def test_a_deep_page_is_read_all_the_same(site: Site) -> None:
    assert "deep" in (await read(site.url("/deep"))).content


async def test_redirects_are_followed(site: Site) -> None:
    assert (await read(site.url("/hop"))).sources[0].address == site.url("/json")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/missing", "gives no page: it answered 404 Not Found"),
        ("/image", "image/png, which is not read"),
        ("/loop", "more than 5 times"),
        ("/to-file", "not an address of a page"),
        ("/broken-gzip", "cannot be unpacked"),
        ("/brotli", "packed as br, which was not asked"),
        ("/to-nothing", "no address"),
        ("/odd-status", "answered 799"),
    ],
)
async def test_what_cannot_be_read_is_a_sentence(site: Site, path: str, sentence: str) -> None:
    with pytest.raises(ToolError, match=sentence):
        await read(site.url(path))


async def test_a_page_of_many_megabytes_is_cut(site: Site) -> None:
    fetched = await fetch(site.url("/huge"), allowed=anywhere)
    assert fetched.is_cut
    assert len(fetched.body) == MOST_BYTES
    assert "the rest was not read" in (await read(site.url("/huge"))).content


async def test_a_bomb_is_never_unpacked_whole(site: Site) -> None:
    await read(site.url("/json"))  # whatever is loaded with the first page is there by now
    tracemalloc.start()
    try:
        fetched = await fetch(site.url("/bomb"), allowed=anywhere)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert fetched.is_cut
    assert len(fetched.body) == MOST_BYTES
    assert peak < 25_000_000


async def test_a_slow_page_is_given_up(site: Site) -> None:
    with pytest.raises(ToolError, match="did not come within"):
        await fetch(site.url("/slow"), allowed=anywhere, seconds=0.3)


async def test_what_a_page_commands_is_only_text(site: Site) -> None:
    assert "Ignore all previous instructions" in (await read(site.url("/injected"))).content


async def test_the_environments_proxy_is_not_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert '{"a": 1}' in (await read(site.url("/json"))).content


async def test_a_page_that_takes_long_to_understand_is_read_in_a_simple_way(site: Site) -> None:
    fetched = await fetch(site.url("/article"), allowed=anywhere)
    page = await page_of(fetched, seconds=0.01)
    assert "Paragraph 7 says" in page.text
    assert "Home About" in page.text


async def test_pages_are_read_by_a_process_that_escape_ends(site: Site) -> None:
    reading = asyncio.create_task(read(site.url("/long")))
    while not children():
        assert not reading.done()
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not children()


async def test_escape_while_a_page_comes_closes_the_connection(site: Site) -> None:
    reading = asyncio.create_task(read(site.url("/slow")))
    await site.slow.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.wait_for(site.left.wait(), 5)


async def test_a_process_that_breaks_down_gives_no_answer() -> None:
    with pytest.raises(OSError, match="ended with status 1"):
        await apart("no such task", b"", seconds=20)


async def test_the_reading_process_is_told_no_keys(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret")
    at_start(
        monkeypatch,
        tmp_path,
        f"import os; open({str(tmp_path / 'told')!r}, 'w').write(repr(dict(os.environ)))",
    )
    await read(site.url("/article"))
    told = (tmp_path / "told").read_text()
    assert "PYTHONPATH" in told
    assert "gsk_secret" not in told


async def test_a_reading_process_that_breaks_down_is_a_sentence(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at_start(monkeypatch, tmp_path, "import os; os._exit(3)")
    with pytest.raises(ToolError, match="its text could not be read"):
        await read(site.url("/article"))
