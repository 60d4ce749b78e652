"""Tools that act wait for the user's word, which reaches as far as they said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bnagpt_tui.backend.allowed_tools import AllowedTools
from bnagpt_tui.backend.approvals import Approvals
from bnagpt_tui.backend.events import (
    ApprovalAsked,
)
from bnagpt_tui.backend.permission import Decision, Permission
from bnagpt_tui.backend.store import Archive
from bnagpt_tui.backend.tool_service import Leave
from tests.backend.hands import decided, path_of, talk
from tests.backend.talking import ask
from tests.fakes import CALLS, DONE, Hands, call
from tests.waiting import until


async def test_a_tool_that_acts_waits_for_the_user(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(archive, hands, [call("c1", "act", '{"code":"1"}'), CALLS], ["Ran it.", DONE])
    conversation = chat.new()
    seen = await decided(
        chat, chat.send(conversation.id, "run"), lambda _: Decision(Permission.ONCE)
    )
    [asked] = [event.approval for event in seen if isinstance(event, ApprovalAsked)]
    assert (asked.tool, asked.subject, asked.language) == ("act", "1", "python")
    assert hands.done == ["act 1"]
    [file] = path_of(chat, conversation.id)[2].attachments
    assert await chat.library.archive.file(file) == b"hi"


async def test_a_no_goes_back_to_the_model_with_the_users_words(archive: Archive) -> None:
    hands = Hands()
    chat, engine = talk(
        archive, hands, [call("c1", "act", '{"code":"1"}'), CALLS], ["All right.", DONE]
    )
    conversation = chat.new()
    await decided(
        chat,
        chat.send(conversation.id, "run"),
        lambda _: Decision(Permission.NO, "use look instead"),
    )
    assert hands.done == []
    assert "did not allow it. They say: use look instead" in engine.requests[1].messages[-1].content


async def test_leave_for_a_conversation_is_not_leave_for_another(archive: Archive) -> None:
    hands = Hands()
    acting = [call("c1", "act", '{"code":"1"}'), CALLS]
    chat, _ = talk(archive, hands, *[acting, ["Done.", DONE]] * 3)
    first, second = chat.new(), chat.new()
    asked = []
    for conversation in (first, first, second):
        seen = await decided(
            chat,
            chat.send(conversation.id, "run"),
            lambda _: Decision(Permission.CONVERSATION),
        )
        asked.append(sum(isinstance(event, ApprovalAsked) for event in seen))
    assert asked == [1, 0, 1]


async def test_leave_for_good_is_kept_and_can_be_taken_back(
    archive: Archive, tmp_path: Path
) -> None:
    directory = tmp_path / "config" / "allowed"
    acting = [call("c1", "act", '{"code":"1"}'), CALLS]
    approvals = Approvals(always=AllowedTools(directory))
    chat, _ = talk(archive, Hands(), acting, ["Done.", DONE], approvals=approvals)
    await decided(chat, chat.send(chat.new().id, "run"), lambda _: Decision(Permission.ALWAYS))
    later = Approvals(always=AllowedTools(directory))
    assert await later.is_given("any", "act")
    assert directory.stat().st_mode & 0o777 == 0o700
    await later.revoke("act")
    assert not await approvals.is_given("any", "act")


async def test_one_word_settles_all_that_wait_for_the_same(archive: Archive) -> None:
    hands = Hands()
    chat, _ = talk(
        archive,
        hands,
        [call("c1", "act", '{"code":"1"}'), call("c2", "act", '{"code":"2"}', 1), CALLS],
        ["Done.", DONE],
    )
    conversation = chat.new()
    turn = asyncio.create_task(ask(chat, conversation.id))
    await until(lambda: len(chat.tools.waiting(conversation.id)) == 2)
    first = chat.tools.waiting(conversation.id)[0]
    await chat.tools.decide(first.id, Decision(Permission.CONVERSATION))
    await turn
    assert sorted(hands.done) == ["act 1", "act 2"]


async def test_where_nobody_can_be_asked_nothing_acts(archive: Archive) -> None:
    hands = Hands()
    acting = [call("c1", "act", '{"code":"1"}'), CALLS]
    refusing = Approvals(refusal="Not here.")
    chat, engine = talk(archive, hands, acting, ["Sorry.", DONE], approvals=refusing)
    await ask(chat, chat.new().id)
    assert hands.done == []
    assert "Not here." in engine.requests[1].messages[-1].content


async def test_two_processes_that_allow_at_once_keep_both(tmp_path: Path) -> None:
    one, other = AllowedTools(tmp_path / "allowed"), AllowedTools(tmp_path / "allowed")
    assert await one.names() == await other.names() == frozenset()
    await asyncio.gather(one.add("act"), other.add("run"))
    assert await one.names() == await other.names() == {"act", "run"}
    await asyncio.gather(one.remove("run"), other.add("look"))
    assert await one.names() == await other.names() == {"act", "look"}


async def test_a_word_that_cannot_be_kept_holds_until_the_end(tmp_path: Path) -> None:
    in_the_way = tmp_path / "allowed"
    in_the_way.write_text("")
    allowed = AllowedTools(in_the_way)
    with pytest.raises((FileExistsError, NotADirectoryError)):
        await allowed.add("act")
    assert await allowed.names() == {"act"}
    with pytest.raises((FileExistsError, NotADirectoryError)):
        await allowed.remove("act")
    assert await allowed.names() == frozenset()
    assert await AllowedTools(in_the_way).names() == frozenset()


async def test_what_the_settings_allow_is_told_apart(archive: Archive) -> None:
    always = AllowedTools()
    await always.add("act")
    for approvals, leave in (
        (Approvals(), Leave.ASKS),
        (Approvals(always=always), Leave.ALWAYS),
        (Approvals(["act"], always=always), Leave.SETTINGS),
    ):
        chat, _ = talk(archive, Hands(), approvals=approvals)
        states = {state.name: state.leave for state in await chat.tools.states()}
        assert (states["act"], states["look"]) == (leave, Leave.NEEDS_NONE)
