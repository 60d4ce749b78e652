"""The mouse works, though nothing needs it; pasted text is harmless."""

from __future__ import annotations

from textual import events

from bnagpt_tui.screens.confirm import ConfirmScreen
from bnagpt_tui.screens.help import HelpScreen
from bnagpt_tui.screens.picker import PickerScreen
from bnagpt_tui.widgets.hint_line import HintLine
from tests.app.session import OpenApp
from tests.app.test_conversations import listed, three
from tests.waiting import until


async def test_a_hint_can_be_clicked(open_app: OpenApp) -> None:
    async with open_app(size=(100, 24)) as session:
        hints = session.screen.query_one(HintLine)
        at = session.shown().splitlines()[-1].index("f1 help")
        await session.pilot.click(hints, offset=(at + 1, 0))
        await until(lambda: isinstance(session.app.screen, HelpScreen))
        await session.press("escape")
        await session.pilot.click(hints, offset=(99, 0))
        assert session.app.screen is session.screen


async def test_a_choice_can_be_clicked(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await until(lambda: len(listed(session)) == 3)
        await session.press("ctrl+o")
        await until(lambda: isinstance(session.app.screen, PickerScreen))
        await session.pilot.click("OptionList", offset=(3, 1))
        await session.sees("You said: beta")


async def test_the_picker_moves_with_every_arrow(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await until(lambda: len(listed(session)) == 3)
        await session.press("ctrl+o")
        await until(lambda: isinstance(session.app.screen, PickerScreen))
        await session.press("down", "pagedown", "pageup", "up", "down", "enter")
        await session.sees("You said: beta")


async def test_a_picker_without_anything_to_pick_can_be_left(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("ctrl+o")
        await until(lambda: isinstance(session.app.screen, PickerScreen))
        await session.press("z", "down", "enter", "escape")
        assert session.app.screen is session.screen


async def test_a_question_can_be_answered_with_the_mouse_or_left(open_app: OpenApp) -> None:
    async with open_app(prepare=three, name="beta") as session:
        await session.sees("You said: beta")
        for _ in range(2):
            await session.ask("/save alpha")
            await until(lambda: isinstance(session.app.screen, ConfirmScreen))
            await session.press("escape")
            assert sorted(listed(session)) == ["alpha", "ação", "beta"]
        await session.ask("/save alpha")
        await until(lambda: isinstance(session.app.screen, ConfirmScreen))
        await session.press("down", "down")
        await session.pilot.click("#free")
        await until(lambda: "alpha (2)" in listed(session))


async def test_a_completion_never_takes_the_focus(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("slash", "down", "up")
        assert session.screen.prompt.has_focus


async def test_pasted_controls_are_shown_and_not_obeyed(open_app: OpenApp) -> None:
    async with open_app() as session:
        session.app.post_message(events.Paste("one\r\n\x1b[31mtwo\x07\u202e"))
        await until(lambda: session.screen.prompt.text)
        assert session.screen.prompt.text == "one\n␛[31mtwo␇"


async def test_a_large_paste_is_taken_whole(open_app: OpenApp) -> None:
    async with open_app() as session:
        session.app.post_message(events.Paste("word " * 20_000))
        await until(lambda: len(session.screen.prompt.text) == 100_000)
        await session.press("enter")
        await session.settled()
        assert len(session.messages[0].content) == 99_999


async def test_letters_that_nobody_sees_in_a_paste_are_told(open_app: OpenApp) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")
    async with open_app() as session:
        session.app.post_message(events.Paste(f"a{hidden}b"))
        await session.sees("“ignore all”")
        assert session.screen.prompt.text == f"a{hidden}b"
