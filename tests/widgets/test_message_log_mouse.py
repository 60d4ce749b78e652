"""What the pointer does: select text, open links, move the cursor, follow the end."""

from __future__ import annotations

from textual.pilot import Pilot

from bnagpt_tui.widgets.message_log import MessageLog

from .host import LogHost, answer, question, rows_in_view, running, talk, text_in_view, view_text

WORDS = "some words that are many enough to go on in the next row of a narrow log"


async def drag(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Select from one place of the log to another."""
    await pilot.mouse_down(MessageLog, offset=start)
    await pilot.hover(MessageLog, offset=end)
    await pilot.mouse_up(MessageLog, offset=end)
    await pilot.pause()


def selected(app: LogHost) -> str | None:
    """The text that is selected."""
    return app.screen.get_selected_text()


async def test_a_click_moves_the_cursor() -> None:
    messages = talk(2)
    async with running(messages) as (_, log, pilot):
        await pilot.click(MessageLog, offset=(5, 1))
        assert log.current is messages[0]
        assert rows_in_view(log)[0].startswith("▌")


async def test_a_click_beside_all_messages_changes_nothing() -> None:
    messages = talk(1)
    async with running(messages) as (_, log, pilot):
        await pilot.click(MessageLog, offset=(5, 20))
        assert log.current is messages[1]


async def test_a_click_on_a_link_opens_it() -> None:
    async with running([answer("See [this](https://example.org/a).")]) as (app, log, pilot):
        await pilot.click(MessageLog, offset=(7, 1))
        assert app.requests == [MessageLog.LinkOpened(log, "https://example.org/a")]


async def test_a_click_on_the_marker_follows_the_end() -> None:
    async with running(talk(30)) as (_, log, pilot):
        await pilot.press("pageup")
        assert "more below" in view_text(log)
        await pilot.click(MessageLog, offset=(log.size.width - 6, log.size.height - 1))
        assert log.following
        assert "more below" not in view_text(log)


async def test_what_is_dragged_over_is_selected() -> None:
    async with running([question("first line\nsecond line")]) as (app, _, pilot):
        await drag(pilot, (2, 1), (6, 1))
        assert selected(app) == "first"


async def test_a_row_that_was_wrapped_is_copied_as_one_line() -> None:
    async with running([question(WORDS)], width=30) as (app, _, pilot):
        await drag(pilot, (2, 1), (20, 3))
        assert selected(app) == WORDS[: len(selected(app) or "")]
        assert " words that are many enough to go " in (selected(app) or "")


async def test_the_frame_of_code_is_not_copied() -> None:
    text = "```python\nx = 1\ny = 2\n```"
    async with running([answer(text)]) as (app, _, pilot):
        await drag(pilot, (0, 1), (50, 4))
        assert (selected(app) or "").strip() == "x = 1\ny = 2"


async def test_a_selection_goes_over_messages() -> None:
    async with running([question("one"), answer("two *three*")]) as (app, _, pilot):
        await drag(pilot, (2, 1), (10, 4))
        assert selected(app) == "one\n\nbnaGPT\ntwo three"


async def test_a_selection_starts_where_the_pointer_went_down_even_backwards() -> None:
    async with running([question("漢字 and more")]) as (app, _, pilot):
        await drag(pilot, (10, 1), (4, 1))
        assert selected(app) == "字 and "


async def test_what_is_selected_is_marked() -> None:
    async with running([question("some text")]) as (app, log, pilot):
        await drag(pilot, (2, 1), (5, 1))
        colour = app.screen.get_component_rich_style("screen--selection").bgcolor
        marked = [
            part.text
            for part in log.render_lines(log.size.region)[1]
            if part.style is not None and part.style.bgcolor == colour
        ]
        assert marked == ["some"]


async def test_y_copies_the_selection() -> None:
    async with running([question("some text")]) as (app, log, pilot):
        await drag(pilot, (2, 1), (5, 1))
        await pilot.press("y")
        assert app.requests == [MessageLog.CopyRequested(log, "some", "selection")]


async def test_nothing_moves_under_a_selection() -> None:
    message = answer("start")
    async with running([*talk(10), message]) as (_, log, pilot):
        await drag(pilot, (2, 1), (9, 1))
        before = rows_in_view(log)[:-1]
        log.extend(message.id, "\n\nmore" * 30)
        await pilot.pause(0.1)
        assert not log.following
        assert rows_in_view(log)[:-2] == before[:-1]


async def test_everything_can_be_selected() -> None:
    async with running(talk(300)) as (app, log, pilot):
        log.text_select_all()
        await pilot.pause()
        text = selected(app) or ""
        assert text.startswith("you")
        assert text.endswith("answer 299 line 2")
        assert text.count("answer 150 line 1") == 1


async def test_the_text_selected_stays_selected_when_the_view_scrolls() -> None:
    async with running(talk(30)) as (app, log, pilot):
        await drag(pilot, (2, 4), (9, 4))
        text = selected(app)
        await pilot.press("pageup", "pageup")
        assert selected(app) == text
        assert text_in_view(log)
