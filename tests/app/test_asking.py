"""Asking, stopping, queueing, asking again: from the keys to the stored file."""

from __future__ import annotations

import re

from bnagpt_tui.backend.errors import ModelGoneError, RateLimitedError, StreamBrokenError
from bnagpt_tui.backend.events import (
    Finished,
    FinishReason,
    ReasoningDelta,
    TextWasReasoning,
)
from bnagpt_tui.backend.models import Outcome, Role
from tests.app.session import OpenApp
from tests.fakes import DONE, Gate, Step
from tests.waiting import until


async def test_a_question_is_typed_sent_and_answered(open_app: OpenApp) -> None:
    async with open_app([["The answer is ", "**42**.", DONE]]) as session:
        await session.type("what is it")
        await session.press("enter")
        await session.settled()
        await session.sees("The answer is 42.")
        assert session.screen.prompt.text == ""
        stored = session.repository.load(session.screen.open_id)[1]
        assert [message.content for message in stored] == ["what is it", "The answer is **42**."]


async def test_the_answer_grows_before_it_is_whole(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["first half", gate, " second half", DONE]]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        await session.sees("first half")
        assert "second half" not in session.shown()
        assert "writing" in session.shown()
        gate.open()
        await session.settled()
        await session.sees("first half second half")


async def test_an_answer_that_turns_out_to_be_reasoning_is_shown_as_such(
    open_app: OpenApp,
) -> None:
    gates = Gate(), Gate()
    script: list[Step] = [
        "musings so far",
        gates[0],
        TextWasReasoning(),
        gates[1],
        "The answer.",
        DONE,
    ]
    async with open_app([script]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        await session.sees("musings so far")
        assert "writing" in session.shown()
        gates[0].open()
        await session.sees("thinking")
        await session.sees("reasoning (3 words)")
        assert "musings so far" not in session.shown()
        live = session.screen.live.get(session.screen.open_id)
        assert live
        assert (live.text, live.reasoning) == ([], ["musings so far"])
        gates[1].open()
        await session.settled()
        await session.sees("The answer.")
        answer = session.repository.load(session.screen.open_id)[1][1]
        assert (answer.content, answer.reasoning) == ("The answer.", "musings so far")


async def test_escape_keeps_the_partial_answer(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["only this", gate, DONE]]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        await session.sees("only this")
        await session.press("escape")
        await session.settled()
        answer = session.repository.load(session.screen.open_id)[1][1]
        assert (answer.content, answer.outcome) == ("only this", Outcome.INTERRUPTED)
        await session.sees("stopped")


async def test_a_second_question_waits_for_the_first_answer(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["one", gate, DONE], ["two", DONE]]) as session:
        session.screen.prompt.put("first")
        await session.press("enter")
        await session.sees("one")
        session.screen.prompt.put("second")
        await session.press("enter")
        await session.sees("queued: second")
        assert len(session.engine.requests) == 1
        gate.open()
        await session.settled()
        await session.sees("two")
        assert [m.content for m in session.messages] == ["first", "one", "second", "two"]
        assert "queued" not in session.shown()


async def test_escape_hands_the_queued_question_back(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["one", gate, DONE]]) as session:
        session.screen.prompt.put("first")
        await session.press("enter")
        await session.sees("one")
        session.screen.prompt.put("second")
        await session.press("enter")
        session.screen.prompt.put("a draft")
        await session.press("escape")
        await session.settled()
        assert session.screen.prompt.text == "second\na draft"
        assert len(session.engine.requests) == 1


async def test_a_queued_question_comes_back_when_the_answer_fails(open_app: OpenApp) -> None:
    gate = Gate()
    broken = StreamBrokenError("The connection was cut.")
    async with open_app([["one", gate, broken]]) as session:
        session.screen.prompt.put("first")
        await session.press("enter")
        await session.sees("one")
        session.screen.prompt.put("second")
        await session.press("enter")
        gate.open()
        await session.settled()
        assert session.screen.prompt.text == "second"


async def test_a_failure_is_a_sentence_under_the_question_and_r_asks_again(
    open_app: OpenApp,
) -> None:
    broken = StreamBrokenError("The connection was cut [/] in the middle.")
    async with open_app([["half", broken], ["whole", DONE]]) as session:
        await session.ask("go")
        await session.sees("The connection was cut [/] in the middle.")
        await session.sees("half")
        await session.press("tab", "r")
        await session.settled()
        await session.sees("whole")
        await session.sees("‹2/2›")
        await session.settled()
        assert [m.content for m in session.messages] == ["go", "whole"]
        await session.press("G", "[")
        await session.sees("‹1/2›")
        assert session.messages[-1].content == "half"


