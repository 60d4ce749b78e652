"""What another process keeps is seen here without a key's being pressed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bnagpt_tui.backend.models import Conversation, Message, Outcome, Role, now
from bnagpt_tui.backend.store import Repository
from tests.app.session import OpenApp
from tests.fakes import DONE, Gate, names
from tests.waiting import until


def other(tmp_path: Path) -> Repository:
    """The store as another process has it open."""
    return Repository(tmp_path / "data")


async def test_a_conversation_that_is_begun_elsewhere_is_listed(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as session:
        elsewhere = other(tmp_path)
        begun = Conversation("from elsewhere")
        elsewhere.save(begun, [Message(Role.USER, "hello")])
        await session.sees("from elsewhere")
        elsewhere.save(replace(begun, name="under another name"))
        await session.sees("under another name")
        elsewhere.delete(begun.id)
        await until(lambda: session.chat.conversations == ())
        assert "under another name" not in session.shown()


async def test_what_is_asked_and_answered_elsewhere_appears_as_it_grows(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as session:
        await session.ask("question")
        talk, _ = other(tmp_path).load(session.screen.open_id)
        elsewhere = other(tmp_path)
        further = Message(Role.USER, "asked elsewhere", parent=talk.head)
        elsewhere.save(replace(talk, head=further.id, updated=now()), [further])
        await session.sees("asked elsewhere")
        growing = Message(Role.ASSISTANT, "half an", parent=further.id, outcome=Outcome.INTERRUPTED)
        elsewhere.save(replace(talk, head=growing.id), [growing])
        await session.sees("half an")
        whole = replace(growing, content="half an answer, whole", outcome=Outcome.COMPLETE)
        elsewhere.save(replace(talk, head=growing.id), [whole])
        await session.sees("half an answer, whole")
        await session.ask("and here")
        assert [message.content for message in session.messages] == [
            "question",
            "You said: question",
            "asked elsewhere",
            "half an answer, whole",
            "and here",
            "You said: and here",
        ]


async def test_an_answer_of_ones_own_is_not_disturbed_by_another(
    open_app: OpenApp, tmp_path: Path
) -> None:
    gate = Gate()
    async with open_app([["mine ", gate, "to the end", DONE]]) as session:
        session.screen.prompt.put("question")
        await session.press("enter")
        await gate.reached.wait()
        elsewhere = other(tmp_path)
        talk, kept = elsewhere.load(session.screen.open_id)
        theirs = Message(Role.ASSISTANT, "theirs", parent=kept[0].id)
        elsewhere.save(replace(talk, head=theirs.id), [theirs])
        elsewhere.save(Conversation("a sign"), [Message(Role.USER, "x")])
        await session.sees("a sign")
        gate.open()
        await session.settled()
        await session.sees("mine to the end")
        await session.sees("‹1/2›")


async def test_a_branch_that_is_turned_to_elsewhere_moves_no_reader_here(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app([["first try", DONE], ["second try", DONE]]) as session:
        await session.ask("question")
        first = session.messages[-1].id
        await session.press("tab", "r")
        await session.settled()
        elsewhere = other(tmp_path)
        talk, _ = elsewhere.load(session.screen.open_id)
        third = Message(Role.ASSISTANT, "third try", parent=session.messages[0].id)
        elsewhere.save(replace(talk, head=first), [third])
        await session.sees("‹2/3›")
        await session.sees("second try")
        await session.ask("further")
        assert [m.content for m in session.messages][1:3] == ["second try", "further"]
        assert elsewhere.load(talk.id)[0].head == session.messages[-1].id


async def test_a_conversation_that_lost_its_messages_is_shown_as_it_is(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as session:
        await session.ask("question")
        talk, kept = other(tmp_path).load(session.screen.open_id)
        (file,) = (tmp_path / "data" / "conversations").iterdir()
        file.unlink()
        new = replace(kept[0], id="new", content="written by hand")
        other(tmp_path).save(replace(talk, head="new"), [new])
        await session.sees("written by hand")


async def test_an_open_conversation_that_is_deleted_elsewhere_stays_on_the_screen(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as session:
        await session.ask("question")
        open_id = session.screen.open_id
        elsewhere = other(tmp_path)
        elsewhere.delete(open_id)
        await until(lambda: session.chat.conversations == ())
        await session.sees("You said: question")
        elsewhere.restore(open_id)
        await until(lambda: names(session.chat.conversations) == ["question"])
        await session.ask("again")
        assert len(session.messages) == 4


async def test_the_trash_of_a_month_ago_is_emptied_at_the_start(
    open_app: OpenApp, repository: Repository, tmp_path: Path
) -> None:
    for name in ("old", "young"):
        talk = Conversation(name)
        repository.save(talk)
        repository.delete(talk.id)
    old = next(
        path for path in (tmp_path / "data" / "trash").iterdir() if b"old" in path.read_bytes()
    )
    name, seconds, suffix = old.name.split(".")
    old.rename(old.with_name(f"{name}.{int(seconds) - 31 * 86400}.{suffix}"))
    async with open_app() as session:
        await until(lambda: not old.parent.joinpath(old.name).exists())
        await until(lambda: len(list(old.parent.iterdir())) == 1)
        assert [each.conversation.name for each in await session.chat.library.archive.trash()] == [
            "young"
        ]


async def test_nothing_is_read_again_while_nothing_happens(open_app: OpenApp) -> None:
    looks = 0
    async with open_app() as session:
        await session.ask("question")
        archive = session.chat.library.archive
        original = archive.index_changed

        async def counted() -> bool:
            nonlocal looks
            looks += 1
            return await original()

        archive.index_changed = counted  # type: ignore[method-assign]  # to see that it was asked
        await until(lambda: looks >= 1)
        await session.pilot.pause()
        conversations, path = session.chat.conversations, session.messages
        await until(lambda: looks >= 3)
        assert session.chat.conversations is conversations
        assert session.messages is path


async def test_an_answer_that_another_process_writes_is_shown_as_running_until_that_ends(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as session:
        await session.ask("question")
        elsewhere = other(tmp_path)
        talk, _ = elsewhere.load(session.screen.open_id)
        assert elsewhere.answering.begin(talk.id)
        further = Message(Role.USER, "asked elsewhere", parent=talk.head)
        growing = Message(Role.ASSISTANT, "half an", parent=further.id, outcome=Outcome.INTERRUPTED)
        elsewhere.save(replace(talk, head=growing.id, updated=now()), [further, growing])
        await session.sees("half an")
        await session.sees("answering in another bnaGPT")
        assert "stopped" not in session.shown()
        assert "\u2839" in session.shown(), "the list marks it as running"
        elsewhere.answering.end(talk.id)  # as the system does for a process that was killed
        await until(lambda: "answering in another bnaGPT" not in session.shown())
        assert "stopped" in session.shown()
        assert "\u2839" not in session.shown()
