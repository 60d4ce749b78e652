"""A service that fails or is busy is asked again, in sight of the user."""

from __future__ import annotations

from datetime import timedelta

from bnagpt_tui.backend import retry
from bnagpt_tui.backend.errors import RateLimitedError, ServiceFailedError
from bnagpt_tui.backend.events import TurnEnded, Waiting
from bnagpt_tui.backend.models import now
from bnagpt_tui.backend.store import Archive
from tests.backend.talking import ask
from tests.fakes import DONE, ScriptedEngine, Sleeper, make_chat


async def test_a_failing_service_is_asked_three_times_more(archive: Archive) -> None:
    down = ServiceFailedError("Groq has a problem of its own (500).")
    sleeper = Sleeper()
    chat = make_chat(ScriptedEngine([[down], [down], [down], [down]]), archive, sleep=sleeper)
    events = await ask(chat, chat.new().id)
    waits = [event for event in events if isinstance(event, Waiting)]
    assert [wait.attempt for wait in waits] == [2, 3, 4]
    assert sleeper.waited == [1.0, 2.0, 4.0]
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].error is down


async def test_a_busy_service_is_waited_for_as_long_as_it_says(archive: Archive) -> None:
    sleeper = Sleeper()
    busy = RateLimitedError("Too many tokens this minute.", retry_after=17.0)
    engine = ScriptedEngine([[busy], ["yes", DONE]])
    chat = make_chat(engine, archive, sleep=sleeper)
    events = await ask(chat, chat.new().id)
    assert sleeper.waited == [17.0]
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].answer.content == "yes"


async def test_a_wait_of_hours_is_told_and_not_waited_for(archive: Archive) -> None:
    sleeper = Sleeper()
    busy = RateLimitedError("The day's tokens are used up.", retry_after=7200.0)
    chat = make_chat(ScriptedEngine([[busy]]), archive, sleep=sleeper)
    events = await ask(chat, chat.new().id)
    assert sleeper.waited == []
    assert isinstance(events[-1], TurnEnded)
    when = now().astimezone() + timedelta(seconds=7200)
    assert "Questions are taken again at" in events[-1].answer.problem
    assert f"{when:%d %B}" in events[-1].answer.problem


async def test_a_fault_after_the_first_word_is_not_repeated(archive: Archive) -> None:
    down = ServiceFailedError("Groq has a problem of its own (500).")
    engine = ScriptedEngine([["half", down], ["never", DONE]])
    chat = make_chat(engine, archive)
    events = await ask(chat, chat.new().id)
    assert len(engine.requests) == 1
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].answer.content == "half"
    assert retry.ATTEMPTS == 4
