"""The keys act on the current message, and only where they make sense."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from bnagpt_tui.backend.models import Message, Outcome, Role
from bnagpt_tui.widgets.message_log import MessageLog

from .host import (
    alone,
    answer,
    question,
    rows_in_view,
    running,
    settled,
    talk,
    text_in_view,
    view_text,
)

CODES = "Two:\n\n```\nfirst\n```\n\nand\n\n```python\nsecond = 2\n```\n"


def barred(log: MessageLog) -> list[str]:
    """The rows that the cursor's bar stands beside."""
    return [row[2:] for row in rows_in_view(log) if row.startswith("▌")]


async def test_the_bar_stands_beside_the_last_message_first() -> None:
    async with running(talk(1)) as (_, log, _):
        assert barred(log) == ["bnaGPT", *(f"answer 0 line {line}" for line in range(3))]


async def test_without_the_focus_there_is_no_bar() -> None:
    async with running(talk(1)) as (app, log, pilot):
        app.query_one(Input).focus()
        await pilot.pause()
        assert barred(log) == []


async def test_j_and_k_move_message_by_message() -> None:
    messages = talk(40)
    async with running(messages) as (_, log, pilot):
        await pilot.press(*"kkk")
        assert log.current is messages[-4]
        assert not log.following
        await pilot.press("j")
        assert log.current is messages[-3]
        await pilot.press(*"jjjj")
        assert log.current is messages[-1]
        assert log.following


async def test_the_current_message_comes_into_view() -> None:
    messages = talk(40)
    async with running(messages) as (_, log, pilot):
        await pilot.press(*"k" * 30)
        assert log.current is messages[49]
        assert barred(log)[-1] == "answer 24 line 2"


async def test_g_goes_to_the_first_and_shift_g_to_the_last() -> None:
    messages = talk(40)
    async with running(messages) as (_, log, pilot):
        await pilot.press("g")
        assert log.current is messages[0]
        assert text_in_view(log)[0].startswith("you")
        await pilot.press("G")
        assert log.current is messages[-1]
        assert log.following


async def test_scrolling_takes_the_cursor_along() -> None:
    messages = talk(40)
    async with running(messages) as (_, log, pilot):
        await pilot.press("pageup", "pageup")
        assert log.current is not messages[-1]
        assert barred(log)
        await pilot.press("end")
        assert log.current is messages[-1]


async def test_a_message_that_goes_takes_the_cursor_to_the_last() -> None:
    messages = talk(3)
    async with running(messages) as (_, log, pilot):
        await pilot.press("k")
        log.truncate(messages[3].id)
        await settled(log)
        assert log.current is messages[2]


async def test_nothing_is_asked_for_when_there_is_nothing() -> None:
    async with running() as (app, log, pilot):
        await pilot.press(*"jkgGycerbv", "left_square_bracket", "space", "end", "home")
        for act in (log.action_next, log.action_copy, log.action_copy_code, log.action_edit):
            act()
        log.action_fold()
        await pilot.pause()
        assert app.requests == []
        assert log.current is None


async def test_y_copies_the_source_of_the_message() -> None:
    message = answer("**bold**")
    async with running([message]) as (app, log, pilot):
        await pilot.press("y")
        assert app.requests == [MessageLog.CopyRequested(log, "**bold**", "message")]
        assert app.requests[0].control is log


async def test_c_copies_the_only_block_of_code() -> None:
    async with running([answer("```\nx = 1\n```")]) as (app, log, pilot):
        await pilot.press("c")
        assert app.requests == [MessageLog.CopyRequested(log, "x = 1", "code")]


async def test_c_offers_letters_for_several_blocks() -> None:
    async with running([answer(CODES)]) as (app, log, pilot):
        await pilot.press("c")
        edges = [row for row in text_in_view(log) if row.startswith("┌")]
        assert [edge[-5:] for edge in edges] == ["─ a ┐", "─ b ┐"]
        assert app.requests == []
        await pilot.press("b")
        assert app.requests == [MessageLog.CopyRequested(log, "second = 2", "code")]
        assert " a ┐" not in view_text(log)


@pytest.mark.parametrize("key", ["escape", "x", "j"])
async def test_another_key_leaves_the_letters(key: str) -> None:
    messages = [question(), answer(CODES)]
    async with running(messages) as (app, log, pilot):
        await pilot.press("c", key)
        assert " a ┐" not in view_text(log)
        assert app.requests == []
        assert log.current is messages[1]


