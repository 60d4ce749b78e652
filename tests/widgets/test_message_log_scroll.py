"""Scrolling through thousands of messages, of which only those in view are ever rendered."""

from __future__ import annotations

import random

import pytest
from textual import events
from textual.geometry import Region

from bnagpt_tui.backend.models import Message
from bnagpt_tui.widgets.message_log import MessageLog

from .host import alone, answer, question, running, settled, talk, text_in_view, view_text
from .test_message_log_path import IndexedShelf


def uneven(count: int) -> list[Message]:
    """Messages of very different heights, numbered throughout."""
    chance = random.Random(7)
    messages = []
    for number in range(count):
        lines = [f"m{number} row {row}" for row in range(chance.choice((1, 2, 3, 8, 40)))]
        messages.append(question("\n".join(lines)))
    return messages


def first_text(log: MessageLog) -> str:
    """The first row in view that is a message's text."""
    return next(row for row in text_in_view(log) if row.startswith("m"))


async def test_opening_reads_a_few_messages_of_many() -> None:
    shelf = IndexedShelf(talk(5_000))
    async with running(shelf) as (_, log, _):
        assert "answer 4999 line 2" in view_text(log)
        assert len(set(shelf.read)) < 60


async def test_opening_in_the_middle_shows_the_message_at_the_top() -> None:
    shelf = IndexedShelf(talk(5_000))
    async with running(shelf, at=shelf.messages[4_001].id) as (_, log, _):
        assert text_in_view(log)[1] == "answer 2000 line 0"
        assert log.current is shelf.messages[4_001]
        assert len(set(shelf.read)) < 60
        assert not log.following


async def test_opening_at_a_message_near_the_end_shows_the_end_too() -> None:
    messages = talk(30)
    async with running(messages, at=messages[-1].id) as (_, log, _):
        assert "answer 29 line 2" in view_text(log)


async def test_opening_at_a_message_that_is_gone_shows_the_end() -> None:
    async with running(talk(30), at="nobody") as (_, log, _):
        assert log.following
        assert "answer 29 line 2" in view_text(log)


async def test_opening_before_the_first_layout_works() -> None:
    async with running() as (_, log, pilot):
        fresh = MessageLog()
        messages = talk(30)
        fresh.show(messages, siblings=alone, at=messages[10].id)
        await pilot.app.mount(fresh, before=log)
        await pilot.pause()
        assert text_in_view(fresh)[1] == "question 5"


@pytest.mark.parametrize("start", [0, 100, 199])
async def test_rows_come_one_by_one_in_both_directions(start: int) -> None:
    messages = uneven(200)
    async with running(messages, at=messages[start].id) as (_, log, _):
        for scroll, step in ((log.action_scroll_down, 1), (log.action_scroll_up, -1)):
            for _ in range(40):
                before = text_in_view(log)[:-1]
                scroll()
                after = text_in_view(log)[:-1]
                assert after == before or (
                    after[:-1] == before[1:] if step > 0 else after[1:] == before[:-1]
                )


async def test_pages_up_and_down_come_back_to_the_same_place() -> None:
    messages = uneven(200)
    async with running(messages, at=messages[100].id) as (_, log, pilot):
        before = text_in_view(log)
        await pilot.press(*["pageup"] * 5, *["pagedown"] * 5)
        assert text_in_view(log) == before


async def test_home_and_end_reach_both_ends() -> None:
    async with running(uneven(200)) as (_, log, pilot):
        await pilot.press("home")
        assert text_in_view(log)[1] == "m0 row 0"
        assert log.scroll_y == 0
        await pilot.press("end")
        assert any(row.startswith("m199") for row in text_in_view(log))
        assert log.scroll_y == log.max_scroll_y


async def test_the_wheel_scrolls() -> None:
    async with running(uneven(50)) as (_, log, pilot):
        await pilot.press("home")
        log.post_message(
            events.MouseScrollDown(log, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False)
        )
        await pilot.pause()
        assert log.scroll_y > 0


