"""Huge messages hold nothing up: only what is near the view is drawn."""

from __future__ import annotations

import asyncio
import gc
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from bnagpt_tui.backend.models import Message, Outcome, Role, Source, ToolCall
from bnagpt_tui.widgets import markdown
from bnagpt_tui.widgets.message_log import MessageLog
from tests.waiting import until

from .host import answer, question, running, settled, text_in_view, view_text

PARAGRAPH = "Some words in a *paragraph* that is of some `length` and more.\n\n"
HELD = 1.0
"""Seconds of the processor: far more than anything takes, far less than a message as a whole."""


@pytest.fixture(autouse=True, scope="module")
def _prepared() -> None:
    """The imports are no part of what is measured."""
    markdown.prepare()


@contextmanager
def nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See to it that no single step of the event loop takes long."""
    longest = [0.0]
    run = events.Handle._run
    gc.collect()
    gc.freeze()  # what other tests left behind is not this one's to look through

    def timed(handle: events.Handle) -> None:
        begin = thread_time()
        run(handle)
        longest[0] = max(longest[0], thread_time() - begin)

    with monkeypatch.context() as patch:
        patch.setattr(events.Handle, "_run", timed)
        yield
    gc.unfreeze()
    assert longest[0] < HELD


async def looked_through(log: MessageLog) -> None:
    """Wait until the log knows how long its messages are."""
    await until(lambda: not log.is_looking)


def numbered(count: int) -> str:
    """Numbered paragraphs."""
    return "".join(f"Paragraph {number}. {PARAGRAPH}" for number in range(count))


@pytest.mark.parametrize(
    "message",
    [
        answer(numbered(70_000)),
        answer("# head\n" * 700_000),
        answer("- [ ] task\n" * 450_000),
        answer("- a\n" + "  - b\n" * 800_000),
        answer("word " * 1_000_000),
        answer("```py\n" + "x = 1\n" * 800_000),
        answer("", reasoning=numbered(70_000)),
        question(numbered(200_000)),
        Message(Role.TOOL, "line\n" * 1_000_000, tool_calls=(ToolCall("1", "t", "{}"),)),
        answer("See.", sources=tuple(Source(n, "t", f"https://a.b/{n}") for n in range(20_000))),
        answer("", tool_calls=tuple(ToolCall(str(n), "t", "{}") for n in range(20_000))),
    ],
    ids=lambda message: f"{message.role}-{message.content[:8]!r}",
)
async def test_a_huge_message_holds_nothing_up(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(width=100, height=30) as (_, log, pilot):
        with nothing_is_held(monkeypatch):
            log.show([question(), message], siblings=lambda _: (1, 1))
            await looked_through(log)
            for key in ("g", "space", "pagedown", "j", "G", "pageup", "y"):
                await pilot.press(key)
            await pilot.resize_terminal(80, 24)
            await looked_through(log)
            await settled(log)


async def test_the_end_and_the_beginning_of_a_huge_message_are_shown() -> None:
    async with running(width=100, height=30) as (_, log, pilot):
        log.show([question(), answer(numbered(70_000) + "The end.")], siblings=lambda _: (1, 1))
        await looked_through(log)
        assert text_in_view(log)[-2:] == ["The end.", ""]
        await pilot.press("g")
        assert "Paragraph 0." in view_text(log)
        await pilot.press("G")
        assert text_in_view(log)[-2:] == ["The end.", ""]
        await pilot.press("pageup", "pageup")
        assert "Paragraph 699" in view_text(log)


async def test_what_is_read_stays_in_view_in_another_width() -> None:
    async with running([answer(numbered(3_000))], width=100, height=30) as (_, log, pilot):
        for _ in range(20):
            await pilot.press("pageup")
        shown = next(row for row in text_in_view(log) if row)
        await pilot.resize_terminal(70, 30)
        await pilot.pause()
        assert any(row and shown.startswith(row) for row in text_in_view(log)[:4])


async def test_a_huge_answer_that_streams_in_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    message = answer("")
    async with running([question(), message], width=100, height=30) as (_, log, _):
        log.set_live(message.id)
        with nothing_is_held(monkeypatch):
            for number in range(200):
                log.extend(message.id, f"# Heading {number}\n" + "- [ ] task\n" * 200)
                await asyncio.sleep(0)
            log.extend(message.id, "\n\nThe end.")
            await settled(log)
            await until(lambda: text_in_view(log)[-2:] == ["The end.", ""])


async def test_a_selection_through_a_huge_message_is_copied_without_drawing_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = numbered(40_000)
    async with running([question("Q"), answer(source), question("Z")]) as (_, log, _):
        await looked_through(log)
        with nothing_is_held(monkeypatch):
            copied = log.get_selection(Selection(None, None))
        assert copied is not None
        for number in (0, 20_000, 39_999):
            assert f"Paragraph {number}. Some words" in copied[0]
        assert copied[0].split()[-1] == "Z"


async def test_a_selection_stays_where_it_is_when_heights_turn_out_to_be_others() -> None:
    async with running([answer(numbered(5_000))], width=100, height=30) as (_, log, pilot):
        for _ in range(3):
            await pilot.press("pageup")
        index, row = log.place_at(5) or (0, 0)
        line = log._views.view(index).line(row)
        text = log._views.view(index).row(row).text
        await pilot.press("g")
        start, end = Offset(0, line), Offset(200, line)
        assert log.get_selection(Selection(start, end)) == (text, "\n")


async def test_code_of_a_huge_answer_that_is_in_view_is_copied() -> None:
    code = "```python\nprint({})\n```\n\n" + PARAGRAPH * 3
    source = "".join(code.format(number) for number in range(10_000))
    async with running([answer(source)], width=100, height=30) as (app, log, pilot):
        await looked_through(log)
        await pilot.press("c", "a")
        assert isinstance(app.requests[-1], MessageLog.CopyRequested)
        assert app.requests[-1].text.startswith("print(99")


async def test_why_an_answer_was_cut_short_is_told() -> None:
    message = answer("text", outcome=Outcome.LENGTH, problem="it has grown too long.")
    async with running([message]) as (_, log, _):
        assert "… cut short: it has grown too long." in view_text(log)


async def test_a_thousand_tools_are_shown_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [ToolCall(str(number), "web", "{}") for number in range(1_000)]
    results = [Message(Role.TOOL, tool_calls=(call,)) for call in calls]
    async with running([question()]) as (_, log, _):
        running_tools: dict[str, str] = {}
        with nothing_is_held(monkeypatch):
            for result in results:
                log.append(result)
                running_tools[result.id] = "running…"
                log.set_running(running_tools)
                await asyncio.sleep(0)
        assert text_in_view(log)[-2].startswith("tool · web")
