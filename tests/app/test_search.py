"""Search in all conversations: what is typed, what is found, where enter leads."""

from __future__ import annotations

from textual.widgets import Input, OptionList

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.errors import StoreError
from bnagpt_tui.backend.models import SearchResults
from bnagpt_tui.screens.search import SearchScreen
from tests.app.session import OpenApp, Session
from tests.backend.talking import asked
from tests.waiting import until


async def three(chat: ChatService) -> None:
    await chat.start()
    for questions in (("the mutex", "a second one"), ("semáforo [bold]x[/]",), ("release notes",)):
        await asked(chat, *questions)


async def searching(session: Session, *keys: str) -> SearchScreen:
    """Open the search, type, and wait until something is found."""
    await session.press("ctrl+f")
    await until(lambda: isinstance(session.app.screen, SearchScreen))
    screen = session.app.screen
    assert isinstance(screen, SearchScreen)
    await session.press(*keys)
    return screen


def hits(session: Session) -> int:
    return session.app.screen.query_one(OptionList).option_count


async def test_what_is_typed_is_found_accents_and_case_aside(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await searching(session, *"SEMAFO")
        await session.sees("2 found, the newest first")
        await session.sees("You said: semáforo [bold]x[/]")
        await session.sees("bnaGPT")


async def test_enter_opens_the_conversation_at_the_message(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await searching(session, *"mutex")
        await session.sees("2 found")
        await session.press("down", "enter")
        await until(lambda: not isinstance(session.app.screen, SearchScreen))
        await until(lambda: session.screen.log_view.has_focus)
        current = session.screen.log_view.current
        assert current
        assert current.content == "the mutex"
        assert len(session.messages) == 4


async def test_enter_before_anything_is_found_opens_what_will_be(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        screen = await searching(session)
        screen.query_one(Input).value = "release"
        await session.press("enter")
        await session.sees("You said: release notes")
        await until(lambda: not isinstance(session.app.screen, SearchScreen))


async def test_an_answer_beside_the_path_is_turned_to(open_app: OpenApp) -> None:
    async with open_app([["first try"], ["second try"]]) as session:
        await session.ask("question")
        await session.press("tab", "r")
        await session.settled()
        assert session.messages[-1].content == "second try"
        await searching(session, *"first")
        await session.sees("1 found")
        await session.press("enter")
        await until(lambda: session.messages[-1].content == "first try")
        await session.sees("‹1/2›")


async def test_escape_leaves_everything_as_it_was(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        session.screen.prompt.put("half a thought")
        await searching(session, "m", "escape")
        assert not isinstance(session.app.screen, SearchScreen)
        assert session.screen.prompt.text == "half a thought"


async def test_the_command_searches_for_its_words(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        session.screen.prompt.put('/search "release notes" role:user')
        await session.press("enter")
        await session.sees("1 found")
        await session.press("enter")
        await session.sees("You said: release notes")


async def test_the_mouse_opens_a_hit(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await searching(session, *"mutex")
        await session.sees("2 found")
        await session.pilot.click(OptionList, offset=(5, 3))
        await until(lambda: not isinstance(session.app.screen, SearchScreen))
        assert session.messages[0].content == "the mutex"


async def test_the_highlight_moves_and_stops_at_both_ends(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await searching(session, *"said")
        await session.sees("4 found")
        options = session.app.screen.query_one(OptionList)
        for key, place in (("down", 1), ("pagedown", 3), ("down", 3), ("up", 2)):
            await session.press(key)
            assert options.highlighted == place
        await session.press("pageup")
        assert options.highlighted == 0


async def test_nothing_found_and_a_filter_that_makes_no_sense_are_told(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await searching(session, *"zzz")
        await session.sees("Nothing found.")
        await session.press("up", "enter")
        assert isinstance(session.app.screen, SearchScreen)
        await session.type(" before:soon")
        await session.sees("before: takes a date such as 2026-01-31, not “soon”.")


async def test_a_conversation_is_found_by_the_name_it_was_given(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("question")
        session.screen.prompt.put("/save Ledger of days")
        await session.press("enter")
        await session.sees("Saved as “Ledger of days”.")
        await searching(session, *"ledger")
        await session.sees("1 found")
        await session.press("enter")
        await until(lambda: not isinstance(session.app.screen, SearchScreen))
        assert session.screen.prompt.has_focus


async def test_an_index_that_is_being_built_says_so_until_it_is_done(open_app: OpenApp) -> None:
    progress = [3200, 3201, 10_000]

    async def search(_text: str) -> SearchResults:
        return SearchResults((), progress.pop(0) if progress else 10_000, 10_000)

    async with open_app() as session:
        session.app.push_screen(SearchScreen(search, "word"))
        await session.sees("indexing 3,200 of 10,000…")
        await until(lambda: "indexing" not in session.shown())
        await session.sees("Nothing found.")


async def test_what_stands_against_searching_is_told(open_app: OpenApp) -> None:
    async def search(_text: str) -> SearchResults:
        raise StoreError("No [b]search[/b] here.")

    async with open_app() as session:
        session.app.push_screen(SearchScreen(search, "word"))
        await session.sees("No [b]search[/b] here.")
