"""Exports of ChatGPT and of Open WebUI, in the shapes in which they are met."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bnagpt_tui.backend.models import Outcome, Role
from bnagpt_tui.backend.store.importing import ImportResult, read_import

if TYPE_CHECKING:
    from pathlib import Path

ASKED = 1_700_000_000.5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.json"


def read(file: Path, value: Any) -> ImportResult:
    file.write_text(json.dumps(value), encoding="utf-8")
    return read_import(file)


def node(
    parent: str | None,
    role: str = "",
    *parts: Any,
    children: tuple[str, ...] = (),
    content: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A node of ChatGPT's mapping; without a role, one without a message."""
    message = {
        "author": {"role": role},
        "create_time": ASKED,
        "content": content or {"content_type": "text", "parts": list(parts)},
        "metadata": {},
    } | more
    return {"parent": parent, "children": list(children), "message": message if role else None}


def chatgpt(mapping: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "title": "Deploy\ntimeout",
        "conversation_id": "c-1",
        "create_time": ASKED,
        "update_time": ASKED + 60,
        "mapping": mapping,
        "current_node": next(reversed(mapping), None),
    } | more


def texts(result: ImportResult) -> list[tuple[str, str]]:
    return [(m.role.value, m.content) for m in result.conversations[0].messages]


def test_chatgpts_tree_comes_in_without_what_it_hides(file: Path) -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    mapping = {
        "root": node(None),
        "system": node("root", "system", "be helpful"),
        "hidden": node("system", "user", "secret", metadata=hidden),
        "profile": node("hidden", "user", content={"content_type": "user_editable_context"}),
        "q": node("profile", "user", "why?", children=("a1", "a2")),
        "a2": node("q", "assistant", "because", metadata={"model_slug": "gpt-4o"}),
        "a1": node("q", "assistant", ""),
        "b": node("a1", "assistant", "do not know"),
    }
    result = read(file, [chatgpt(mapping, current_node="a2", is_starred=True)])
    imported = result.conversations[0]
    assert imported.conversation.name == "Deploy timeout"
    assert imported.conversation.pinned
    assert imported.conversation.created == datetime.fromtimestamp(ASKED, UTC)
    assert imported.conversation.updated == datetime.fromtimestamp(ASKED + 60, UTC)
    question, first, second = imported.messages
    assert (question.content, question.parent) == ("why?", None)
    assert (first.content, first.parent) == ("do not know", question.id)
    assert (second.content, second.parent, second.model) == ("because", question.id, "gpt-4o")
    assert imported.conversation.head == second.id
    assert result.problems == ()


def test_the_same_export_gives_the_same_ids_each_time(file: Path) -> None:
    export = [chatgpt({"q": node(None, "user", "hi")})]
    first, second = read(file, export), read(file, export)
    assert first.conversations[0].conversation.id == second.conversations[0].conversation.id
    assert first.conversations[0].messages == second.conversations[0].messages


def test_chatgpts_thoughts_become_the_reasoning_of_the_answer_below(file: Path) -> None:
    thoughts = {
        "content_type": "thoughts",
        "thoughts": [{"summary": "s", "content": "First."}, {"summary": "Then."}, 7],
    }
    mapping = {
        "q": node(None, "user", "hard"),
        "t": node("q", "assistant", content=thoughts),
        "r": node("t", "assistant", content={"content_type": "reasoning_recap", "content": "3 s"}),
        "a": node("r", "assistant", "easy"),
        "b": node("a", "assistant", "and more"),
    }
    messages = read(file, [chatgpt(mapping)]).conversations[0].messages
    assert [m.reasoning for m in messages] == ["", "First.\n\nThen.", ""]


