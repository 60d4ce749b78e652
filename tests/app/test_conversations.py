"""The list of conversations, and what its keys do."""

from __future__ import annotations

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.models import Conversation
from bnagpt_tui.screens.confirm import ConfirmScreen
from bnagpt_tui.screens.name import NameScreen
from tests.app.session import OpenApp, Session
from tests.backend.talking import asked
from tests.fakes import Gate, names
from tests.waiting import until


async def three(chat: ChatService) -> None:
    await chat.start()
    for question in ("alpha", "beta", "ação"):
        await asked(chat, question)


def listed(session: Session) -> list[str]:
    return names(session.screen.pane.rows.shown)


async def to_list(session: Session) -> None:
    await until(lambda: len(listed(session)) == 3)
    session.screen.pane.rows.focus()
    await session.pilot.pause()


async def test_kept_conversations_are_listed_last_used_first(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        assert listed(session) == ["ação", "beta", "alpha"]


async def test_enter_opens_a_conversation_at_its_end(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("down", "enter")
        await session.sees("You said: beta")
        assert session.screen.prompt.has_focus
        await session.ask("and then")
        assert [m.content for m in session.engine.requests[-1].messages] == [
            "beta",
            "You said: beta",
            "and then",
        ]
        assert listed(session)[0] == "beta"


async def test_the_filter_narrows_as_it_is_typed_accents_aside(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("slash")
        await session.type("acao")
        assert listed(session) == ["ação"]
        await session.press("enter")
        await session.sees("You said: ação")
        await session.press("tab", "tab", "slash", "escape")
        await until(lambda: len(listed(session)) == 3)


async def test_the_filter_says_when_nothing_matches(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("slash")
        await session.type("zzz")
        await session.sees("nothing matches")


async def test_a_deleted_conversation_comes_back_with_u(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("d")
        await until(lambda: len(listed(session)) == 2)
        await session.sees("“ação” is in the trash")
        await session.press("u")
        await until(lambda: len(listed(session)) == 3)


async def test_deleting_the_open_one_leaves_a_new_one(open_app: OpenApp) -> None:
    async with open_app(prepare=three, name="beta") as session:
        await session.sees("You said: beta")
        session.screen.pane.rows.focus()
        await session.press("d")
        await until(lambda: len(listed(session)) == 2)
        await session.sees("sends what you type below")


async def test_undo_without_a_deletion_says_so(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("u")
        await session.sees("Nothing was deleted since the start")


async def test_p_pins_to_the_top(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("end", "p")
        await until(lambda: listed(session)[0] == "alpha")
        await session.sees("★ alpha")


async def test_ctrl_s_saves_under_a_name(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("question")
        await session.press("ctrl+s")
        await until(lambda: isinstance(session.app.screen, NameScreen))
        await session.type("capitals")
        await session.press("enter")
        await until(lambda: listed(session) == ["capitals"])
        await session.sees("Saved as “capitals”.")
        assert session.repository.find("capitals").named


async def test_escape_in_the_name_dialog_changes_nothing(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("question")
        await session.press("ctrl+s")
        await until(lambda: isinstance(session.app.screen, NameScreen))
        await session.press("escape")
        assert listed(session) == ["question"]


async def test_a_taken_name_offers_a_free_one(open_app: OpenApp) -> None:
    async with open_app(prepare=three, name="beta") as session:
        await session.sees("You said: beta")
        session.screen.prompt.put("/save alpha")
        await session.press("enter")
        await until(lambda: isinstance(session.app.screen, ConfirmScreen))
        await session.sees("use “alpha (2)”")
        await session.press("f")
        await until(lambda: "alpha (2)" in listed(session))
        assert "alpha" in listed(session)


async def test_a_taken_name_can_be_replaced(open_app: OpenApp) -> None:
    async with open_app(prepare=three, name="beta") as session:
        await session.sees("You said: beta")
        session.screen.prompt.put("/save alpha")
        await session.press("enter")
        await until(lambda: isinstance(session.app.screen, ConfirmScreen))
        await session.press("r")
        await until(lambda: sorted(listed(session)) == ["alpha", "ação"])
        assert len(session.repository.trash()) == 1


async def test_r_renames_the_one_under_the_cursor(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.press("r")
        await until(lambda: isinstance(session.app.screen, NameScreen))
        await session.type("action")
        await session.press("enter")
        await until(lambda: listed(session)[0] == "action")


async def test_ctrl_o_finds_a_conversation_by_some_letters(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await until(lambda: len(listed(session)) == 3)
        await session.press("ctrl+o")
        await session.sees("Open a conversation")
        await session.type("alp")
        await session.press("enter")
        await session.sees("You said: alpha")


async def test_ctrl_n_begins_anew_and_keeps_the_draft(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("question")
        session.screen.prompt.put("half a thought")
        await session.press("ctrl+n")
        await session.sees("sends what you type below")
        assert session.screen.prompt.text == "half a thought"


async def test_b_branches_into_a_conversation_of_its_own(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("question")
        await session.press("tab", "b")
        await until(lambda: "question (branch)" in listed(session))
        await session.sees("question (branch)")
        assert len(session.messages) == 2


async def test_open_begins_in_a_conversation(open_app: OpenApp) -> None:
    async with open_app(prepare=three, name="ALPHA") as session:
        await session.sees("You said: alpha")


async def test_open_with_an_unknown_name_says_so(open_app: OpenApp) -> None:
    async with open_app(prepare=three, name="nowhere") as session:
        await session.sees("nowhere")
        await session.sees("sends what you type below")


async def test_a_narrow_terminal_shows_the_list_as_an_overlay(open_app: OpenApp) -> None:
    async with open_app(prepare=three, size=(60, 20)) as session:
        await until(lambda: len(listed(session)) == 3)
        assert "Conversations" not in session.shown()
        await session.press("ctrl+l")
        await session.sees("Conversations")
        assert session.screen.pane.rows.has_focus
        await session.press("enter")
        await session.sees("You said: ação")
        assert "Conversations" not in session.shown()


async def test_the_list_folds_away_in_a_wide_terminal(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.press("ctrl+l")
        await session.pilot.pause()
        assert "Conversations" not in session.shown()
        assert session.screen.prompt.has_focus
        await session.press("ctrl+l")
        await session.sees("Conversations")


async def test_the_mouse_opens_a_conversation(open_app: OpenApp) -> None:
    async with open_app(prepare=three) as session:
        await to_list(session)
        await session.pilot.click(session.screen.pane.rows, offset=(3, 2))
        await session.sees("You said: alpha")


async def test_what_is_typed_while_a_conversation_is_opened_is_done_in_it(
    open_app: OpenApp,
) -> None:
    gate = Gate()

    async def prepare(chat: ChatService) -> None:
        await chat.start()
        await asked(chat, "kept")
        chat.library._trees.drop(chat.conversations[0].id)
        original = chat.open

        async def slow(conversation_id: str, *, at: str | None = None) -> Conversation:
            await gate.wait()
            return await original(conversation_id, at=at)

        chat.open = slow  # type: ignore[method-assign]  # a disk that takes its time

    async with open_app(prepare=prepare, name="kept") as session:
        await gate.reached.wait()
        await session.type("and now?")
        await session.press("enter")
        await session.type("/save other")
        await session.press("enter")
        gate.open()
        await session.sees("You said: and now?")
        await session.sees("Saved as “other”")
        assert [message.content for message in session.messages][::2] == ["kept", "and now?"]
        assert names(session.chat.conversations) == ["other"]


async def test_a_question_for_a_conversation_that_cannot_be_opened_comes_back(
    open_app: OpenApp,
) -> None:
    gate = Gate()

    async def prepare(chat: ChatService) -> None:
        original = chat.start

        async def slow(*, verified: bool = True) -> None:
            await gate.wait()
            await original(verified=verified)

        chat.start = slow  # type: ignore[method-assign]  # a disk that takes its time

    async with open_app(prepare=prepare, name="nowhere") as session:
        await gate.reached.wait()
        await session.type("and now?")
        await session.press("enter")
        gate.open()
        await until(lambda: session.screen.prompt.text == "and now?")
        assert session.messages == ()