async def test_a_wait_is_counted_down_in_sight(open_app: OpenApp) -> None:
    gate = Gate()
    busy = RateLimitedError("The minute's tokens are used up.", retry_after=17.0)
    async with open_app([[busy], [gate, "there", DONE]]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        told = r"The minute's tokens are used up\. Sends again in 1\d s \(try 2 of 4\)"
        await until(lambda: re.search(told, session.shown()))
        gate.open()
        await session.settled()
        await session.sees("there")
        assert "Sends again" not in session.shown()


async def test_reasoning_is_folded_and_space_unfolds_it(open_app: OpenApp) -> None:
    async with open_app([[ReasoningDelta("let me see"), "done", DONE]]) as session:
        await session.ask("go")
        await session.sees("reasoning (3 words)")
        assert "let me see" not in session.shown()
        await session.press("tab", "space")
        await session.sees("let me see")


async def test_a_cut_short_answer_is_continued_with_enter(open_app: OpenApp) -> None:
    gate = Gate()
    scripts: list[list[Step]] = [
        ["long", Finished(FinishReason.LENGTH)],
        [" and", gate, " the rest", DONE],
    ]
    async with open_app(scripts) as session:
        await session.ask("go")
        await session.sees("cut short")
        await session.press("tab", "enter")
        await session.sees("long and")
        assert "writing" in session.shown()
        gate.open()
        await session.settled()
        await session.sees("long and the rest")
        assert [m.content for m in session.messages] == ["go", "long and the rest"]
        assert session.chat.position(session.screen.open_id, session.messages[1].id) == (1, 1)
        assert "cut short" not in session.shown()
        assert "you" in session.shown()
        assert "Continue" not in session.shown()


async def test_going_on_can_be_stopped_and_gone_on_with_again(open_app: OpenApp) -> None:
    gate = Gate()
    cut = Finished(FinishReason.LENGTH)
    async with open_app([["one", cut], [" two", gate], [" three", DONE]]) as session:
        await session.ask("go")
        await session.press("tab", "enter")
        await session.sees("one two")
        await session.press("escape")
        await session.settled()
        await session.sees("stopped")
        session.screen.log_view.focus()
        await session.press("enter")
        await session.settled()
        await session.sees("one two three")
        assert len(session.messages) == 2


async def test_a_broken_answer_is_gone_on_with(open_app: OpenApp) -> None:
    async with open_app([["half", StreamBrokenError("Cut.")], [" whole", DONE]]) as session:
        await session.ask("go")
        await session.sees("enter goes on")
        await session.press("tab", "enter")
        await session.settled()
        await session.sees("half whole")
        assert "Cut." not in session.shown()


async def test_a_model_that_is_gone_while_going_on_is_replaced(open_app: OpenApp) -> None:
    gone = ModelGoneError("The model “test-model” is not there any more.", model="test-model")
    async with open_app(
        [["one", Finished(FinishReason.LENGTH)], [gone], [" two", DONE]]
    ) as session:
        await session.ask("go")
        await session.press("tab", "enter")
        await session.sees("other-model")
        await session.press("enter")
        await session.settled()
        await session.sees("one two")
        assert [m.content for m in session.messages] == ["go", "one two"]


async def test_editing_asks_in_other_words_and_gives_the_draft_back(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("tpyo")
        session.screen.prompt.put("my draft")
        await session.press("tab", "e")
        await until(lambda: session.screen.prompt.text == "tpyo")
        session.screen.prompt.put("typo")
        await session.press("enter")
        await until(lambda: [m.content for m in session.messages] == ["typo", "You said: typo"])
        await session.settled()
        assert session.screen.prompt.text == "my draft"
        assert session.chat.position(session.screen.open_id, session.messages[0].id) == (2, 2)


async def test_escape_leaves_the_edited_question_as_it_was(open_app: OpenApp) -> None:
    async with open_app() as session:
        await session.ask("question")
        session.screen.prompt.put("my draft")
        await session.press("tab", "e")
        await until(lambda: session.screen.prompt.text == "question")
        await session.press("escape")
        assert session.screen.prompt.text == "my draft"
        assert len(session.messages) == 2


async def test_a_model_that_is_gone_is_replaced_and_asked_the_same(open_app: OpenApp) -> None:
    gone = ModelGoneError("The model “test-model” is not there any more.", model="test-model")
    async with open_app([[gone], ["hello", DONE]]) as session:
        await session.ask("go")
        await session.sees("other-model")
        await session.press("enter")
        await session.settled()
        await session.sees("hello")
        assert session.engine.requests[1].model == "other-model"
        assert session.messages[0].content == "go"


async def test_an_answer_goes_on_while_another_conversation_is_open(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["slow start", gate, " and end", DONE], ["quick", DONE]]) as session:
        session.screen.prompt.put("first")
        await session.press("enter")
        await session.sees("slow start")
        first = session.screen.open_id
        await session.press("ctrl+n")
        session.screen.prompt.put("second")
        await session.press("enter")
        await session.sees("quick")
        assert session.chat.running == {first}
        await session.sees("⠹ first")
        gate.open()
        await session.settled()
        assert "slow start" not in session.shown()
        await session.screen.open_conversation(first)
        await session.sees("slow start and end")


async def test_a_running_answer_is_shown_again_as_far_as_it_came(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["so far", gate, " more", DONE], ["x", DONE]]) as session:
        session.screen.prompt.put("first")
        await session.press("enter")
        await session.sees("so far")
        first = session.screen.open_id
        await session.press("ctrl+n")
        await session.screen.open_conversation(first)
        await session.sees("so far")
        gate.open()
        await session.settled()
        await session.sees("so far more")


async def test_what_the_model_forgot_is_marked(open_app: OpenApp) -> None:
    async with open_app(context_tokens=400, answer_tokens=100) as session:
        await session.ask("many words " * 80)
        await session.ask("second")
        await session.sees("the model remembers from here")
        assert session.messages[2].role is Role.USER


async def test_quitting_keeps_the_partial_answer(open_app: OpenApp) -> None:
    gate = Gate()
    async with open_app([["almost", gate, DONE]]) as session:
        session.screen.prompt.put("go")
        await session.press("enter")
        await session.sees("almost")
        open_id = session.screen.open_id
        await session.press("ctrl+q")
    kept = session.repository.load(open_id)[1]
    assert [message.content for message in kept] == ["go", "almost"]