def test_chatgpts_code_images_and_tool_steps_are_kept_or_counted(file: Path) -> None:
    code = {"content_type": "code", "language": "python", "text": "1 + 1"}
    parts = [{"content_type": "image_asset_pointer"}, "see", {"text": "spoken"}, {"x": 1}, None]
    mapping = {
        "q": node(None, "user", content={"content_type": "multimodal_text", "parts": parts}),
        "c": node("q", "assistant", content=code, recipient="python"),
        "o": node("c", "tool", content={"content_type": "execution_output", "text": "2"}),
        "w": node("o", "assistant", content=code, recipient="browser"),
        "a": node("w", "assistant", "two \ue200cite\ue202turn0\ue201done"),
    }
    result = read(file, chatgpt(mapping))
    assert texts(result) == [
        ("user", 'see\n\nspoken\n\n```json\n{\n "x": 1\n}\n```'),
        ("assistant", "```python\n1 + 1\n```"),
        ("tool", "2"),
        ("tool", "(The imported file has no result.)"),
        ("assistant", "two done"),
    ]
    browsed = result.conversations[0].messages[3].tool_calls[0]
    assert (browsed.name, browsed.arguments) == ("browser", "1 + 1")
    assert result.problems[0] == "“Deploy timeout” came without 1 image."
    assert "1 part of a kind that bnaGPT does not know" in result.problems[1]


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"metadata": {"finish_details": {"type": "max_tokens"}}}, Outcome.LENGTH),
        ({"metadata": {"finish_details": {"type": "interrupted"}}}, Outcome.INTERRUPTED),
        ({"status": "in_progress"}, Outcome.INTERRUPTED),
        ({"status": "finished_successfully"}, Outcome.COMPLETE),
        ({"metadata": None, "status": 5}, Outcome.COMPLETE),
    ],
)
def test_chatgpts_endings_become_outcomes(
    file: Path, more: dict[str, Any], outcome: Outcome
) -> None:
    result = read(file, [chatgpt({"a": node(None, "assistant", "x", **more)})])
    assert result.conversations[0].messages[0].outcome is outcome


@pytest.mark.parametrize("wrong", [None, 5, "x", [], {}, [None], {"a": None}, True])
def test_wrong_types_anywhere_in_chatgpts_export_do_no_harm(file: Path, wrong: Any) -> None:
    good = node(None, "user", "kept")
    fields = ("author", "create_time", "metadata", "recipient", "status", "id")
    mapping = {"good": good, "wrong": wrong} | {
        f"{field}": node("good", "assistant", "x", **{field: wrong}) for field in fields
    }
    mapping["content"] = node("good", "assistant", content={"content_type": wrong, "parts": wrong})
    mapping["parent"] = {**node(None, "user", "x"), "parent": wrong, "children": wrong}
    more = {"title": wrong, "create_time": wrong, "current_node": wrong, "conversation_id": wrong}
    result = read(file, [chatgpt(mapping, **more)])
    assert ("user", "kept") in texts(result)
    assert result.conversations[0].conversation.name


def test_chatgpts_circles_and_strangers_do_not_hang(file: Path) -> None:
    mapping = {
        "a": node("b", "user", "1", children=("b", "a", "nobody")),
        "b": node("a", "user", "2", children=("a",)),
        "c": node("nobody", "user", "3"),
    }
    assert sorted(texts(read(file, [chatgpt(mapping)]))) == [
        ("user", "1"),
        ("user", "2"),
        ("user", "3"),
    ]


def test_a_conversation_without_messages_is_named_and_left_out(file: Path) -> None:
    export = [chatgpt({"root": node(None)}), chatgpt({"q": node(None, "user", "x")})]
    result = read(file, export)
    assert len(result.conversations) == 1
    assert result.problems == ("“Deploy timeout” holds no messages and was left out.",)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (1_700_000_000, 1_700_000_000),
        (1_700_000_000_000, 1_700_000_000),
        (1_700_000_000_000_000_000, 1_700_000_000),
        (1e300, ASKED),
        (-5, ASKED),
        (True, ASKED),
    ],
)
def test_times_in_any_unit_are_understood(file: Path, written: float, read_as: float) -> None:
    mapping = {"q": node(None, "user", "x", create_time=written)}
    message = read(file, [chatgpt(mapping)]).conversations[0].messages[0]
    assert message.created.timestamp() == pytest.approx(read_as)


