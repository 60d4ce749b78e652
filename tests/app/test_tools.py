"""Tools as a user meets them: cards, stopping, going on, by hand, opening."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnagpt_tui.backend.models import Outcome, Role
from bnagpt_tui.screens.hands import save_file
from tests.app.hands import ACTS, LOOKS, armed, engine, send
from tests.app.session import OpenApp
from tests.fakes import CALLS, DONE, Gate, Hands, call
from tests.waiting import until


async def test_a_call_is_a_card_and_its_sources_are_listed(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine(LOOKS, ["It is fine [1].", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "weather?")
        await session.sees("[1] About rain · example.org")
        shown = session.shown()
        assert "tool · look" in shown
        assert "what: rain" in shown
        assert "▸ output (4 words)" in shown
        assert "1 source" in shown
        await session.press("tab", "k", "space")
        await session.sees("▾ output")


async def test_escape_stops_a_tool_and_enter_goes_on(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine([call("c1", "slow"), CALLS], ["There.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "go")
        await session.sees("half way")
        assert "running" in session.shown()
        await session.press("escape")
        await session.sees("■ not done · tab enter goes on")
        hands.gate.open()
        await session.press("tab", "enter")
        await session.sees("There.")
        assert session.shown().count("tool · slow") == 1
        assert [m.content for m in session.messages] == ["go", "", "all the way", "There."]


async def test_another_conversation_can_be_read_while_a_tool_waits(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine(ACTS, ["Ran it.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "run it")
        await armed(session)
        waiting = session.screen.open_id
        await session.press("ctrl+n")
        assert session.screen.approval_bar is None
        await session.screen.open_conversation(waiting)
        bar = await armed(session)
        assert "act wants to run" in session.shown()
        bar.focus()
        await session.press("y")
        await session.sees("Ran it.")


async def test_closing_while_a_tool_waits_keeps_the_call_for_later(
    open_app: OpenApp,
) -> None:
    hands = Hands()
    async with open_app(engine=engine(ACTS), toolbox=hands.box()) as session:
        await send(session, "run it")
        await armed(session)
        name = session.screen.conversation.name
        repository = session.repository
    scripted = engine(["Ran it.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box(), name=name) as session:
        await session.sees("■ not done")
        await session.press("tab", "enter")
        await session.sees("act wants to run")
        (await armed(session)).focus()
        await session.press("y")
        await session.sees("Ran it.")
        kept = repository.load(session.screen.open_id)[1]
    assert [m.role for m in kept] == [Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT]
    assert kept[2].outcome is Outcome.COMPLETE


async def test_x_runs_a_python_block_by_hand(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine(["```python\n1\n```\n\n```rust\nx\n```\n", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "code?")
        await session.settled()
        await session.press("tab", "x", "b")
        await session.sees("Only Python can be run here")
        await session.press("x", "a")
        await session.settled()
        assert session.messages[-1].tool_calls[0].arguments == '{"code": "1"}'
        assert "no tool “run_python”" in session.messages[-1].content


async def test_web_asks_what_it_searches_for(open_app: OpenApp) -> None:
    scripted = engine(["Answered.", DONE])
    async with open_app(engine=scripted, toolbox=Hands().box()) as session:
        await send(session, "/web rain in Rio")
        await session.sees("Answered.")
        assert [m.role for m in session.messages] == [Role.USER, Role.TOOL, Role.ASSISTANT]
        assert session.messages[0].content == "rain in Rio"
        assert session.messages[1].tool_calls[0].arguments == '{"query": "rain in Rio"}'


async def test_page_without_a_question_only_reads(open_app: OpenApp) -> None:
    scripted = engine()
    async with open_app(engine=scripted, toolbox=Hands().box()) as session:
        await send(session, "/page example.org/a")
        await session.settled()
        assert session.messages[0].tool_calls[0].arguments == '{"address": "https://example.org/a"}'
        assert scripted.requests == []
        await send(session, "/page")
        assert session.screen.prompt.text == "/page "


async def test_ctrl_t_switches_tools_for_this_conversation(open_app: OpenApp) -> None:
    async with open_app(engine=engine(), toolbox=Hands().box()) as session:
        await session.sees("tools on")
        await session.press("ctrl+t")
        await session.sees("tools off")


async def test_a_file_of_a_tool_is_saved_beside_and_never_over_another(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("mine")
    scripted = engine(ACTS, ["Ran it.", DONE])
    async with open_app(engine=scripted, toolbox=Hands().box()) as session:
        await send(session, "run it")
        await armed(session)
        await session.press("y")
        await session.sees("Ran it.")
        await session.press("tab", "k", "o")
        await session.sees("save a.txt here")
        await session.press("enter")
        await session.sees("Saved as")
        assert (tmp_path / "a.txt").read_text() == "mine"
        assert (tmp_path / "a (2).txt").read_text() == "hi"


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("../../etc/passwd", "passwd"),
        (".bashrc", "bashrc"),
        ("a\x1b[2J.txt", "a␛[2J.txt"),
        ("", "file"),
        (f"{'語' * 100}.txt", f"{'語' * 78}.txt"),
        (f"a.{'語' * 100}", f"a.{'語' * 19}"),
    ],
)
def test_a_files_name_leads_nowhere_else(tmp_path: Path, name: str, saved: str) -> None:
    assert save_file(tmp_path, name, b"x") == tmp_path / saved


async def test_escape_at_once_after_enter_loses_no_question(open_app: OpenApp) -> None:
    async with open_app(engine=engine(["Hi.", DONE])) as session:
        session.screen.ask("hello")
        session.screen.action_stop()
        await session.settled()
        await until(lambda: session.screen.open_id not in session.screen.asking)
        assert [m.content for m in session.messages] == ["hello", "Hi."]


async def test_web_during_an_answer_waits_its_turn(open_app: OpenApp) -> None:
    gate = Gate()
    scripted = engine(["One.", gate, DONE], ["Two.", DONE])
    async with open_app(engine=scripted, toolbox=Hands().box()) as session:
        await send(session, "first")
        await session.sees("One.")
        await send(session, "/web rain in Rio")
        await session.sees("queued: /web rain in Rio")
        gate.open()
        await session.sees("Two.")
        assert [m.content for m in session.messages][2] == "rain in Rio"


async def test_web_that_waits_is_handed_back_by_escape(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app(engine=engine(["One.", gate, DONE]), toolbox=Hands().box()) as session:
        await send(session, "first")
        await session.sees("One.")
        await send(session, "/web rain in Rio")
        await session.press("escape")
        await session.settled()
        assert session.screen.prompt.text == "/web rain in Rio"
