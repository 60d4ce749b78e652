"""Tool calls, however servers number, name and cut them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.events import FinishReason
from tests.groq_server import GroqServer
from tests.groq_server.raw import DONE, Raw, data, delta, stop, text

from .dialect import Read, read

CITY = {"city": "Canberra"}
TOWN = {"city": "Perth"}
HALVES = ('{"city": "Can', 'berra"}')
C, T = json.dumps(CITY), json.dumps(TOWN)
W = "weather"


def call(name: str | None = None, arguments: object = "", **more: Any) -> dict[str, Any]:
    """A piece of a call; what is empty is left out."""
    function: dict[str, Any] = {"arguments": arguments}
    if name is not None:
        function["name"] = name
    head = {"type": "function"} if "id" in more else {}
    return {**head, **more, "function": function}


Calls = list[tuple[str, dict[str, Any] | None]]

one: Calls = [(W, CITY)]
two: Calls = [(W, CITY), (W, TOWN)]
other: Calls = [(W, CITY), ("clock", {})]

CALLS: list[tuple[str, list[list[Any]], Calls]] = [
    ("as usual", [[call(W, id="a", index=0)], [call(None, HALVES[0], index=0)],
                  [call(None, HALVES[1], index=0)]], one),
    ("index as text", [[call(W, HALVES[0], id="a", index="0")], [call(None, HALVES[1], index="0")]],
     one),
    ("index as fraction", [[call(W, HALVES[0], id="a", index=0.0)],
                           [call(None, HALVES[1], index=0)]], one),
    ("index null", [[call(W, HALVES[0], id="a", index=None)], [call(None, HALVES[1], index=None)]],
     one),
    ("id is a number", [[call(W, HALVES[0], id=7, index=0)], [call(None, HALVES[1], id=7)]], one),
    ("index counts the pieces", [[call(W, HALVES[0], id="a", index=0)],
                                 [call(None, HALVES[1], index=1)]], one),
    ("index jumps", [[call(W, C, id="a", index=3)], [call("clock", "{}", id="b", index=9)]],
     other),
    ("neither id nor index", [[call(W, HALVES[0])], [call(None, HALVES[1])]], one),
    ("ids change", [[call(W, HALVES[0], id="a", index=0)],
                    [call(None, HALVES[1], id="b", index=0)]], one),
    ("ids change, no index", [[call(W, "", id="a")], [call(None, HALVES[0], id="b")],
                              [call(None, HALVES[1], id="c")]], one),
    ("ids and index change", [[call(W, HALVES[0], id="a", index=0)],
                              [call(None, HALVES[1], id="b", index=1)]], one),
    ("ids change, name repeated", [[call(W, HALVES[0], id="a", index=0)],
                                   [call(W, HALVES[1], id="b", index=0)]], one),
    ("name repeated", [[call(W, HALVES[0], id="a", index=0)],
                       [call(W, HALVES[1], id="a", index=0)]], one),
    ("name repeated, no id", [[call(W, "")], [call(W, HALVES[0])], [call(W, HALVES[1])]], one),
    ("name repeated at the end", [[call(W, C, id="a", index=0)],
                                  [call(W, "", id="a", index=0)]], one),
    ("name repeated at the end, no id", [[call(W, C, index=0)], [call(W, "", index=0)]],
     one),
    ("name in pieces", [[call("clo", id="a", index=0)], [call("ck", index=0)],
                        [call(None, "{}", index=0)]], [("clock", {})]),
    ("name grows", [[call("wea", id="a", index=0)], [call(W, index=0)],
                    [call(None, C, index=0)]], one),
    ("name later", [[call(None, id="a", index=0)], [call(W, C, index=0)]], one),
    ("name after the arguments", [[call(None, C, id="a", index=0)],
                                  [call(W, "", index=0)]], one),
    ("empty names", [[call(W, HALVES[0], id="a", index=0)], [call("", HALVES[1], index=0)]], one),
    ("arguments as object", [[call(W, CITY, id="a", index=0)]], one),
    ("arguments as objects in part", [[call(W, {"city": "Canberra"}, id="a", index=0)],
                                      [call(None, {"days": 2}, index=0)]],
     [(W, {"city": "Canberra", "days": 2})]),
    ("an empty object first", [[call(W, {}, id="a", index=0)], [call(None, C, index=0)]],
     one),
    ("empty braces first", [[call(W, "{}", id="a", index=0)], [call(None, HALVES[0], index=0)],
                            [call(None, HALVES[1], index=0)]], one),
    ("arguments grow", [[call(W, '{"ci', id="a", index=0)], [call(None, HALVES[0], index=0)],
                        [call(None, C, index=0)]], one),
    ("arguments null", [[call("clock", None, id="a", index=0)]], [("clock", {})]),
    ("arguments empty", [[call("clock", "", id="a", index=0)]], [("clock", {})]),
    ("arguments missing", [[{"id": "a", "index": 0, "function": {"name": "clock"}}]],
     [("clock", {})]),
    ("arguments are the word null", [[call("clock", "null", id="a", index=0)]], [("clock", {})]),
    ("function missing", [[{"id": "a", "name": W, "arguments": C}]], one),
    ("function is a text", [[{"id": "a", "function": W, "arguments": CITY}]], one),
    ("function null first", [[{"id": "a", "index": 0, "function": None}],
                             [call(W, C, index=0)]], one),
    ("input for arguments", [[{"id": "a", "type": "tool_use", "name": W, "input": CITY}]], one),
    ("nulls among calls", [[None, "x", 7, call(W, C, id="a", index=0)]], one),
    ("repeated whole", [[call(W, C, id="a", index=0)]] * 2, one),
    ("repeated whole, no id", [[call(W, C)]] * 2, one),
    ("pieces, then whole", [[call(W, HALVES[0], id="a", index=0)], [call(None, HALVES[1], index=0)],
                            [call(W, C, id="a", index=0)]], one),
    ("arguments repeated", [[call(W, C, id="a", index=0)],
                            [call(None, C, index=0)]], one),
    ("two as usual", [[call(W, HALVES[0], id="a", index=0)], [call(None, HALVES[1], index=0)],
                      [call(W, "", id="b", index=1)], [call(None, T, index=1)]], two),
    ("two by turns", [[call(W, HALVES[0], id="a", index=0), call(W, '{"city":', id="b", index=1)],
                      [call(None, ' "Perth"}', index=1)], [call(None, HALVES[1], index=0)]], two),
    ("two by turns, no index", [[call(W, HALVES[0]), call(W, '{"city":')],
                                [call(None, HALVES[1]), call(None, ' "Perth"}')]], two),
    ("two whole, no index", [[call(W, C, id="a")], [call(W, T, id="b")]], two),
    ("two whole in one, no id", [[call(W, C), call(W, T)]], two),
    ("two, neither id nor index", [[call(W, C)], [call(W, T)]], two),
    ("two in pieces, neither", [[call(W, HALVES[0])], [call(None, HALVES[1])],
                                [call(W, "")], [call(None, T)]], two),
    ("two names, neither", [[call(W, HALVES[0])], [call(None, HALVES[1])], [call("clock", "{}")]],
     other),
    ("index reused", [[call(W, C, id="a", index=0)],
                      [call("clock", "{}", id="b", index=0)]], other),
    ("index reused, same name", [[call(W, C, id="a", index=0)],
                                 [call(W, "", id="b", index=0)],
                                 [call(None, T, index=0)]], two),
    ("index reused, no id", [[call(W, C, index=0)], [call("clock", "{}", index=0)]],
     other),
    ("one id for all", [[call(W, C, id="a", index=0)],
                        [call("clock", "", id="a", index=1)]], other),
    ("one id for all, by turns", [[call(W, "", id="a", index=0),
                                   call("clock", "", id="a", index=1)],
                                  [call(None, C, index=0)]], other),
    ("the first without arguments", [[call("clock", "", id="b", index=0)],
                                     [call(W, C, id="a", index=1)]], other[::-1]),
    ("two objects", [[call(W, CITY)], [call(W, TOWN)]], two),
    ("two the same, by id", [[call(W, C, id="a", index=0)],
                             [call(W, C, id="b", index=1)]], one * 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "calls"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS]
)
async def test_calls_are_put_together(
    server: GroqServer, engine: GroqEngine, pieces: list[Any], calls: Calls
) -> None:
    body = b"".join(delta(tool_calls=piece) for piece in pieces)
    seen = await read(server, engine, Raw(body + stop("tool_calls") + DONE))
    assert (seen.calls, seen.reason, seen.error) == (calls, FinishReason.TOOL_CALLS, "")
    assert len(set(seen.ids)) == len(seen.ids)
    assert all(seen.ids)


@pytest.mark.parametrize("finish", ["stop", "length", "", "eos", None, "content_filter", "x"])
async def test_a_whole_call_runs_whatever_the_reason_to_stop(
    server: GroqServer, engine: GroqEngine, finish: str | None
) -> None:
    body = text("Wait.") + delta(tool_calls=[call(W, C, id="a", index=0)])
    seen = await read(server, engine, Raw(body + stop(finish) + DONE))
    assert seen == Read("Wait.", "", one, FinishReason.TOOL_CALLS, ids=seen.ids)
    assert len(seen.ids) == 1
    assert seen.ids != ("a",)  # a call has an id of ours, whatever the wire says


@pytest.mark.parametrize("arguments", ["", '{"city": "Can', "{"])
async def test_a_call_that_was_cut_does_not_run(
    server: GroqServer, engine: GroqEngine, arguments: str
) -> None:
    body = text("Wait.") + delta(tool_calls=[call(W, arguments, id="a", index=0)])
    seen = await read(server, engine, Raw(body + stop("length") + DONE))
    assert (seen.text, seen.reason) == ("Wait.", FinishReason.LENGTH)


async def test_a_call_in_the_old_way_is_one(server: GroqServer, engine: GroqEngine) -> None:
    body = (
        delta(function_call={"name": W, "arguments": ""})
        + delta(function_call={"arguments": HALVES[0]})
        + delta(function_call={"arguments": HALVES[1]})
    )
    seen = await read(server, engine, Raw(body + stop("function_call") + DONE))
    assert (seen.calls, seen.reason) == (one, FinishReason.TOOL_CALLS)


async def test_calls_of_a_message_count_once(server: GroqServer, engine: GroqEngine) -> None:
    calls = [call(W, C, id="a"), call("clock", "{}", id="b")]
    message = data({"choices": [{"message": {"content": None, "tool_calls": calls}}]})
    pieces = delta(tool_calls=[{**calls[0], "index": 0}]) + delta(
        tool_calls=[{**calls[1], "index": 1}]
    )
    for body in (message, pieces + message):
        seen = await read(server, engine, Raw(body + stop("tool_calls") + DONE))
        assert seen.calls == other


async def test_a_call_among_the_parts_of_a_content_is_one(
    server: GroqServer, engine: GroqEngine
) -> None:
    parts = [
        {"type": "text", "text": "Wait."},
        {"type": "tool_use", "id": "a", "name": W, "input": CITY},
    ]
    seen = await read(server, engine, Raw(delta(content=parts) + stop("tool_use") + DONE))
    assert (seen.text, seen.calls, len(seen.ids)) == ("Wait.", one, 1)


async def test_long_arguments_cost_no_more_than_their_length(
    server: GroqServer, engine: GroqEngine
) -> None:
    long = json.dumps({"code": "x = 1\n" * 20_000})
    pieces = b"".join(
        delta(tool_calls=[call(None, long[n : n + 8], index=0)]) for n in range(0, len(long), 8)
    )
    first = delta(tool_calls=[call("run_python", "", id="a", index=0)])
    seen = await read(server, engine, Raw(first + pieces + stop("tool_calls") + DONE))
    assert seen.calls == [("run_python", json.loads(long))]


async def test_halves_of_characters_in_arguments_reach_nobody(
    server: GroqServer, engine: GroqEngine
) -> None:
    cut = [
        b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a\\ud83d",'
        b'"function":{"name":"lo\\ude00ok","arguments":"{\\"a\\": \\"x\\ud83d"}}]}}]}\n\n',
        b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,'
        b'"function":{"arguments":"\\ude00 \\\\ud83d\\"}"}}]}}]}\n\n',
    ]
    seen = await read(server, engine, Raw(b"".join(cut) + stop("tool_calls") + DONE))
    assert seen.calls == [("lo\ufffdok", {"a": "x\U0001f600 \ufffd"})]
    assert not seen.error
