"""The prompt: lines, earlier prompts, commands, help, models, the palette."""

from __future__ import annotations

import pytest
from textual import events

from bnagpt_tui.backend.errors import UnreachableError
from bnagpt_tui.screens.help import HelpScreen
from bnagpt_tui.screens.picker import PickerScreen
from tests.app.session import OpenApp
from tests.fakes import ScriptedEngine
from tests.waiting import until


async def test_ctrl_j_begins_a_new_line_and_enter_sends_both(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.type("one")
        await session.press("ctrl+j")
        await session.type("two")
        await session.press("enter")
        await session.settled()
        assert session.messages[0].content == "one\ntwo"


async def test_an_empty_prompt_sends_nothing(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("space", "enter")
        assert session.messages == ()
        assert session.engine.requests == []


async def test_up_brings_earlier_prompts_and_down_the_draft(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("first")
        await session.ask("second")
        prompt = session.screen.prompt
        await session.type("draft")
        await session.press("up")
        assert prompt.text == "second"
        await session.press("up")
        assert prompt.text == "first"
        await session.press("up")
        assert prompt.text == "first"
        await session.press("down", "down")
        assert prompt.text == "draft"
        await session.press("down")
        assert prompt.text == "draft"


async def test_up_inside_a_text_of_several_lines_moves_a_line_up(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("earlier")
        session.screen.prompt.put("one\ntwo")
        await session.press("up")
        assert session.screen.prompt.text == "one\ntwo"
        await session.press("up")
        assert session.screen.prompt.text == "earlier"
        await session.press("down")
        assert session.screen.prompt.text == "one\ntwo"


async def test_a_slash_offers_commands_and_tab_takes_one(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("slash")
        await session.sees("/model")
        await session.type("mo")
        await session.press("tab")
        assert session.screen.prompt.text == "/model "
        await session.pilot.pause()
        assert "choose the model" not in session.shown()


async def test_arrows_choose_among_commands_and_enter_does_one(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("slash", "up", "up")
        assert session.screen.completions.current is not None
        assert session.screen.completions.current.text == "/help"
        await session.press("enter")
        await until(lambda: isinstance(session.app.screen, HelpScreen))
        assert session.screen.prompt.text == ""


async def test_escape_closes_the_offered_commands_first(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("slash", "escape")
        await session.pilot.pause()
        assert "/model" not in session.shown()
        assert session.screen.prompt.text == "/"


async def test_an_unknown_command_is_not_sent_and_not_lost(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("/nonsense here")
        await session.sees("There is no command /nonsense")
        assert session.screen.prompt.text == "/nonsense here"
        assert session.engine.requests == []


@pytest.mark.parametrize(
    ("typed", "sent"), [("//help me", "/help me"), ("/etc/hosts is what?", "/etc/hosts is what?")]
)
async def test_two_slashes_or_a_path_begin_a_question(
    open_app: OpenApp, typed: str, sent: str
) -> None:
    async with open_app() as session:
        await session.ask(typed)
        assert session.messages[0].content == sent


async def test_f1_shows_the_keys_of_the_focused_pane_first(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("hi")
        await session.press("tab", "question_mark")
        await until(lambda: isinstance(session.app.screen, HelpScreen))
        shown = session.shown()
        assert shown.index("In the messages") < shown.index("In the prompt")
        await session.press("j", "k", "escape")
        assert session.app.screen is session.screen


async def test_a_question_mark_in_the_prompt_is_a_question_mark(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.type("why")
        await session.press("question_mark")
        assert session.screen.prompt.text == "why?"


async def test_f2_picks_the_model_of_this_conversation(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("f2")
        await until(lambda: isinstance(session.app.screen, PickerScreen))
        await session.sees("test-model")
        await session.press("enter")
        await session.pilot.pause()
        await session.ask("hi")
        assert session.engine.requests[0].model == "other-model"


async def test_a_model_can_be_named_behind_the_command(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("/model other-model")
        await session.sees("other-model")
        await session.ask("hi")
        assert session.engine.requests[0].model == "other-model"


async def test_a_model_that_there_is_not_is_refused(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("/model othr-model")
        await session.sees("There is no model “othr-model”")
        await session.sees("“other-model”")
        assert session.screen.prompt.text == "/model othr-model"
        session.screen.prompt.put("")
        await session.ask("hi")
        assert session.engine.requests[0].model == "test-model"


async def test_a_server_without_a_list_is_asked_for_any_model(open_app: OpenApp) -> None:
    engine = ScriptedEngine(offered=())
    async with open_app(engine=engine) as session:
        await session.ask("/model that-one")
        await session.ask("hi")
        assert engine.requests[0].model == "that-one"


async def test_a_model_list_that_cannot_be_had_is_a_sentence(open_app: OpenApp) -> None:
    engine = ScriptedEngine(fault=UnreachableError("No connection to Groq."))
    async with open_app(engine=engine) as session:
        await session.press("f2")
        await session.sees("No connection to Groq.")


async def test_the_palette_knows_every_key_and_command(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("ctrl+p")
        await session.sees("New conversation")
        await session.sees("ctrl+n")
        await session.type("save under")
        await session.sees("Save under a name")
        assert "Leave; an answer" not in session.shown()
        await session.press("enter")
        await session.sees("esc back")


async def test_a_command_picked_from_the_palette_is_done_in_the_pane_it_is_for(
    open_app: OpenApp,
) -> None:
    async with open_app() as session:
        await session.ask("hi")
        await session.press("tab", "ctrl+p")
        await session.type("copy the message")
        await session.press("enter")
        await session.sees("Sent")


async def test_that_nothing_fits_is_said_and_cannot_be_picked(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("ctrl+p")
        await session.type("zzzz")
        await session.sees("nothing fits")
        await session.press("down", "enter")
        assert isinstance(session.app.screen, PickerScreen)


async def test_the_palette_does_not_open_over_a_dialog(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("f1", "ctrl+p")
        assert isinstance(session.app.screen, HelpScreen)


async def test_the_theme_can_be_changed(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("/theme")
        await session.sees("bnagpt-light")
        await session.press("down", "enter")
        assert session.app.theme == "bnagpt-light"


async def test_prompts_are_there_at_the_next_start(open_app: OpenApp) -> None:
    async with open_app() as session:
        session.screen.prompt.remember(["from yesterday"])
        await session.press("up")
        assert session.screen.prompt.text == "from yesterday"


async def test_a_command_typed_at_once_is_the_one_that_was_typed(open_app: OpenApp) -> None:
    """What is offered for its beginning is not what its end means."""
    async with open_app() as session:
        await session.press("slash")
        await session.sees("begin a new conversation")
        session.screen.prompt.load_text("/save kept")
        session.app.post_message(events.Key("enter", "\r"))
        await until(lambda: session.screen.conversation.name == "kept")
