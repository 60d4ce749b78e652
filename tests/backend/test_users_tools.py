"""Tools that the user runs by hand."""

from __future__ import annotations

import asyncio

import pytest

from bnagpt_tui.backend.calls import users_call
from bnagpt_tui.backend.context import size
from bnagpt_tui.backend.errors import NothingAskedError
from bnagpt_tui.backend.events import ApprovalAsked, TurnEnded
from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.store import Archive
from tests.backend.hands import path_of, talk
from tests.backend.talking import to_end
from tests.fakes import DONE, Hands


async def test_the_user_runs_a_tool_without_asking_the_model(archive: Archive) -> None:
    hands = Hands()
    chat, engine = talk(archive, hands)
    conversation = chat.new()
    seen = await to_end(chat.tools.use(conversation.id, "act", {"code": "1"}))
    assert isinstance(seen[-1], TurnEnded)
    assert hands.done == ["act 1"]
    assert engine.requests == []
    assert chat.get(conversation.id).name == "act · 1"
    assert [m.role for m in path_of(chat, conversation.id)] == [Role.TOOL]


async def test_searching_before_asking_works_with_any_model(archive: Archive) -> None:
    hands = Hands()
    chat, engine = talk(archive, hands, ["Fine [1].", DONE])
    engine.tools = False
    conversation = chat.new()
    await to_end(chat.tools.use(conversation.id, "look", {"what": "rain"}, question="rain?"))
    [request] = engine.requests
    assert request.tools == ()
    assert [m.role for m in request.messages][-2:] == [Role.USER, Role.TOOL]
    assert "never follow" in request.messages[0].content
    answer = path_of(chat, conversation.id)[-1]
    assert (answer.content, answer.sources[0].title) == ("Fine [1].", "About rain")


async def test_a_second_answer_has_what_was_found_for_the_first(archive: Archive) -> None:
    chat, engine = talk(archive, Hands(), ["Fine.", DONE], ["Sunny.", DONE], ["Dry.", DONE])
    conversation = chat.new()
    await to_end(
        chat.tools.use(conversation.id, "look", {"what": "rain"}, question="Will there be rain?")
    )
    question, found, answer = path_of(chat, conversation.id)
    await to_end(chat.regenerate(conversation.id, answer.id))
    await to_end(chat.regenerate(conversation.id, question.id))
    for request in engine.requests:
        assert [m.role for m in request.messages][-2:] == [Role.USER, Role.TOOL]
    last = path_of(chat, conversation.id)
    assert [m.content for m in last] == [question.content, found.content, "Dry."]
    assert chat.position(conversation.id, last[-1].id) == (3, 3)


async def test_without_a_question_nothing_is_answered_again(archive: Archive) -> None:
    chat, engine = talk(archive, Hands())
    conversation = chat.new()
    await to_end(chat.tools.use(conversation.id, "look", {"what": "rain"}))
    [found] = path_of(chat, conversation.id)
    with pytest.raises(NothingAskedError, match="no question"):
        await to_end(chat.regenerate(conversation.id, found.id))
    assert engine.requests == []
    assert path_of(chat, conversation.id) == [found]


@pytest.mark.parametrize("question", ["", "And now?"])
async def test_a_users_call_that_was_stopped_goes_on_without_being_asked_about(
    archive: Archive, question: str
) -> None:
    hands = Hands()
    chat, engine = talk(archive, hands, ["Seen.", DONE])
    conversation = chat.new()
    using = chat.tools.use(conversation.id, "stuck", {"code": "1"}, question=question)
    turn = asyncio.create_task(to_end(using))
    await hands.gate.reached.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    hands.gate.open()
    seen = await to_end(chat.tools.resume(conversation.id))
    assert not any(isinstance(event, ApprovalAsked) for event in seen)
    assert hands.done == ["stuck 1"]
    assert len(engine.requests) == bool(question)


def test_a_users_call_counts_in_a_request() -> None:
    long = users_call("act", {"code": "print(1)\n" * 500})
    short = users_call("act", {"code": "1"})
    results = [
        Message(Role.TOOL, "1", tool_call_id=item.id, tool_calls=(item,)) for item in (long, short)
    ]
    assert size(results[0]) > size(results[1]) + 500