def openwebui(messages: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "w-1",
        "title": "WebUI",
        "pinned": True,
        "created_at": 1_700_000_000,
        "updated_at": 1_700_000_100,
        "chat": {"title": "inner", "history": {"messages": messages, "currentId": "a2"}} | more,
    }


def said(parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    children = more.pop("children", [])
    return {"parentId": parent, "childrenIds": children, "role": role, "content": content} | more


def test_open_webuis_tree_comes_in(file: Path) -> None:
    messages = {
        "q": said(None, "user", "why?", timestamp=1_700_000_001, children=["a1", "a2"]),
        "a2": said("q", "assistant", "B", model="llama3", done=False),
        "a1": said("q", "assistant", "", error={"content": "No connection."}),
        "e": said("a1", "assistant", "   " * 0),
    }
    result = read(file, [openwebui(messages)])
    imported = result.conversations[0]
    question, failed, partial = imported.messages
    assert (imported.conversation.name, imported.conversation.pinned) == ("WebUI", True)
    assert imported.conversation.head == partial.id
    assert question.created.timestamp() == 1_700_000_001
    assert (failed.outcome, failed.problem) == (Outcome.FAILED, "No connection.")
    assert (partial.outcome, partial.model) == (Outcome.INTERRUPTED, "llama3")
    assert failed.parent == partial.parent == question.id
    assert "1 empty message" in result.problems[0]


def test_open_webuis_folded_reasoning_is_kept_apart(file: Path) -> None:
    content = (
        '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds'
        "</summary>\n&gt; a &lt; b\n&gt; c\n</details>\nYes.\n"
        '<details type="tool_calls">\n<summary>x</summary>\n{}\n</details>\n\nBut no. <details>'
    ).replace("&gt; ", "> ")
    message = read(file, [openwebui({"a2": said(None, "assistant", content)})])
    answer = message.conversations[0].messages[0]
    assert answer.reasoning == "a < b\nc"
    assert answer.content == "\nYes.\nBut no. <details>".lstrip("\n")


def test_an_unclosed_fold_of_open_webui_stays_as_it_is(file: Path) -> None:
    content = '<details type="reasoning">' * 3
    result = read(file, [openwebui({"a2": said(None, "assistant", content)})])
    assert result.conversations[0].messages[0].content == content


def test_folds_within_a_fold_of_open_webui_are_part_of_it(file: Path) -> None:
    content = '<details type="reasoning">\na <details type="x">\nb</details>end'
    result = read(file, [openwebui({"a2": said(None, "assistant", content)})])
    assert result.conversations[0].messages[0].content == "end"


def test_an_older_open_webui_chat_is_a_plain_list(file: Path) -> None:
    chat = {"title": "Old", "messages": [{"role": "user", "content": "hi"}]}
    result = read(file, [{"chat": chat}, {"messages": chat["messages"], "title": "Bare"}])
    assert [item.conversation.name for item in result.conversations] == ["Old", "Bare"]


@pytest.mark.parametrize("wrong", [None, 5, "x", [], {}, True])
def test_wrong_types_anywhere_in_open_webuis_export_do_no_harm(file: Path, wrong: Any) -> None:
    fields = ("timestamp", "model", "error", "done", "childrenIds", "parentId", "role", "content")
    messages = {"good": said(None, "user", "kept"), "wrong": wrong} | {
        field: {**said("good", "assistant", "x"), field: wrong} for field in fields
    }
    export = openwebui(messages) | {"title": wrong, "id": wrong, "created_at": wrong}
    result = read(file, [export])
    assert ("user", "kept") in texts(result)
    roles = {m.role for m in result.conversations[0].messages}
    assert roles <= {Role.USER, Role.ASSISTANT, Role.TOOL}
