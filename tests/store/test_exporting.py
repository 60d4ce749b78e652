"""Exports: readable, harmless, and read back as what they were."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnagpt_tui.backend.models import (
    Attachment,
    Conversation,
    Message,
    Outcome,
    Role,
    Source,
    ToolCall,
    Usage,
)
from bnagpt_tui.backend.store.exporting import FORMATS, export, shown_path, to_html, to_markdown
from bnagpt_tui.backend.store.importing import read_import

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2026, 3, 1, 10, 42, 7, 123456, tzinfo=UTC)

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
LINES = st.lists(
    WORDS | st.sampled_from(["<!-- bnagpt:content {} -->", "\\<!-- bnagpt:end {} -->", "```", ""])
).map("\n".join)


def message(text: str, parent: Message | None = None, role: Role = Role.USER) -> Message:
    return Message(role, text, parent=parent.id if parent else None, created=MOMENT)


def a_tree() -> tuple[Conversation, list[Message]]:
    question = message("Capital of Austrália?")
    first = message("**Canberra**", question, Role.ASSISTANT)
    second = message("Sydney", question, Role.ASSISTANT)
    conversation = Conversation("Capitals 🗺", head=first.id, created=MOMENT, updated=MOMENT)
    return conversation, [question, first, second]


@st.composite
def trees(draw: st.DrawFn) -> tuple[Conversation, list[Message]]:
    messages: list[Message] = []
    moments = st.datetimes(
        datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis wants it without a zone
        timezones=st.just(UTC),
    )
    for _ in range(draw(st.integers(0, 6))):
        known = [m.id for m in messages]
        parents = st.none() | st.sampled_from(known) if known else st.none()
        messages.append(
            Message(
                draw(st.sampled_from(Role)),
                draw(LINES),
                parent=draw(parents),
                reasoning=draw(LINES),
                attachments=draw(st.sampled_from([(), (Attachment("a", "b", "c/d", "e"),)])),
                tool_calls=draw(st.sampled_from([(), (ToolCall("1", "t", "{}"),)])),
                sources=draw(st.sampled_from([(), (Source(1, "t", "https://a.example"),)])),
                created=draw(moments),
                model=draw(WORDS),
                usage=draw(st.none() | st.builds(Usage, st.integers(0, 10**6))),
                outcome=draw(st.sampled_from(Outcome)),
                problem=draw(WORDS),
            )
        )
    head = draw(st.sampled_from([m.id for m in messages])) if messages else None
    tools = draw(st.sampled_from([None, True, False]))
    pinned = draw(st.booleans())
    return Conversation(draw(WORDS), head=head, tools=tools, pinned=pinned), messages


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_json_gives_back_an_equal_conversation(
    tree: tuple[Conversation, list[Message]], tmp_path: Path
) -> None:
    conversation, messages = tree
    file = tmp_path / "out.json"
    file.write_text(export("json", conversation, messages), encoding="utf-8", newline="")
    result = read_import(file)
    if messages:
        assert result.problems == ()
        assert result.conversations[0].conversation == conversation
        assert list(result.conversations[0].messages) == messages
    else:
        assert result.conversations == ()
        assert "no messages" in result.problems[0]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_markdown_gives_back_the_path_that_was_shown(
    tree: tuple[Conversation, list[Message]], tmp_path: Path
) -> None:
    conversation, messages = tree
    file = tmp_path / "out.md"
    file.write_text(export("markdown", conversation, messages), encoding="utf-8", newline="")
    path = shown_path(conversation, messages)
    result = read_import(file)
    read = result.conversations[0].messages if result.conversations else ()
    assert [
        (m.role, m.content, m.reasoning, m.created, m.model, m.outcome, m.problem) for m in read
    ] == [(m.role, m.content, m.reasoning, m.created, m.model, m.outcome, m.problem) for m in path]
    if path:
        assert result.conversations[0].conversation.head == read[-1].id
        assert [m.parent for m in read] == [None, *(m.id for m in read[:-1])]


def test_markdown_shows_speaker_model_time_and_how_an_answer_ended() -> None:
    conversation, (question, answer, _) = a_tree()
    answer = replace(answer, model="gpt-oss", outcome=Outcome.FAILED, problem="It\nbroke.")
    text = to_markdown(conversation, [question, answer])
    assert "# Capitals 🗺\n" in text
    assert "## You · 2026-03-01 10:42 UTC\n" in text
    assert "## bnaGPT · gpt-oss · 2026-03-01 10:42 UTC · failed\n" in text
    assert "\n> It broke.\n" in text
    assert "\n**Canberra**\n" in text
    assert "Sydney" not in text


def test_the_last_message_stands_for_a_head_that_is_not_there() -> None:
    conversation, messages = a_tree()
    path = shown_path(replace(conversation, head="gone"), messages)
    assert [m.content for m in path] == ["Capital of Austrália?", "Sydney"]


def test_a_newline_in_a_name_does_not_make_a_second_heading() -> None:
    conversation, messages = a_tree()
    text = to_markdown(replace(conversation, name="a\n# b --> c"), messages[:1])
    assert text.startswith("# a # b --> c\n")
    assert "\n# b" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_as_utf8_whatever_a_message_holds(name: str) -> None:
    conversation, messages = a_tree()
    broken = replace(messages[0], content="half \ud83d of a face\x00")
    export(name, replace(conversation, name="n\udc00"), [broken, *messages[1:]]).encode()


def test_json_keeps_half_a_character_as_an_escape() -> None:
    conversation, messages = a_tree()
    text = export("json", conversation, [replace(messages[0], content="\ud83d")])
    assert json.loads(text)["messages"][0]["content"] == "\ud83d"


def test_a_duration_that_is_no_number_is_written_as_zero() -> None:
    conversation, messages = a_tree()
    text = export("json", conversation, [replace(messages[0], usage=Usage(seconds=float("nan")))])
    assert json.loads(text, parse_constant=pytest.fail)["messages"][0]["usage"]["seconds"] == 0


def test_a_time_of_another_zone_comes_back_as_the_same_moment(tmp_path: Path) -> None:
    conversation, messages = a_tree()
    there = MOMENT.astimezone(timezone(timedelta(hours=-3)))
    file = tmp_path / "out.json"
    file.write_text(export("json", replace(conversation, created=there), messages))
    assert read_import(file).conversations[0].conversation.created == MOMENT


class Page(HTMLParser):
    """What a browser would see of a page: elements, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)> </article></style>
