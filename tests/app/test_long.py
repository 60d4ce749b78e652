"""A long conversation: its end is there at once, the rest behind it."""

from __future__ import annotations

from pathlib import Path

from bnagpt_tui.backend.answer import MOST_TEXT
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.events import TextDelta
from bnagpt_tui.backend.models import Outcome
from tests.app.session import OpenApp
from tests.fakes import ScriptedEngine
from tests.store.test_glance import grown, whole_path
from tests.waiting import until


async def started(chat: ChatService) -> None:
    await chat.start()


async def test_the_end_is_shown_and_then_all_can_be_read(open_app: OpenApp, tmp_path: Path) -> None:
    talk_id = grown(tmp_path / "data")
    path = whole_path(tmp_path / "data", talk_id)
    async with open_app(prepare=started) as session:
        assert await session.chat.glance(talk_id)
        await session.press("ctrl+o")
        await session.sees("Open a conversation")
        await session.press("enter")
        await until(lambda: session.screen.open_id == talk_id)
        await until(lambda: len(session.messages) == len(path))
        await session.sees("end")
        session.screen.log_view.focus()
        await session.press("g")
        await session.sees("0 word")
        assert await session.chat.glance(talk_id) is None


async def test_a_question_asked_at_once_is_sent_with_what_came_before(
    open_app: OpenApp, tmp_path: Path
) -> None:
    talk_id = grown(tmp_path / "data")
    path = whole_path(tmp_path / "data", talk_id)
    async with open_app(prepare=started) as session:
        await session.screen.open_conversation(talk_id)
        session.screen.ask("and now?")
        await session.settled()
        await session.sees("You said: and now?")
        sent = session.engine.requests[-1].messages
        assert sent[-1].content == "and now?"
        assert sent[-2].content == path[-1].content
        assert len(session.messages) == len(path) + 2


async def test_a_reader_who_scrolls_at_once_is_left_where_they_are(
    open_app: OpenApp, tmp_path: Path
) -> None:
    talk_id = grown(tmp_path / "data")
    async with open_app(prepare=started) as session:
        await session.screen.open_conversation(talk_id)
        log = session.screen.log_view
        await session.chat.open(talk_id)
        log.action_previous()
        log.action_previous()
        current = log.current
        await until(lambda: not session.screen.workers._workers or len(session.messages) > 100)
        await session.pilot.pause()
        assert log.current
        assert current
        assert log.current.id == current.id


async def test_an_answer_without_an_end_is_cut_short_kept_and_told(open_app: OpenApp) -> None:
    engine = ScriptedEngine([[TextDelta("many words " * 20_000)] * 30])
    async with open_app(engine=engine) as session:
        await session.type("go")
        await session.press("enter")
        await session.sees("cut short: it has grown longer than bnaGPT keeps")
        kept = session.messages[-1]
        assert kept.outcome is Outcome.LENGTH
        assert len(kept.content) == MOST_TEXT
