"""Exports that are odd in ways that real ones are: no word of them is lost, no pair is torn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.store.importing import read_import

ZERO = "00000000-0000-0000-0000-000000000000"


def imported(directory: Path, value: object) -> list[Message]:
    """All messages of an export."""
    file = directory / "export.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    found = read_import(file)
    assert not [problem for problem in found.problems if "empty" in problem]
    return [message for each in found.conversations for message in each.messages]


def words(messages: list[Message]) -> str:
    """All that the messages say."""
    return "\n".join(
        f"{each.content} {each.reasoning} {[call.arguments for call in each.tool_calls]}"
        for each in messages
    )


def question_of(messages: list[Message], answer: str) -> str:
    """The question that an answer stands under."""
    by_id = {message.id: message for message in messages}
    message = next(each for each in messages if answer in each.content)
    while message.role is not Role.USER:
        message = by_id[message.parent or ""]
    return message.content


def chatgpt(*answers: dict[str, Any]) -> list[dict[str, Any]]:
    """An export of one question and what followed it."""
    ask = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["QONE"]}}
    mapping: dict[str, Any] = {}
    for place, message in enumerate([ask, *answers]):
        parent = str(place - 1) if place else None
        mapping[str(place)] = {"parent": parent, "children": [], "message": message}
    return [{"title": "T", "mapping": mapping, "current_node": str(len(answers))}]


def says(content: object, role: str = "assistant", **more: object) -> dict[str, Any]:
    """A message of ChatGPT's."""
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    return {"author": {"role": role, "name": more.pop("name", "")}, "content": content, **more}


CITED = 'In \ue200entity\ue202["city","PARIS"]\ue201 \ue200cite\ue202turn0\ue201.'
LINK = {"matched_text": "\ue200cite\ue202turn0\ue201", "alt": "([T](https://cite.example))"}
REPORT = {"report_message": {"content": {"content_type": "text", "parts": ["REPORT"]}}}


@pytest.mark.parametrize(
    ("export", "expected"),
    [
        (
            chatgpt(says(CITED, metadata={"content_references": [LINK]})),
            ["In PARIS ([T](https://cite.example))."],
        ),
        (
            chatgpt(
                says({"content_type": "code", "text": "CODE"}, recipient="python"),
                says(
                    {"content_type": "execution_output", "text": ""},
                    "tool",
                    name="python",
                    metadata={"aggregate_result": {"messages": [{"text": "PRINTED"}]}},
                ),
            ),
            ["CODE", "PRINTED"],
        ),
        (
            chatgpt(
                says({"content_type": "thoughts", "thoughts": [{"chunks": ["CHUNK"]}]}),
                says("AONE"),
            ),
            ["CHUNK", "AONE"],
        ),
        (
            chatgpt(
                says({"content_type": "sonic_webpage", "title": "TITLE", "snippet": "SNIP"}, "tool")
            ),
            ["TITLE", "SNIP"],
        ),
        (
            [
                {
                    "chat_messages": [
                        {"sender": "human", "text": "QONE"},
                        {
                            "sender": "assistant",
                            "content": [
                                {
                                    "type": "tool_use",
                                    "name": "artifacts",
                                    "input": {
                                        "command": "update",
                                        "old_str": "OLD",
                                        "new_str": "NEW",
                                    },
                                },
                                {
                                    "type": "tool_result",
                                    "content": [
                                        {"type": "knowledge", "title": "TITLE", "text": "KNOWN"}
                                    ],
                                },
                            ],
                        },
                    ]
                }
            ],
            ["OLD", "NEW", "TITLE", "KNOWN"],
        ),
        (
            [
                {
                    "chat_messages": [
                        {"uuid": "1", "sender": "human", "text": "QONE"},
                        {"uuid": "1", "sender": "assistant", "text": "SAME ID"},
                    ]
                }
            ],
            ["QONE", "SAME ID"],
        ),
        (
            [
                {
                    "chat": {
                        "history": {
                            "messages": {
                                "1": {"role": "user", "content": "QONE"},
                                "2": {
                                    "role": "assistant",
                                    "parentId": "1",
                                    "content": "AONE",
                                    "output": [
                                        {"type": "message", "content": [{"text": "AONE"}]},
                                        {"type": "message", "content": [{"text": "MORE"}]},
                                    ],
                                },
                            }
                        }
                    }
                }
            ],
            ["AONE", "MORE"],
        ),
        (
            {
                "conversationId": "l",
                "messages": [
                    {
                        "messageId": "1",
                        "parentMessageId": ZERO,
                        "isCreatedByUser": True,
                        "text": "QONE",
                        "files": [{"filename": "f", "text": "INSIDE"}],
                    },
                    {
                        "messageId": "2",
                        "parentMessageId": "1",
                        "isCreatedByUser": False,
                        "text": "TEXT",
                        "content": [{"type": "text", "text": "CONTENT"}],
                    },
                ],
            },
            ["INSIDE", "TEXT", "CONTENT"],
        ),
    ],
)
def test_no_word_of_an_irregular_export_is_lost(
    tmp_path: Path, export: object, expected: list[str]
) -> None:
    seen = words(imported(tmp_path, export))
    assert [word for word in expected if word not in seen] == []
    assert seen.count("AONE") <= 1


def test_the_report_that_a_widget_shows_is_an_answer(tmp_path: Path) -> None:
    state = {"chatgpt_sdk": {"widget_state": json.dumps(REPORT)}}
    messages = imported(tmp_path, chatgpt(says("state", "tool", metadata=state)))
    assert messages[-1].role is Role.ASSISTANT
    assert "REPORT" in messages[-1].content


def test_claudes_messages_in_any_order_keep_their_pairs(tmp_path: Path) -> None:
    parents = {"ATWO": "QTWO", "QTWO": "AONE", "AONE": "QONE", "QONE": None}
    rows: list[dict[str, Any]] = []
    for said, parent in parents.items():
        row = {"uuid": said, "text": said, "sender": "human" if said[0] == "Q" else "assistant"}
        rows.append({**row, "parent_message_uuid": parent} if parent else row)
    messages = imported(tmp_path, [{"chat_messages": rows}])
    assert question_of(messages, "AONE") == "QONE"
    assert question_of(messages, "ATWO") == "QTWO"
