"""What a message looks like, and how it says what became of it."""

from __future__ import annotations

from datetime import UTC, datetime

from bnagpt_tui.backend.models import Attachment, Message, Outcome, Role, ToolCall, Usage

from .host import answer, question, running, settled, text_in_view, view_text


async def shown(*messages: Message, width: int = 60) -> list[str]:
    """The rows of a log with these messages, without the gutter and blank rows at the end."""
    async with running(messages, width=width) as (_, log, _):
        rows = text_in_view(log)
        while rows and not rows[-1]:
            rows.pop()
        return rows


async def test_a_question_has_its_time_and_its_newlines() -> None:
    created = datetime(2026, 1, 2, 10, 42, tzinfo=UTC)
    rows = await shown(question("one *star*\n  two", created=created))
    assert rows[0].startswith("you ")
    assert rows[0].endswith(f"{created.astimezone():%H:%M}")
    assert rows[1:] == ["one *star*", "  two"]


async def test_an_answer_has_its_model_and_its_figures() -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=84, seconds=1.234)
    rows = await shown(answer("**Hi**", model="openai/gpt-oss-120b", usage=usage))
    assert rows[0].startswith("bnaGPT · gpt-oss-120b ")
    assert rows[0].endswith(" 1.2 s · 84 tok")
    assert rows[1:] == ["Hi"]


async def test_figures_give_way_where_there_is_no_room() -> None:
    rows = await shown(answer("x", model="a-very-long-model", usage=Usage(1, 84, 1.0)), width=26)
    assert rows[0] == "bnaGPT · a-very-long-m"


async def test_reasoning_is_folded_and_counted() -> None:
    rows = await shown(answer("So.", reasoning="let me think"))
    assert rows[1:] == ["▸ reasoning (3 words)", "So."]
    assert (await shown(answer("So.", reasoning="hm")))[1] == "▸ reasoning (1 word)"


async def test_a_stopped_answer_says_so() -> None:
    rows = await shown(answer("Half an", outcome=Outcome.INTERRUPTED))
    assert rows[1:] == ["Half an", "■ stopped · tab enter goes on · tab r sends again"]


async def test_a_failed_answer_says_why_and_what_to_press() -> None:
    rows = await shown(answer("", outcome=Outcome.FAILED, problem="No [bold]network[/]."))
    assert rows[1:] == ["✗ No [bold]network[/]. · tab r sends again"]


async def test_a_failed_answer_without_a_reason_says_so_too() -> None:
    assert (await shown(answer("", outcome=Outcome.FAILED)))[1].startswith("✗ No answer came.")


async def test_an_answer_that_was_too_long_says_so() -> None:
    rows = await shown(answer("On and", outcome=Outcome.LENGTH), width=100)
    assert rows[-1] == (
        "… cut short: the model reached its longest answer · tab enter goes on · tab r sends again"
    )


async def test_attachments_and_tool_calls_are_named() -> None:
    file = Attachment("map.png", "image/png", "a/b", "0")
    call = ToolCall("1", "python", '{"code":\n"1+1"}')
    rows = await shown(question("See", attachments=(file,)), answer("", tool_calls=(call,)))
    assert "+ map.png · image/png" in rows
    assert '→ python {"code": "1+1"}' in rows


async def test_tool_output_is_folded() -> None:
    rows = await shown(Message(Role.TOOL, "four words of output"))
    assert rows == ["tool", "▸ output (4 words)"]


async def test_instructions_are_shown_as_such() -> None:
    assert await shown(Message(Role.SYSTEM, "Be brief.")) == ["instructions", "Be brief."]


async def test_siblings_are_counted_under_the_message() -> None:
    message = answer("One of three")
    async with running() as (_, log, _):
        log.show([message], siblings=lambda _: (2, 3))
        await settled(log)
        assert text_in_view(log)[2] == "‹2/3›"


async def test_memory_begins_at_a_line() -> None:
    messages = [question("old"), answer("old too"), question("new")]
    async with running(messages) as (_, log, _):
        log.memory_begins = messages[2].id
        await settled(log)
        assert "── the model remembers from here ───" in text_in_view(log)[6]
        log.memory_begins = None
        await settled(log)
        assert "remembers" not in view_text(log)


async def test_queued_questions_stand_at_the_end() -> None:
    async with running([question("now")]) as (_, log, _):
        log.queued = ("then this", "and\nthat")
        await settled(log)
        assert text_in_view(log)[3:5] == [
            "queued: then this",
            "queued: and that",
        ]
        log.queued = ()
        await settled(log)
        assert "queued" not in view_text(log)


async def test_a_note_stands_under_the_last_message() -> None:
    async with running([question("q")]) as (_, log, _):
        log.set_note("Trying again in 3 s")
        await settled(log)
        assert text_in_view(log)[2] == "Trying again in 3 s"
        log.set_note("")
        await settled(log)
        assert "again" not in view_text(log)


async def live(text: str = "", reasoning: str = "") -> str:
    """What a log shows while an answer is on its way."""
    message = answer("")
    async with running([question("q"), message]) as (_, log, _):
        log.set_live(message.id)
        log.extend(message.id, text, reasoning)
        await settled(log)
        return "\n".join(text_in_view(log)[3:7])


async def test_before_anything_comes_there_are_dots() -> None:
    assert (await live()).split("\n")[1] == "…"


async def test_reasoning_is_counted_while_it_grows() -> None:
    shown_lines = (await live(reasoning="some thoughts")).split("\n")
    assert shown_lines[0].endswith("writing…")
    assert shown_lines[1] == "▸ reasoning (2 words) …"


async def test_the_dots_go_when_the_answer_comes() -> None:
    assert (await live("Text", "some thoughts")).split("\n")[1:3] == [
        "▸ reasoning (2 words)",
        "Text",
    ]
