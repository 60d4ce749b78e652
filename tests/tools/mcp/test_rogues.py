"""Servers that do what they must not, each of which ends in a sentence."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext
from bnagpt_tui.backend.tools.mcp import ServerOptions
from tests.waiting import until

from .conftest import Start, named, rogue, use


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers may take less time to start."""
    from bnagpt_tui.backend.tools.mcp import connection  # noqa: PLC0415  # loads mcp

    monkeypatch.setattr(connection, "START_SECONDS", 1.0)


@pytest.mark.usefixtures("hurry")
async def test_one_that_never_answers_and_one_that_babbles_are_left_out_and_others_work(
    start: Start,
) -> None:
    servers = start(
        rogue("silent"),
        ServerOptions("c", sys.executable, rogue("chatter").arguments),
        ServerOptions("good", sys.executable, rogue("").arguments),
        ServerOptions("gone", "/no/such/program"),
        ServerOptions("plain", str(Path(__file__))),
    )
    assert [tool.name for tool in await servers.tools()] == ["good__act"]
    reports = sorted(servers.drain_reports())
    assert len(reports) == 4
    assert reports[0] == "The MCP server “c” did not start: what it writes is not MCP."
    assert reports[1].endswith("there is no such program as “/no/such/program”.")
    assert "“plain” did not start: “" in reports[2]
    assert reports[3] == "The MCP server “r” did not start: it did not answer within 1 seconds."
    assert servers.drain_reports() == []


async def test_the_last_words_of_one_that_ends_at_once_are_told_without_secrets(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    servers = start(rogue("broken", environment={"TOKEN": "geheim-1234"}))
    assert await servers.tools() == ()
    [report] = servers.drain_reports()
    assert report.startswith("The MCP server “r” did not start: it ended with code 4. It said last")
    assert report.endswith("the token …␛[2J is wrong")
    assert len(report) < 2200
    assert capfd.readouterr() == ("", "")


async def test_of_ten_thousand_tools_a_hundred_are_used(start: Start) -> None:
    servers = start(rogue("many"))
    assert len(await servers.tools()) == 100
    assert servers.drain_reports() == [
        "The MCP server “r” lists more than 100 tools; the first 100 are used."
    ]


async def test_a_list_without_an_end_is_read_to_its_bound(start: Start) -> None:
    tools = await start(rogue("pages")).tools()
    assert [tool.name for tool in tools[:3]] == ["r__act", "r__act_2", "r__act_3"]
    assert len(tools) == 100


async def test_odd_tools_are_made_fit_or_left_out(start: Start) -> None:
    servers = start(rogue("odd"))
    tools = await servers.tools()
    names = [tool.name for tool in tools]
    long = "r__" + "x" * 61
    assert names == ["r____2J_rm_-rf_", long, long[:-2] + "_2", "r__claims", "r__busy"]
    assert "\x1b" not in tools[0].spec.description
    assert len(tools[0].spec.description) <= 1000
    assert tools[1].spec.parameters == {"type": "object", "properties": {}}
    assert [tool.acts for tool in tools] == [True, True, True, True, False]
    [report] = servers.drain_reports()
    assert report == (
        "The MCP server “r” lists tools whose parameters no model can be told: “text”, “large”, "
        "“without a name”, “without a name”. They are left out."
    )
    began = time.monotonic()
    assert (await use(tools[4])).content == '{"a":"' + "a" * 40 + '!"}'
    assert time.monotonic() - began < 5


async def test_a_large_result_is_cut(start: Start) -> None:
    result = await use(await named(start(rogue("large")), "r__act"))
    assert len(result.content) < 1_000_100
    assert result.content.endswith("[The rest was not taken.]")


async def test_a_message_without_an_end_ends_the_server_and_not_the_memory(start: Start) -> None:
    servers = start(rogue("endless"))
    act = await named(servers, "r__act")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ToolError, match="ended during the call"):
        await use(act)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    assert servers.drain_reports() == [
        "The MCP server “r” ended and was started again: it sent a message of more than 8 MB."
    ]


async def test_an_answer_without_a_shape_and_a_refusal_are_told(start: Start) -> None:
    shapeless, refusing = (
        start(rogue("shapeless")),
        start(rogue("refuse", environment={"TOKEN": "geheim-1234"})),
    )
    with pytest.raises(ToolError, match="answered in a way that is not MCP"):
        await use(await named(shapeless, "r__act"))
    with pytest.raises(ToolError) as refusal:
        await use(await named(refusing, "r__act"))
    assert str(refusal.value) == "The MCP server “r” did not do it, and said: no␛[2J …"


async def test_one_that_asks_without_reading_fills_no_memory_and_the_call_can_be_stopped(
    start: Start,
) -> None:
    act = await named(start(rogue("pings")), "r__act")
    before = len(asyncio.all_tasks())
    call = asyncio.create_task(use(act))
    await asyncio.sleep(1)
    assert len(asyncio.all_tasks()) - before < 400
    call.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert time.monotonic() - began < 0.5


async def test_one_that_writes_much_to_its_standard_error_goes_on(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    result = await use(await named(start(rogue("stderr")), "r__act"))
    assert result.content == "(The tool gave back nothing.)"
    assert capfd.readouterr() == ("", "")


async def test_progress_is_shown_up_to_a_bound(start: Start) -> None:
    said: list[str] = []
    act = await named(start(rogue("progress")), "r__act")
    assert (await use(act, "{}", ToolContext("c", report=said.append))).content == "done"
    assert 0 < len(said) <= 500


async def test_one_that_refuses_to_end_is_ended_with_its_children(start: Start) -> None:
    servers = start(rogue("stubborn"))
    child = int((await use(await named(servers, "r__act"))).content)
    os.kill(child, 0)
    began = time.monotonic()
    await servers.aclose()
    assert time.monotonic() - began < 5
    await until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    """Whether a process is there, and no mere entry that nobody has taken away."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_one_that_ends_after_each_start_is_started_twice_in_all(start: Start) -> None:
    servers = start(rogue("fleeting"))
    await servers.tools()
    reports: list[str] = []

    def both() -> bool:
        reports.extend(servers.drain_reports())
        return len(reports) == 2

    await until(both)
    assert reports == [
        "The MCP server “r” ended and was started again.",
        "The MCP server “r” ended again; its tools are gone until the next start.",
    ]
    assert await servers.tools() == ()


async def test_one_that_knows_the_newer_greeting_alone_is_greeted_so(start: Start) -> None:
    assert [tool.name for tool in await start(rogue("newer")).tools()] == ["r__act"]


@pytest.mark.usefixtures("hurry")
async def test_a_start_that_is_given_up_leaves_nothing_running(start: Start) -> None:
    servers = start(rogue("silent"))
    asking = asyncio.create_task(servers.tools())
    await asyncio.sleep(0.2)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    began = time.monotonic()
    await servers.aclose()
    assert time.monotonic() - began < 3
    assert servers.drain_reports() == []
