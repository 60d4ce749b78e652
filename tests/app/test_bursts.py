"""What is typed fast, early or in the wrong place does nothing that was not meant."""

from __future__ import annotations

import pytest
from textual import events

from bnagpt_tui.widgets.field import Field
from tests.app.hands import ACTS, armed, engine, send
from tests.app.session import OpenApp
from tests.fakes import DONE, Hands
from tests.waiting import until


@pytest.mark.parametrize("opener", ["ctrl+p", "f1", "ctrl+o", "ctrl+s", "ctrl+f", "f2"])
async def test_a_key_behind_the_escape_that_closes_a_dialog_does_not_wait(
    open_app: OpenApp, opener: str
) -> None:
    async with open_app() as session:
        await session.press(opener)
        await until(lambda: len(session.app.screen_stack) == 2)
        session.app.longest_wait = 3600.0  # what waits for its time to be over fails
        await session.burst("", then=["escape", "x"])
        assert session.screen.prompt.text == "x"


async def test_a_key_behind_a_decision_does_not_wait_for_the_bar_that_took_it(
    open_app: OpenApp,
) -> None:
    async with open_app(engine=engine(ACTS, ["Done.", DONE]), toolbox=Hands().box()) as session:
        await send(session, "run it")
        await armed(session)
        session.app.longest_wait = 3600.0
        await session.burst("", then=["n", "ctrl+l", "ctrl+l"])
        await session.settled()


@pytest.mark.parametrize("panes", [1, 2])
async def test_a_text_typed_in_a_burst_is_no_commands(open_app: OpenApp, panes: int) -> None:
    """In the list, d deletes and r renames; in the messages, r asks again and d is no key."""
    async with open_app() as session:
        await session.ask("first")
        await session.press(*["tab"] * panes)
        await session.burst("dry draft")
        assert session.screen.prompt.text == "dry draft"
        assert session.screen.prompt.has_focus
        assert len(session.app.screen_stack) == 1
        assert [item.name for item in session.chat.conversations] == ["first"]
        assert len(session.engine.requests) == 1


async def test_a_burst_joins_the_draft_where_its_cursor_stands(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("first")
        session.screen.prompt.put("a ")
        await session.press("tab")
        await session.burst("draft")
        assert session.screen.prompt.text == "a draft"


async def test_a_burst_in_a_question_answers_nothing(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("/save taken")
        await session.ask("one")
        await session.press("ctrl+n")
        await session.ask("two")
        await session.ask("/save taken")
        await session.sees("taken")
        await until(lambda: len(session.app.screen_stack) == 2)
        await session.burst("replace it")
        assert len(session.app.screen_stack) == 2
        assert session.screen.prompt.text == "replace it"


@pytest.mark.parametrize("text", ["jjj", "gG", "kj"])
async def test_a_burst_that_only_moves_is_commands(open_app: OpenApp, text: str) -> None:
    async with open_app() as session:
        await session.ask("first")
        await session.press("tab")
        await session.burst(text)
        assert session.screen.prompt.text == ""
        assert session.screen.log_view.has_focus


async def test_a_letter_that_is_no_key_there_goes_to_the_prompt(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("first")
        await session.press("tab", "h")
        await session.press("i")
        assert session.screen.prompt.text == "hi"
        await session.press("tab", "tab", "ß")
        assert session.screen.prompt.text == "hiß"


@pytest.mark.parametrize("key", ["c", "x", "o", "space", "left_square_bracket"])
async def test_a_key_of_the_messages_stays_its_own_when_there_is_nothing_to_do(
    open_app: OpenApp, key: str
) -> None:
    """No code to copy or to run, no source to open, nothing to unfold, no other answer."""
    async with open_app() as session:
        await session.ask("first")
        await session.press("tab", key)
        await session.pilot.pause()
        assert session.screen.prompt.text == ""
        assert session.screen.log_view.has_focus


async def test_a_text_pasted_outside_of_text_fields_goes_to_the_prompt(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("first")
        await session.press("tab")
        session.app.post_message(events.Paste("two\nlines"))
        await until(lambda: session.screen.prompt.text == "two\nlines")


async def test_ctrl_l_leaves_the_focus_with_a_draft(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.type("dr")
        await session.press("ctrl+l")
        await session.press("ctrl+l")
        await session.type("aft")
        assert session.screen.prompt.text == "draft"


async def test_the_cursor_of_the_list_stands_on_the_open_conversation(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("older")
        await session.press("ctrl+n")
        await session.ask("newer")
        rows = session.screen.pane.rows
        assert rows.current is not None
        assert rows.current.id == session.screen.open_id
        await session.press("tab", "tab", "p")
        await until(lambda: session.screen.conversation.pinned)


async def test_a_list_that_changed_since_it_was_drawn_deletes_nothing(open_app: OpenApp) -> None:
    async with open_app() as session:
        for name in ("one", "two", "three"):
            await session.press("ctrl+n")
            await session.ask(name)
        await session.press("tab", "tab", "down")
        rows = session.screen.pane.rows
        gone = rows.current
        assert gone is not None
        assert gone.name == "two"
        rest = tuple(item for item in rows.shown if item.id != gone.id)
        rows.show(rest, open_id=session.screen.open_id)
        assert rows.current is not None  # another one, which nobody has seen marked
        assert rows.marked is None
        rows.action_delete()
        await session.pilot.pause()
        assert len(session.chat.conversations) == 3


@pytest.mark.parametrize("panes", [0, 1, 2])
async def test_late_word_that_a_pane_was_hidden_takes_no_focus(
    open_app: OpenApp, panes: int
) -> None:
    async with open_app() as session:
        await session.ask("first")
        await session.press(*["tab"] * panes)
        focused = session.app.focused
        assert focused is not None
        focused.post_message(events.Hide())
        await session.pilot.pause()
        await session.pilot.pause()
        assert session.app.focused is focused


async def test_letters_behind_a_field_that_was_closed_and_opened_again_are_in_it(
    open_app: OpenApp,
) -> None:
    async with open_app(engine=engine(ACTS, ["Done.", DONE]), toolbox=Hands().box()) as session:
        await send(session, "run it")
        bar = await armed(session)
        await session.press("w")
        field = bar.query_one(Field)
        field.post_message(events.Hide())  # as a layout does that falls between two quick keys
        await session.type("too slow")
        assert field.value == "too slow"
        await session.press("escape", "n")
        await session.settled()
