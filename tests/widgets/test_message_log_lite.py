"""On a thin line the log draws seldom, and turns pages rather than move all of its rows."""

from __future__ import annotations

from bnagpt_tui.widgets.frame_clock import LITE_FRAMES_A_SECOND
from bnagpt_tui.widgets.message_log import MessageLog

from .host import answer, question, running, settled, talk, text_in_view
from .test_message_log_clock import Loop, clock_on


async def grow(log: MessageLog, message_id: str, lines: range) -> None:
    """Stream numbered lines into a message."""
    for number in lines:
        log.extend(message_id, f"line {number}\n\n")
        await settled(log)


async def test_text_grows_into_free_rows_and_nothing_else_is_drawn_again() -> None:
    message = answer("")
    async with running([question(), message]) as (_, log, _):
        log.lite = True
        log.set_live(message.id)
        await grow(log, message.id, range(3))
        before = text_in_view(log)
        log.dirty.clear()
        await grow(log, message.id, range(3, 4))
        assert text_in_view(log)[:8] == before[:8]
        assert min(log.dirty) >= 8


async def test_a_full_page_is_turned_so_that_its_last_rows_stay_in_view() -> None:
    message = answer("")
    async with running([question(), message], height=12) as (_, log, _):
        log.lite = True
        log.set_live(message.id)
        turns = 0
        for number in range(30):
            before = text_in_view(log)
            await grow(log, message.id, range(number, number + 1))
            view = text_in_view(log)
            assert f"line {number}" in view
            if view[0] != before[0]:
                turns += 1
                assert view[0] in before[-3:] or view[1] in before[-3:]
                assert view[-5:] == [""] * 5
        assert 3 < turns < 10


async def test_the_page_is_whole_again_in_another_width() -> None:
    message = answer("")
    async with running([*talk(3), message], height=12) as (_, log, pilot):
        log.lite = True
        await grow(log, message.id, range(10))
        await pilot.resize_terminal(50, 15)
        await pilot.pause()
        assert "line 9" in text_in_view(log)[-4:]


async def test_a_saved_conversation_opens_with_a_whole_page() -> None:
    async with running(talk(6), height=12) as (_, log, _):
        log.lite = True
        log.show(talk(9), siblings=lambda _: (1, 1))
        assert text_in_view(log)[0]
        assert "answer 8 line 2" in text_in_view(log)[-3:]


async def test_scrolling_up_leaves_no_free_rows_below_the_end() -> None:
    message = answer("")
    async with running([*talk(6), message], height=12) as (_, log, _):
        log.lite = True
        log.set_live(message.id)
        await grow(log, message.id, range(20))
        log.action_scroll_up()
        assert not log.following
        await grow(log, message.id, range(20, 40))
        assert "line 39" not in text_in_view(log)
        log.action_last()
        assert "line 39" in text_in_view(log)


async def test_an_answer_that_is_taken_away_leaves_its_question_in_view() -> None:
    message = answer("")
    async with running([*talk(6), question("the last"), message], height=12) as (_, log, _):
        log.lite = True
        await grow(log, message.id, range(40))
        log.truncate(message.id)
        assert "the last" in text_in_view(log)


async def test_frames_are_few() -> None:
    loop = Loop()
    clock, _ = clock_on(loop)
    async with running() as (_, log, _):
        log.lite = True
        clock.rate = log._clock.rate
    clock.request()
    loop.turn()
    clock.request()
    assert [round(delay, 4) for delay, _ in loop.timers] == [1 / LITE_FRAMES_A_SECOND]


async def test_the_end_of_a_long_answer_fills_the_page_once_it_is_whole() -> None:
    message = answer("")
    async with running([question(), message], height=12) as (_, log, _):
        log.lite = True
        log.set_live(message.id)
        for number in range(30):
            await grow(log, message.id, range(number, number + 1))
            if number > 8 and text_in_view(log)[-5:] == [""] * 5:
                break
        log.set_live(None)
        await settled(log)
        assert text_in_view(log)[-2:] == [f"line {number}", ""]
        assert text_in_view(log)[0] or text_in_view(log)[1]