async def test_dragging_the_scrollbar_goes_there_in_proportion() -> None:
    async with running(talk(2_000)) as (_, log, pilot):
        log.scroll_to(y=log.virtual_size.height // 2)
        await pilot.pause()
        number = int(first_answer(log).split()[1])
        assert 900 < number < 1_100
        assert not log.following


def first_answer(log: MessageLog) -> str:
    """The first row of an answer that is in view."""
    return next(row for row in text_in_view(log) if row.startswith("answer"))


async def test_the_position_says_where_in_the_whole_the_reader_is() -> None:
    messages = talk(100)
    async with running(messages, at=messages[100].id) as (_, log, _):
        assert 0.3 < log.scroll_y / log.virtual_size.height < 0.7


async def test_a_narrower_window_keeps_the_text_at_the_top() -> None:
    words = " ".join(f"word{number}" for number in range(600))
    messages = [*talk(20), answer(words), *talk(20)]
    async with running(messages, at=messages[40].id) as (_, log, pilot):
        await pilot.press(*["down"] * 12)
        first = text_in_view(log)[0].split()[0]
        await pilot.resize_terminal(33, 26)
        await pilot.pause()
        assert first in text_in_view(log)[0]
        await pilot.resize_terminal(90, 26)
        await pilot.pause()
        assert first in text_in_view(log)[0]


async def test_a_resize_while_following_shows_the_end() -> None:
    async with running(uneven(50)) as (_, log, pilot):
        for width, height in ((30, 12), (100, 40), (20, 6)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert log.following
            assert any(row.startswith("m49") for row in text_in_view(log))


async def test_a_taller_window_is_no_scrolling() -> None:
    async with running(uneven(50)) as (_, log, pilot):
        await pilot.press("up", "up", "up")
        await pilot.resize_terminal(60, 40)
        await pilot.pause()
        assert not log.following


async def test_a_tiny_window_shows_what_it_can() -> None:
    async with running(uneven(5), width=4, height=1) as (_, log, pilot):
        await pilot.press("up", "down", "g", "G")
        assert len(text_in_view(log)) == 1


async def test_memory_stays_flat_while_thousands_are_scrolled_through() -> None:
    async with running(talk(2_000)) as (_, log, pilot):
        for _ in range(40):
            log.scroll_to(y=max(0, log.scroll_y - 300))
        await pilot.pause()
        assert log.rendered_messages < 60


async def test_another_theme_gives_other_colours_at_the_same_place() -> None:
    messages = uneven(40)
    async with running(messages, at=messages[20].id) as (app, log, pilot):
        before = text_in_view(log)
        colour = log.render_lines(log.size.region)[0]._segments[1].style
        app.theme = "bnagpt-light"
        await pilot.pause()
        await settled(log)
        assert text_in_view(log) == before
        assert log.render_lines(log.size.region)[0]._segments[1].style != colour


async def test_dragging_the_scrollbar_to_its_end_follows() -> None:
    async with running(uneven(400)) as (_, log, pilot):
        await pilot.press("home")
        log.scroll_to(y=log.max_scroll_y)
        assert log.following
        assert any(row.startswith("m399") for row in text_in_view(log))


async def test_the_end_is_reached_row_by_row_without_a_jump() -> None:
    tall = question("\n".join(f"tall {row}" for row in range(120)))
    messages = [*talk(60), tall]
    async with running(messages, at=messages[100].id) as (_, log, _):
        for _ in range(400):
            before = text_in_view(log)[:-1]
            log.action_scroll_down()
            after = text_in_view(log)[:-1]
            assert after == before or after[:-1] == before[1:]
        assert log.following
        assert "tall 119" in view_text(log)


async def test_a_resize_while_only_the_queue_is_in_view_is_no_trouble() -> None:
    async with running([question()], height=2) as (_, log, pilot):
        log.queued = ("one", "two", "three", "four")
        await pilot.pause()
        assert text_in_view(log) == ["queued: four", ""]
        await pilot.resize_terminal(50, 5)
        await pilot.pause()
        assert text_in_view(log) == ["queued: four", ""]


async def test_part_of_the_rows_can_be_drawn() -> None:
    async with running([question("a question")]) as (_, log, _):
        strips = log.render_lines(Region(2, 1, 5, 2))
        assert [strip.text for strip in strips] == ["a que", "     "]


async def test_giants_are_not_kept_in_numbers() -> None:
    giants = [question("row\n" * 3_000) for _ in range(30)]
    async with running(giants, width=30) as (_, log, _):
        for _ in range(20):
            log.action_previous()
        assert log.rendered_messages <= 8


async def test_a_new_path_forgets_what_was_selected_in_the_old() -> None:
    messages = talk(3)
    async with running(messages) as (app, log, pilot):
        log.text_select_all()
        await pilot.pause()
        log.truncate(messages[4].id)
        await pilot.pause()
        assert app.screen.get_selected_text() is None
