"""What other programs' exports of today hold: each thing comes in as what it is."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnagpt_tui.backend.errors import ImportFileError
from bnagpt_tui.backend.models import Message, Outcome, Role
from bnagpt_tui.backend.store.import_content import understood
from bnagpt_tui.backend.store.import_tree import NO_QUESTION
from bnagpt_tui.backend.store.importing import read_import

from .importing_files import read
from .test_importing_elsewhere import chatgpt, node, openwebui, said, texts

NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.json"


def tools(messages: tuple[Message, ...]) -> list[tuple[str, str, str]]:
    """Name, arguments and result of what tools did."""
    return [
        (m.tool_calls[0].name, m.tool_calls[0].arguments, m.content)
        for m in messages
        if m.role is Role.TOOL
    ]


def test_open_webuis_answers_in_output_come_in(file: Path) -> None:
    def text(words: str) -> list[dict[str, str]]:
        return [{"type": "output_text", "text": words}]

    output = [
        {"type": "reasoning", "id": "r", "content": text("Eighty degrees."), "summary": []},
        {"type": "function_call", "call_id": "c", "name": "kettle", "arguments": '{"t": 80}'},
        {"type": "function_call_output", "call_id": "c", "output": text("It is hot.")},
        {"type": "message", "role": "assistant", "content": text("Three minutes.")},
    ]
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    messages = {
        "q": said(None, "user", "How long?"),
        "a": said("q", "assistant", "", model="large", output=output, done=True),
        "q2": said("a", "user", [{"type": "text", "text": "And black tea?"}, picture]),
        "a2": said("q2", "assistant", "Four."),
    }
    result = read(file, [openwebui(messages)])
    imported = result.conversations[0].messages
    assert texts(result) == [
        ("user", "How long?"),
        ("tool", "It is hot."),
        ("assistant", "Three minutes."),
        ("user", "And black tea?"),
        ("assistant", "Four."),
    ]
    assert imported[2].reasoning == "Eighty degrees."
    assert tools(imported) == [("kettle", '{"t": 80}', "It is hot.")]
    assert [m.parent for m in imported] == [None, *(m.id for m in imported[:-1])]
    assert result.problems == ("“WebUI” came without 1 image.",)


def test_open_webuis_parallel_answers_stand_side_by_side(file: Path) -> None:
    messages = {
        "q": said(None, "user", "Why?", models=["x", "y"], children=["a1", "a2"]),
        "a1": said("q", "assistant", "X", model="x", modelIdx=0),
        "a2": said("q", "assistant", "Y", model="y", modelIdx=1, children=["q2"]),
        "q2": said("a2", "user", "And?"),
    }
    imported = read(file, [openwebui(messages)]).conversations[0].messages
    parents = {m.content: m.parent for m in imported}
    ids = {m.content: m.id for m in imported}
    assert parents == {"Why?": None, "X": ids["Why?"], "Y": ids["Why?"], "And?": ids["Y"]}


def test_open_webuis_folded_tools_and_code_are_kept(file: Path) -> None:
    content = (
        '<details type="tool_calls" done="true" id="1" name="search" '
        'arguments="{&quot;q&quot;: 1}" result="&quot;found&quot;">\n<summary>Ran</summary>\n'
        '</details>\n<details type="code_interpreter" output="2">\n<summary>Analyzed</summary>\n'
        "```python\n1+1\n```\n</details>\nDone."
    )
    imported = read(file, [openwebui({"a2": said(None, "assistant", content)})])
    assert tools(imported.conversations[0].messages) == [
        ("search", '{"q": 1}', '"found"'),
        ("code_interpreter", "```python\n1+1\n```", "2"),
    ]
    assert texts(imported)[-1] == ("assistant", "Done.")


def librechat(messages: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "conversationId": "b-1",
        "title": "Bread",
        "recursive": True,
        "messages": messages,
    } | more


def spoken(key: str, parent: str, *, user: bool, **more: Any) -> dict[str, Any]:
    return {"messageId": key, "parentMessageId": parent, "isCreatedByUser": user} | more


def test_librechats_nested_messages_and_typed_contents_come_in(file: Path) -> None:
    call = {"name": "clock", "args": "{}", "output": "ten", "id": "c"}
    content = [
        {"type": "think", "think": "warm place"},
        {"type": "tool_call", "tool_call": call},
        {"type": "text", "text": {"value": "Somewhere warm."}},
    ]
    answer = spoken("2", "1", user=False, text="", content=content, model="m", children=[])
    other = spoken("3", "1", user=False, text="Anywhere.", unfinished=True)
    question = spoken(
        "1",
        NOWHERE,
        user=True,
        text="How do I proof bread?",
        createdAt="2026-01-02T03:04:05.000Z",
        children=[answer, other],
    )
    result = read(file, librechat([question]))
    imported = result.conversations[0].messages
    assert texts(result) == [
        ("user", "How do I proof bread?"),
        ("tool", "ten"),
        ("assistant", "Somewhere warm."),
        ("assistant", "Anywhere."),
    ]
    assert imported[0].created.isoformat() == "2026-01-02T03:04:05+00:00"
    assert (imported[2].reasoning, imported[2].model) == ("warm place", "m")
    assert (imported[3].parent, imported[3].outcome) == (imported[0].id, Outcome.INTERRUPTED)
    assert result.conversations[0].conversation.name == "Bread"
    assert result.problems == ()


def test_librechats_flat_list_in_any_order_keeps_its_pairs(file: Path) -> None:
    messages = [
        spoken("a2", "q2", user=False, text="A2"),
        spoken("q1", NOWHERE, user=True, text="Q1"),
        spoken("q2", "a1", user=True, text="Q2"),
        spoken("a1", "q1", user=False, text="A1"),
    ]
    result = read(file, librechat(messages, recursive=False))
    assert [said for _, said in texts(result)] == ["Q1", "A1", "Q2", "A2"]
    again = read(file, librechat(messages, recursive=False))
    ids = [[m.id for m in each.conversations[0].messages] for each in (result, again)]
    assert ids[0] == ids[1]


def test_claudes_export_comes_in(file: Path) -> None:
    artifact = {"command": "create", "title": "Poem", "type": "text/markdown", "content": "# Tea"}
    content = [
        {"type": "thinking", "thinking": "hm", "start_timestamp": None},
        {"type": "tool_use", "id": "t", "name": "web_search", "input": {"query": "tea"}},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "hot"}]},
        {"type": "tool_use", "id": "u", "name": "artifacts", "input": artifact},
        {"type": "text", "text": "Here it is."},
    ]
    export = [
        {
            "uuid": "c-1",
            "name": "Poem",
            "created_at": "2026-05-01T10:00:00.000000Z",
            "updated_at": "2026-05-02T10:00:00.000000Z",
            "chat_messages": [
                {
                    "uuid": "m1",
                    "sender": "human",
                    "text": "A poem?",
                    "content": [{"type": "text", "text": "A poem?"}],
                    "attachments": [{"file_name": "a.txt", "extracted_content": "leaves"}],
                    "files": [{"file_name": "b.png"}],
                },
                {"uuid": "m2", "sender": "assistant", "text": "x", "content": content},
                {"uuid": "m3", "sender": "human", "text": "Thanks", "content": []},
            ],
        }
    ]
    result = read(file, export)
    imported = result.conversations[0].messages
    assert [m.role.value for m in imported] == ["user", "tool", "assistant", "user"]
    assert imported[0].content == "A poem?\n\na.txt:\n\n```\nleaves\n```"
    assert [(name, result) for name, _, result in tools(imported)] == [("web_search", "hot")]
    assert imported[2].content == "**Poem**\n\n# Tea\n\nHere it is."
    assert imported[2].reasoning == "hm"
    assert result.conversations[0].conversation.created.isoformat() == "2026-05-01T10:00:00+00:00"
    assert result.problems == ("“Poem” came without 1 attachment.",)


def test_claudes_branches_follow_the_parents_that_messages_name(file: Path) -> None:
    messages = [
        {"uuid": key, "sender": sender, "text": key, "parent_message_uuid": parent}
        for key, sender, parent in (
            ("q", "human", "00000000-0000-4000-8000-000000000000"),
            ("a", "assistant", "q"),
            ("b", "assistant", "q"),
        )
    ]
    value = {"uuid": "c", "name": "n", "chat_messages": messages, "current_leaf_message_uuid": "a"}
    imported = read(file, value).conversations[0]
    question, first, second = imported.messages
    assert first.parent == second.parent == question.id
    assert imported.conversation.head == first.id


def test_chatgpts_canvas_report_and_output_are_kept_as_what_they_are(file: Path) -> None:
    canvas = json.dumps({"name": "Plan", "type": "document", "content": "# Step one"})
    changed = json.dumps({"updates": [{"pattern": ".*", "replacement": "# Step two"}]})
    script = json.dumps({"name": "run.py", "type": "code/python", "content": "print(1)"})
    report = {"is_async_task_result_message": True, "async_task_type": "research"}
    quote = {"content_type": "tether_quote", "title": "T", "url": "https://x.y", "text": "quoted"}
    mapping = {
        "q": node(None, "user", "plan"),
        "c": node("q", "assistant", canvas, recipient="canmore.create_textdoc"),
        "u": node("c", "assistant", changed, recipient="canmore.update_textdoc"),
        "s": node("u", "assistant", script, recipient="canmore.create_textdoc"),
        "k": node("s", "assistant", '{"q": 1}', recipient="research.start"),
        "t": node("k", "tool", "started", author={"role": "tool", "name": "research.start"}),
        "r": node("t", "tool", "# Report", metadata=report),
        "e": node("r", "tool", content={"content_type": "execution_output", "text": "42"}),
        "f": node("e", "tool", content=quote, author={"role": "tool", "name": "browser"}),
        "x": node("f", "tool", content={"content_type": "system_error", "name": "E", "text": "no"}),
        "a": node("x", "assistant", "done"),
    }
    result = read(file, chatgpt(mapping))
    assert texts(result) == [
        ("user", "plan"),
        ("assistant", "**Plan**\n\n# Step one"),
        ("assistant", "# Step two"),
        ("assistant", "**run.py**\n\n```python\nprint(1)\n```"),
        ("tool", "started"),
        ("assistant", "# Report"),
        ("tool", "42"),
        ("tool", "T\n\nhttps://x.y\n\nquoted"),
        ("tool", "E: no"),
        ("assistant", "done"),
    ]
    assert tools(result.conversations[0].messages)[0] == ("research.start", '{"q": 1}', "started")
    assert result.problems == ()


def test_an_answer_whose_question_is_hidden_is_not_paired_with_another(file: Path) -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    mapping = {
        "q": node(None, "user", "first?"),
        "a": node("q", "assistant", "first."),
        "h": node("a", "user", "secret", metadata=hidden),
        "b": node("h", "assistant", "second."),
    }
    messages = read(file, chatgpt(mapping)).conversations[0].messages
    assert [m.content for m in messages] == ["first?", "first.", NO_QUESTION, "second."]
    assert messages[3].parent == messages[2].id


@pytest.mark.parametrize("content", ["", None, [], {}, {"content_type": "text", "parts": [""]}])
def test_an_answer_to_a_question_without_text_is_not_paired_with_another(
    file: Path, content: Any
) -> None:
    entries = [
        {"role": "user", "content": "one?"},
        {"role": "user", "content": content},
        {"role": "assistant", "content": "two."},
    ]
    messages = read(file, entries).conversations[0].messages
    assert [m.content for m in messages] == ["one?", NO_QUESTION, "two."]


def test_thoughts_of_one_branch_are_not_those_of_another(file: Path) -> None:
    def thoughts(words: str) -> dict[str, Any]:
        return {"content_type": "thoughts", "thoughts": [{"content": words}]}

    mapping = {
        "q": node(None, "user", "hard?", children=("t1", "t2")),
        "t1": node("q", "assistant", content=thoughts("lost in thought")),
        "t2": node("q", "assistant", content=thoughts("clear")),
        "a2": node("t2", "assistant", "easy"),
        "t3": node("a2", "assistant", content=thoughts("late")),
        "q2": node("t3", "user", "next?"),
        "a3": node("q2", "assistant", "yes"),
    }
    messages = read(file, chatgpt(mapping)).conversations[0].messages
    by_thought = {m.reasoning: m.content for m in messages if m.reasoning}
    assert by_thought == {"lost in thought": "", "clear": "easy", "late": ""}
    assert {m.content: m.reasoning for m in messages}["yes"] == ""


def test_what_is_not_understood_is_kept_and_named(file: Path) -> None:
    odd = {"type": "hologram", "depth": 3}
    entries = [
        {"role": "user", "content": [odd]},
        {"role": "oracle", "content": "It is known."},
        {"role": "assistant", "content": [{"type": "widget", "text": "a widget"}]},
    ]
    result = read(file, entries)
    messages = result.conversations[0].messages
    assert json.loads(messages[0].content.strip("`").removeprefix("json")) == odd
    assert tools(messages) == [("oracle", "", "It is known.")]
    assert messages[2].content == "a widget"
    said_of_it = " ".join(result.problems)
    assert "hologram, widget" in said_of_it
    assert "oracle" in said_of_it
    assert "empty" not in said_of_it


@pytest.mark.parametrize(
    ("value", "said", "thoughts"),
    [
        ("plain", "plain", ""),
        (["a", {"type": "text", "text": "b"}, None], "a\n\nb", ""),
        ({"content_type": "multimodal_text", "parts": ["a", {"text": "b"}]}, "a\n\nb", ""),
        ({"parts": [{"text": "gemini"}]}, "gemini", ""),
        ({"type": "text", "text": {"value": "v", "annotations": []}}, "v", ""),
        ([{"type": "thinking", "thinking": "t", "signature": "s"}], "", "t"),
        ([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}]}], "", "s"),
        ([{"type": "reasoning", "content": [{"type": "reasoning_text", "text": "r"}]}], "", "r"),
        ({"content_type": "code", "language": "unknown", "text": "x"}, "```\nx\n```", ""),
        ([{"type": "refusal", "refusal": "no"}], "no", ""),
        ([{"type": "error", "error": {"message": "broke"}}], "broke", ""),
        (5, "5", ""),
    ],
)
def test_contents_of_every_shape_are_understood(value: Any, said: str, thoughts: str) -> None:
    content = understood(value)
    assert (content.text, content.reasoning) == (said, thoughts)


def test_lines_of_json_are_conversations_or_messages(file: Path) -> None:
    lines = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    result = read(file, "\n".join(map(json.dumps, lines)) + "\n")
    assert texts(result) == [("user", "q"), ("assistant", "a")]
    result = read(file, "\r\n".join(json.dumps({"messages": lines, "title": t}) for t in "xy"))
    assert [each.conversation.name for each in result.conversations] == ["x", "y"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda item: {"conversations": [item]},
        lambda item: {"version": 4, "data": [item], "folders": []},
        lambda item: {"some-id": item},
        lambda item: item,
    ],
)
def test_conversations_are_found_in_what_is_wrapped_round_them(file: Path, wrap: Any) -> None:
    result = read(file, wrap(chatgpt({"q": node(None, "user", "hi")})))
    assert texts(result) == [("user", "hi")]


def packed(**members: object) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, value in members.items():
            writer.writestr(name.replace("__", "/") + ".json", json.dumps(value))
    return archive.getvalue()


def test_a_zip_archive_is_read_where_its_conversations_are(file: Path) -> None:
    talk = chatgpt({"q": node(None, "user", "zipped")})
    file.write_bytes(packed(user={"id": 1}, export__conversations=[talk]))
    result = read_import(file)
    assert texts(result) == [("user", "zipped")]
    assert result.problems == ()


def test_a_zip_archive_that_unpacks_to_too_much_is_refused(file: Path) -> None:
    file.write_bytes(packed(conversations="x" * 3_000_000))
    with pytest.raises(ImportFileError, match="larger than 1 MB"):
        read_import(file, 1024 * 1024)


def test_a_zip_archive_without_conversations_is_refused(file: Path) -> None:
    file.write_bytes(packed(user={"id": 1}))
    with pytest.raises(ImportFileError, match="holds no conversations"):
        read_import(file)


def test_two_conversations_without_ids_stay_two(file: Path) -> None:
    one = {"1": said(None, "user", "one")}
    two = {"1": said(None, "user", "two")}
    exports = [{"chat": {"history": {"messages": each}}} for each in (one, two)]
    ids = {each.conversation.id for each in read(file, exports).conversations}
    assert len(ids) == 2


NODES = st.lists(
    st.tuples(
        st.integers(-1, 12),
        st.sampled_from(["user", "assistant", "tool", "system", "critic", ""]),
        st.sampled_from(["words", "", "hidden", "thoughts", "odd"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=NODES)
def test_an_answer_never_stands_under_another_question(
    file: Path, shape: list[tuple[int, str, str]]
) -> None:
    mapping: dict[str, Any] = {}
    for number, (above, speaker, what) in enumerate(shape):
        parent = str(above) if 0 <= above < number else None
        content: dict[str, Any] = {"content_type": "text", "parts": [f"words {number}"]}
        if what == "thoughts":
            content = {"content_type": "thoughts", "thoughts": [{"content": f"words {number}"}]}
        elif what == "odd":
            content["content_type"] = what
        elif not what:
            content["parts"] = []
        details = {"is_visually_hidden_from_conversation": what == "hidden"}
        mapping[str(number)] = node(parent, speaker, content=content, metadata=details)
    result = read(file, [chatgpt(mapping)])
    for imported in result.conversations:
        known = {m.id: m for m in imported.messages}
        for message in imported.messages:
            if message.role is not Role.ASSISTANT:
                continue
            words = message.content or message.reasoning
            number = int(words.split()[1])
            assert question_of(message, known) in right_questions(number, shape, mapping)


def question_of(message: Message, known: dict[str, Message]) -> str | None:
    """What an imported answer stands under; `None` for no question."""
    above = known.get(message.parent or "")
    while above and above.role is not Role.USER:
        above = known.get(above.parent or "")
    return above.content if above else None


def right_questions(
    number: int, shape: list[tuple[int, str, str]], mapping: dict[str, Any]
) -> set[str | None]:
    """What an answer may stand under: its own question, or the word that there is none."""
    asked: str | None = str(number)
    while asked is not None and not (mapping[asked]["message"] and shape[int(asked)][1] == "user"):
        asked = mapping[asked]["parent"]
    if asked is None:
        return {None}
    return {f"words {asked}"} if shape[int(asked)][2] not in {"", "hidden"} else {NO_QUESTION}
