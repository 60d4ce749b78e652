"""What is said of keys under a message holds from where the focus is."""

from __future__ import annotations

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.events import Finished, FinishReason
from bnagpt_tui.backend.models import Message, Role
from tests.app.hands import ACTS, armed, engine, send
from tests.app.session import OpenApp
from tests.backend.hands import kept
from tests.fakes import DONE, Hands, ScriptedEngine, Step
from tests.waiting import until

CUT = Finished(FinishReason.LENGTH, "test-model", prompt_tokens=10, completion_tokens=5)
SCRIPT: list[list[Step]] = [["The first", CUT], [" and the rest.", DONE]]
SIZE = (140, 40)
"""Wide enough for all that is said under an answer to stand in one row."""


async def test_the_keys_are_told_from_the_prompt_the_messages_and_the_list(
    open_app: OpenApp,
) -> None:
    async with open_app(SCRIPT, size=SIZE) as session:
        await session.ask("go")
        await session.sees(" · tab enter goes on · tab r sends again")
        await session.press("tab")
        await session.sees(" · enter goes on · r sends again")
        assert "tab enter" not in session.shown()
        await session.press("tab")
        await session.sees(" · shift+tab enter goes on · shift+tab r sends again")
        await session.press("shift+tab", "enter")
        await session.sees("The first and the rest.")
        await session.settled()
        assert "goes on" not in session.shown()


async def test_remapped_keys_are_told_as_the_user_has_them(open_app: OpenApp) -> None:
    keys = {"chat.next": "f9,tab", "log.continue": "f10", "log.regenerate": "f12"}
    async with open_app(SCRIPT, size=SIZE, keys=keys) as session:
        await session.ask("go")
        await session.sees(" · f9 f10 goes on · f9 f12 sends again")
        await session.press("f9")
        await session.sees(" · f10 goes on · f12 sends again")
        await session.press("f10")
        await session.sees("The first and the rest.")


async def test_only_the_message_that_the_keys_act_on_tells_them(open_app: OpenApp) -> None:
    async with open_app([["The first", CUT], ["Whole.", DONE]], size=SIZE) as session:
        await session.ask("go")
        await session.ask("and then?")
        assert "goes on" not in session.shown()
        assert "cut short" in session.shown()
        await session.press("tab", "k", "k")
        await session.sees(" · enter goes on · r sends again")
        await session.press("escape")
        await session.sees(" · tab enter goes on · tab r sends again")
        await session.press("tab", "G")
        await until(lambda: "goes on" not in session.shown())


async def test_a_question_that_lost_its_answer_tells_the_key_that_asks_again(
    open_app: OpenApp,
) -> None:
    async def prepare(chat: ChatService) -> None:
        await kept(chat, Message(Role.USER, "go"))

    async with open_app(prepare=prepare) as session:
        await session.press("shift+tab", "enter")
        await session.sees("no answer was kept · tab r asks again")
        await session.press("tab")
        await session.sees("no answer was kept · r asks again")


async def test_a_tool_that_asks_lies_on_the_way(open_app: OpenApp) -> None:
    scripted = ScriptedEngine([["Half", CUT], *engine(ACTS, ["Done.", DONE]).scripts], tools=True)
    async with open_app(engine=scripted, toolbox=Hands().box()) as session:
        await session.ask("go")
        await send(session, "run it")
        await armed(session)
        log = session.screen.log_view
        await until(lambda: log.keys.go_on == "tab enter")
        await session.press("shift+tab")
        assert session.screen.prompt.has_focus
        await until(lambda: log.keys.go_on == "tab tab enter")
        await session.press("tab", "tab")
        assert log.has_focus
        await until(lambda: log.keys.go_on == "enter")
        await session.press("shift+tab", "n")
        await session.settled()