[click](javascript:alert(1)) [data](data:text/html,x) ![pixel](https://tracker.example/p.png)

| a | b |
|---|---|
| <svg onload=alert(1)> | 2 |
"""


@pytest.mark.parametrize("role", [Role.USER, Role.ASSISTANT, Role.SYSTEM, Role.TOOL])
def test_html_obeys_nothing_that_a_message_says(role: Role) -> None:
    conversation, messages = a_tree()
    hostile = replace(
        messages[0], role=role, content=HOSTILE, reasoning=HOSTILE, problem=HOSTILE, model=HOSTILE
    )
    page = Page(to_html(replace(conversation, name=HOSTILE), [hostile]))
    assert not {"script", "img", "svg", "iframe", "link"} & set(page.elements)
    assert set(page.addresses) <= {"https://tracker.example/p.png"}
    assert page.text.count("<script>alert(1)</script>") >= 4


def test_html_renders_an_answer_as_markdown_and_a_question_as_it_was_typed() -> None:
    conversation, (question, answer, _) = a_tree()
    question = replace(question, content="**not bold**\n  indented")
    text = to_html(conversation, [question, answer])
    assert "**not bold**\n  indented" in text
    assert "<strong>Canberra</strong>" in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert Page(text).addresses == []


def test_html_shows_control_characters_and_never_holds_one() -> None:
    conversation, messages = a_tree()
    text = to_html(conversation, [replace(messages[1], content="\x1b[31mred\x9b\u202e")])
    assert "␛[31mred" in text
    assert not {"\x1b", "\x9b", "\u202e"} & set(text)


def test_html_keeps_what_stands_deep_in_lists() -> None:
    nested = "".join("  " * depth + f"- level {depth}\n" for depth in range(15))
    text = to_html(Conversation("n"), [message(nested, role=Role.ASSISTANT)])
    assert "level 14" in text


def tool_talk() -> list[Message]:
    """A question, what a tool brought, and the answer that cites it."""
    asked = message("Rain?")
    call = ToolCall("c1", "web_search", '{"query":"rain -->"}')
    page = Source(1, "About <rain>", "https://rain.example/?a=1&b=2", "It rains.")
    found = replace(
        message("[1] It rains.", asked, Role.TOOL),
        tool_calls=(call,),
        tool_call_id="c1",
        sources=(page,),
    )
    said = replace(message("Yes [1].", found, Role.ASSISTANT), sources=(page,))
    return [asked, found, said]


def test_markdown_says_which_tool_was_called_and_lists_what_is_cited(tmp_path: Path) -> None:
    text = to_markdown(Conversation("Rain"), tool_talk())
    assert "## Tool · web_search · 2026-03-01" in text
    assert '> Called with: {"query":"rain -->"}' in text
    assert "- [1] About <rain> <https://rain.example/?a=1&b=2>" in text
    path = tmp_path / "rain.md"
    path.write_text(text, "utf-8")
    messages = read_import(path).conversations[0].messages
    assert [m.content for m in messages] == ["Rain?", "[1] It rains.", "Yes [1]."]
    assert messages[1].tool_calls[0].name == "web_search"
    assert messages[1].tool_calls[0].arguments == '{"query":"rain -->"}'
    assert messages[1].tool_call_id == messages[1].tool_calls[0].id


def test_html_links_what_is_cited_and_nothing_else() -> None:
    talk = tool_talk()
    evil = Source(2, "Evil", "javascript:alert(1)")
    talk[2] = replace(talk[2], sources=(*talk[2].sources, evil))
    page = to_html(Conversation("Rain"), talk)
    assert '<a href="https://rain.example/?a=1&amp;b=2">[1] About &lt;rain&gt;</a>' in page
    assert "<p>[2] Evil</p>" in page
    assert "&quot;query&quot;:&quot;rain --&gt;&quot;" in page