async def test_leaving_the_log_leaves_the_letters() -> None:
    async with running([answer(CODES)]) as (app, log, pilot):
        await pilot.press("c")
        app.query_one(Input).focus()
        await pilot.pause()
        assert " a ┐" not in view_text(log)


@pytest.mark.parametrize(
    ("key", "request_type"),
    [
        ("e", MessageLog.EditRequested),
        ("r", MessageLog.RegenerateRequested),
        ("b", MessageLog.BranchRequested),
        ("v", MessageLog.PaperRequested),
    ],
)
async def test_keys_ask_for_things(key: str, request_type: type) -> None:
    message = question()
    async with running([message]) as (app, log, pilot):
        await pilot.press(key)
        assert app.requests == [request_type(log, message)]


async def test_enter_asks_for_the_rest_of_an_answer_that_was_cut_short() -> None:
    message = answer("So", outcome=Outcome.LENGTH)
    async with running([question(), message]) as (app, log, pilot):
        await pilot.press("enter")
        assert app.requests == [MessageLog.ContinueRequested(log, message)]
        await pilot.press("k", "enter")
        assert len(app.requests) == 1


async def test_brackets_ask_for_siblings() -> None:
    message = answer()
    async with running() as (app, log, pilot):
        log.show([message], siblings=lambda _: (2, 3))
        await pilot.press("left_square_bracket", "right_square_bracket")
        assert app.requests == [
            MessageLog.SiblingRequested(log, message, -1),
            MessageLog.SiblingRequested(log, message, 1),
        ]


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        (answer(), {"sibling", "fold", "copy_code"}),
        (answer("```\nx\n```", reasoning="hm"), {"sibling"}),
        (question(), {"sibling", "fold", "copy_code"}),
        (Message(Role.TOOL, "out"), {"edit", "regenerate", "sibling", "copy_code"}),
    ],
    ids=["answer", "answer with code", "question", "tool"],
)
async def test_only_what_makes_sense_is_offered(message: Message, refused: set[str]) -> None:
    async with running([message]) as (_, log, _):
        actions = ("copy", "copy_code", "edit", "regenerate", "branch", "sibling", "fold", "paper")
        offered = {action for action in actions if log.check_action(action, ())}
        assert offered == set(actions) - refused


async def test_what_is_being_written_is_not_sent_again() -> None:
    message = answer("so far")
    async with running([question(), message]) as (app, log, pilot):
        log.set_live(message.id)
        await pilot.press("r")
        assert app.requests == []
        log.set_live(None)
        await pilot.press("r")
        assert len(app.requests) == 1


async def test_space_unfolds_and_folds_reasoning() -> None:
    message = answer("So.", reasoning="first\nthen")
    async with running([message]) as (_, log, pilot):
        await pilot.press("space")
        await settled(log)
        assert text_in_view(log)[1:6] == ["▾ reasoning (2 words)", "  first", "  then", "", "So."]
        await pilot.press("space")
        await settled(log)
        assert text_in_view(log)[1:3] == ["▸ reasoning (2 words)", "So."]


async def test_space_unfolds_tool_output() -> None:
    async with running([Message(Role.TOOL, "line one\nline two")]) as (_, log, pilot):
        await pilot.press("space")
        await settled(log)
        assert text_in_view(log)[1:4] == ["▾ output (4 words)", "line one", "line two"]


async def test_unfolded_stays_unfolded_when_the_answer_is_whole() -> None:
    message = answer("", reasoning="hm")
    async with running([message]) as (_, log, pilot):
        await pilot.press("space")
        log.replace(replace(message, content="Done"))
        await settled(log)
        assert text_in_view(log)[1:5] == ["▾ reasoning (1 word)", "  hm", "", "Done"]
        log.show([message], siblings=alone)
        assert text_in_view(log)[1] == "▸ reasoning (1 word)"


async def test_every_key_can_be_remapped_and_explains_itself() -> None:
    bindings = [binding for binding in MessageLog.BINDINGS if not isinstance(binding, tuple)]
    assert all(binding.id and binding.tooltip for binding in bindings)
    assert len({binding.id for binding in bindings}) == len(bindings) == 16
