"""How the application looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from textual.pilot import Pilot

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.models import Message, Outcome, Role, Source, ToolCall, Usage
from bnagpt_tui.backend.setup import Introduction
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.screens.chat import ChatScreen
from tests.fakes import Gate, Hands, ScriptedEngine
from tests.snapshots.conftest import ANSWER, application, keep_rounds, result
from tests.waiting import until

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]

WIDE, CLASSIC, SMALL = (120, 40), (80, 24), (40, 20)


async def chat_screen(pilot: Pilot[None]) -> ChatScreen:
    await pilot.pause()
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, ChatScreen)
    return screen


def pressing(*keys: str, opened: bool = True) -> Before:
    """Wait for the list and the opened conversation, then press keys."""

    async def before(pilot: Pilot[None]) -> None:
        screen = await chat_screen(pilot)
        await until(lambda: screen.pane.rows.shown)
        if opened:
            await until(lambda: screen.conversation.head and screen.log_view.is_up_to_date)
        await pilot.press(*keys)
        await pilot.pause()
        await until(lambda: screen.log_view.is_up_to_date or not opened)
        await pilot.pause()

    return before


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause()


def test_empty(snap_compare: Compare, repository: Repository) -> None:
    assert snap_compare(application(repository), terminal_size=WIDE, run_before=settled)


def test_first_start_without_a_key(snap_compare: Compare, repository: Repository) -> None:
    class Demo:
        def introduce(self) -> Introduction:
            return Introduction(
                "A small demo model answers on this machine, in English.",
                "Add a Groq key with /key: it is free at console.groq.com/keys.",
            )

    engine = ScriptedEngine(default_model="SmolLM2-135M-Instruct", title="demo model")
    app = application(repository, engine=engine)
    app.chat.setup = Demo()  # type: ignore[assignment]  # all that the first picture asks
    assert snap_compare(app, terminal_size=CLASSIC, run_before=settled)


@pytest.mark.parametrize("size", [WIDE, CLASSIC, SMALL], ids=["120x40", "80x24", "40x20"])
def test_answered_with_table_and_code(
    snap_compare: Compare, kept: Repository, size: tuple[int, int]
) -> None:
    app = application(kept, "Capitais do mundo")
    assert snap_compare(app, terminal_size=size, run_before=pressing())


def test_light_theme(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept, "Capitais do mundo", theme="bnagpt-light")
    assert snap_compare(app, terminal_size=WIDE, run_before=pressing("tab", "space"))


def test_streaming(snap_compare: Compare, repository: Repository) -> None:
    gate = Gate()
    engine = ScriptedEngine([[ANSWER[:190], gate]], default_model="openai/gpt-oss-120b")
    app = application(repository, engine=engine)

    async def before(pilot: Pilot[None]) -> None:
        screen = await chat_screen(pilot)
        screen.prompt.put("Two capitals, please.")
        await pilot.press("enter")
        await gate.reached.wait()
        screen.prompt.put("and a third")
        await pilot.press("enter")
        await until(lambda: screen.log_view.queued and screen.log_view.is_up_to_date)
        await pilot.pause()

    assert snap_compare(app, terminal_size=CLASSIC, run_before=before)


def test_failed(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept, "deploy checklist")
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing("tab"))


def test_interrupted(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept, "release notes")
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing())


def test_list_with_the_focus(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept)
    before = pressing("tab", "down", opened=False)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=before)


def test_list_as_an_overlay(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept, "release notes")
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing("ctrl+l"))


def test_name_dialog(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept, "release notes")
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing("ctrl+s"))


def test_name_that_is_taken(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept, "release notes")

    async def before(pilot: Pilot[None]) -> None:
        await pressing()(pilot)
        screen = await chat_screen(pilot)
        screen.prompt.put("/save deploy checklist")
        await pilot.press("enter")
        await until(lambda: len(pilot.app.screen_stack) == 2)
        await pilot.pause()

    assert snap_compare(app, terminal_size=CLASSIC, run_before=before)


def test_help(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept)
    assert snap_compare(app, terminal_size=WIDE, run_before=pressing("f1", opened=False))


def test_commands(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing("slash", opened=False))


def test_palette(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing("ctrl+p", opened=False))


def test_finding_a_conversation(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept)
    before = pressing("ctrl+o", "r", "e", opened=False)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=before)


def test_model_picker(snap_compare: Compare, kept: Repository) -> None:
    app = application(kept)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing("f2", opened=False))


CODE = """\
import statistics

heights = [1.71, 1.82, 1.68]
mean = statistics.mean(heights)
for height in heights:
    print(f"{height:.2f} {height - mean:+.2f}")
print()
print("mean", round(mean, 3))
"""


def with_tools(repository: Repository, hands: Hands, *rounds: Message | ToolCall) -> BnaGPTApp:
    """The application over a conversation with tools that were called, and one that was not."""
    keep_rounds(repository, "Compute this and show me the file.", *rounds)
    engine = ScriptedEngine(default_model="openai/gpt-oss-120b", tools=True)
    return application(repository, "Tools", engine=engine, toolbox=hands.box())


def going_on(seen: Callable[[ChatScreen], object]) -> Before:
    """Go on with what was broken off, and wait until something is there."""

    async def before(pilot: Pilot[None]) -> None:
        await pressing("tab", "enter")(pilot)
        screen = await chat_screen(pilot)
        screen.prompt.focus()
        await until(lambda: seen(screen))
        await until(lambda: screen.log_view.is_up_to_date)
        await pilot.pause()

    return before


LOOKED = result(
    ToolCall("c1", "look", '{"what":"rain-in-Brasilia"}'),
    "[1] rain-in-Brasilia is fine.",
    sources=(Source(1, "About rain in Brasilia", "https://example.org/rain"),),
)
BROKEN = result(ToolCall("c2", "broken", "{}"), "broken failed: by nought", outcome=Outcome.FAILED)
ACTS = ToolCall("c3", "act", msgspec.json.encode({"code": CODE}).decode())
CITED = Message(
    Role.ASSISTANT,
    "It rains, with a mean of **1.737** [1].",
    model="openai/gpt-oss-120b",
    usage=Usage(120, 84, 1.2),
    sources=LOOKED.sources,
)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "40x20"])
def test_approval(snap_compare: Compare, repository: Repository, size: tuple[int, int]) -> None:
    app = with_tools(repository, Hands(), LOOKED, ACTS)

    async def before(pilot: Pilot[None]) -> None:
        await going_on(lambda screen: screen.approval_bar and screen.approval_bar.armed)(pilot)
        screen = await chat_screen(pilot)
        if screen.approval_bar:
            screen.approval_bar.focus()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)


def test_tool_running(snap_compare: Compare, repository: Repository) -> None:
    app = with_tools(repository, Hands(), ToolCall("c3", "slow", "{}"))
    before = going_on(lambda screen: "half way" in screen.messages()[-1].content)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=before)


def test_tools_done_failed_and_cited(snap_compare: Compare, repository: Repository) -> None:
    app = with_tools(repository, Hands(), LOOKED, BROKEN, CITED)
    assert snap_compare(app, terminal_size=WIDE, run_before=pressing())


def test_tool_unfolded(snap_compare: Compare, repository: Repository) -> None:
    app = with_tools(repository, Hands(), LOOKED, CITED)
    assert snap_compare(app, terminal_size=CLASSIC, run_before=pressing("tab", "k", "space"))
