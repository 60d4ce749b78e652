"""Streamed text is drawn at the frame clock, and the end is followed until the reader says no."""

from __future__ import annotations

from dataclasses import replace

from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from bnagpt_tui.backend.models import Message, Outcome
from bnagpt_tui.widgets.message_log import MessageLog
from bnagpt_tui.widgets.message_paint import line_number

from .host import answer, question, rows_in_view, running, settled, talk, text_in_view, view_text


async def stream(log: MessageLog, message: Message, *lines: str) -> None:
    """Let an answer grow by some lines."""
    for line in lines:
        log.extend(message.id, line + "\n\n")
    await settled(log)


async def scrolled(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and let the screen settle."""
    await pilot.press(*keys)
    await pilot.pause()


async def test_a_burst_is_drawn_once() -> None:
    message = answer("")
    async with running([question(), message]) as (_, log, pilot):
        before = log.paintings
        for number in range(5_000):
            log.extend(message.id, f"{number} ")
        await settled(log)
        await pilot.pause()
        assert log.paintings - before <= 4
        assert "4999" in view_text(log)


async def test_the_end_stays_in_view() -> None:
    message = answer("")
    async with running([*talk(10), question(), message]) as (_, log, _):
        await stream(log, message, *(f"line {number}" for number in range(40)))
        assert text_in_view(log)[-2] == "line 39"
        assert log.following


async def test_nothing_moves_once_the_reader_has_scrolled_up() -> None:
    message = answer("")
    async with running([*talk(10), question(), message]) as (_, log, pilot):
        await scrolled(pilot, "up")
        before = rows_in_view(log)[:-1]
        await stream(log, message, *(f"line {number}" for number in range(40)))
        assert rows_in_view(log)[:-1] == before
        assert not log.following
        assert rows_in_view(log)[-1].endswith("↓ more below")


async def test_end_follows_again() -> None:
    message = answer("")
    async with running([*talk(10), question(), message]) as (_, log, pilot):
        await scrolled(pilot, "pageup")
        await stream(log, message, "first")
        await scrolled(pilot, "end")
        await stream(log, message, "second")
        assert text_in_view(log)[-2] == "second"
        assert "more below" not in view_text(log)


async def test_scrolling_to_the_very_bottom_follows_again() -> None:
    message = answer("")
    async with running([*talk(10), question(), message]) as (_, log, pilot):
        await scrolled(pilot, "up", "up")
        assert not log.following
        await scrolled(pilot, "down")
        assert not log.following
        await scrolled(pilot, "down")
        assert log.following


async def test_being_at_the_bottom_is_not_following() -> None:
    messages = [question(), answer("")]
    async with running(messages, at=messages[0].id) as (_, log, pilot):
        assert not log.following
        await stream(log, messages[1], *(f"line {number}" for number in range(40)))
        assert text_in_view(log)[0].startswith("you")
        await pilot.press("G")
        assert log.following


async def test_the_whole_answer_takes_the_place_of_what_was_streamed() -> None:
    message = answer("")
    async with running([question(), message]) as (_, log, _):
        log.set_live(message.id)
        await stream(log, message, "```python", "x = '''")
        log.replace(replace(message, content="Another *text*", outcome=Outcome.LENGTH))
        log.set_live(None)
        await settled(log)
        assert text_in_view(log)[4] == "Another text"
        assert text_in_view(log)[5].startswith("… cut short")


async def test_the_answer_is_no_longer_written_once_it_is_whole() -> None:
    message = answer("")
    async with running([question(), message]) as (_, log, _):
        log.set_live(message.id)
        await settled(log)
        assert text_in_view(log)[3].endswith("asking…")
        log.extend(message.id, "whole")
        log.set_live(None)
        await settled(log)
        assert not text_in_view(log)[3].endswith("asking…")
        assert text_in_view(log)[4] == "whole"


async def test_text_that_is_still_to_be_drawn_belongs_to_the_message() -> None:
    message = answer("One")
    async with running([question(), message]) as (_, log, _):
        log.extend(message.id, " two")
        assert log.current is not None
        assert log.current.content == "One two"


async def test_text_for_a_message_that_is_elsewhere_is_dropped() -> None:
    async with running([question()]) as (_, log, _):
        log.extend("nobody", "text")
        log.replace(answer("nobody's"))
        log.truncate("nobody")
        await settled(log)
        assert "nobody" not in view_text(log)


async def test_text_for_a_message_far_away_is_there_when_the_reader_comes() -> None:
    message = answer("")
    messages = [message, *talk(200)]
    async with running(messages) as (_, log, pilot):
        for number in range(5):
            log.extend(message.id, f"part {number}\n")
            await settled(log)
        await scrolled(pilot, "g")
        assert text_in_view(log)[1:6] == [f"part {number}" for number in range(5)]


async def test_a_message_can_be_added_and_taken_away() -> None:
    messages = talk(2)
    async with running(messages) as (_, log, _):
        log.append(question("one more"))
        await settled(log)
        assert text_in_view(log)[-3:] != []
        assert "one more" in view_text(log)
        log.truncate(messages[2].id)
        await settled(log)
        assert "answer 0" in view_text(log)
        assert "answer 1" not in view_text(log)
        assert "one more" not in view_text(log)
        log.append(question("instead"))
        await settled(log)
        assert "instead" in view_text(log)


async def test_idle_asks_for_no_frame() -> None:
    async with running(talk(3)) as (_, log, pilot):
        await pilot.pause()
        before = log.paintings
        await pilot.pause(0.2)
        assert log.paintings == before
        assert log.is_up_to_date


async def test_text_that_is_still_to_be_drawn_goes_with_its_message() -> None:
    message = answer("")
    async with running([question("stays"), message]) as (_, log, _):
        log.extend(message.id, "goes")
        log.truncate(message.id)
        log.append(answer("other"))
        await settled(log)
        assert "goes" not in view_text(log)
        assert "other" in view_text(log)


async def test_a_selection_that_no_pointer_made_may_start_anywhere() -> None:
    async with running(talk(2)) as (_, log, _):
        first = Selection(None, Offset(3, line_number(0, 1)))
        rest = Selection(Offset(7, line_number(3, 3)), None)
        assert log.get_selection(first) == ("you\nque", "\n")
        assert log.get_selection(rest) == ("1 line 2", "\n")
