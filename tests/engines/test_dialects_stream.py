"""Streams that are not quite as the standard has them, and replies that are no streams."""

from __future__ import annotations

import json

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.events import FinishReason
from tests.groq_server import GroqServer
from tests.groq_server.raw import DONE, Raw, data, delta, stop, stream, text

from .dialect import Read, read

WHOLE = stream(text("Olá "), text("👋 日本"), text("語"))
SAID = "Olá 👋 日本語"

WHOLE_BODY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": SAID, "reasoning_content": "hm"},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 11, "completion_tokens": 22},
}


def lines(*contents: str) -> bytes:
    """Chunks as lines of JSON, as Ollama has them."""
    chunks = [{"message": {"content": content}, "done": False} for content in contents]
    last = {"message": {"content": ""}, "done": True, "done_reason": "stop", "eval_count": 22}
    return b"".join(json.dumps(chunk).encode() + b"\n" for chunk in [*chunks, last])


STREAMS: list[tuple[str, bytes]] = [
    ("CRLF", WHOLE.replace(b"\n", b"\r\n")),
    ("CR", WHOLE.replace(b"\n", b"\r")),
    ("BOM", b"\xef\xbb\xbf" + WHOLE),
    ("no space", WHOLE.replace(b"data: ", b"data:")),
    ("more space", WHOLE.replace(b"data: ", b"data:   ")),
    ("space before the colon", WHOLE.replace(b"data: ", b"data : ")),
    ("capital letters", WHOLE.replace(b"data: ", b"Data: ")),
    ("indented", WHOLE.replace(b"data: ", b"  data: ")),
    ("blanks at line ends", WHOLE.replace(b"\n\n", b"  \n\n")),
    ("single newlines", WHOLE.replace(b"\n\n", b"\n")),
    ("three newlines", WHOLE.replace(b"\n\n", b"\n\n\n")),
    ("empty data", b"data:\n\ndata: \n\n" + WHOLE.replace(b"\n\n", b"\n\ndata:\n\n")),
    ("empty data in events", WHOLE.replace(b"data: ", b"data:\ndata: ")),
    ("comments", b": OPENROUTER PROCESSING\n\n" + WHOLE.replace(b"data", b": hm\n:\ndata")),
    ("ids", WHOLE.replace(b"data", b"id: 7\nretry: 10\ndata")),
    ("named message", WHOLE.replace(b"data", b"event: message\ndata")),
    ("named and single", WHOLE.replace(b"data", b"event: chunk\ndata").replace(b"\n\n", b"\n")),
    ("name behind", WHOLE.replace(b"\n\n", b"\nevent: delta\n\n")),
    ("pings", b"event: ping\ndata: ping\n\n" + WHOLE + b"event: ping\ndata: {}\n\n"),
    ("keepalives", WHOLE.replace(b"data", b"event: keepalive\ndata: waiting\n\ndata", 3)),
    ("words for data", b"data: keep-alive\n\ndata: ok\n\n" + WHOLE),
    ("JSON pings", b'data: {"type": "ping"}\n\n' + WHOLE),
    ("unknown fields", WHOLE.replace(b"data", b"stage: 3\ndata")),
    ("several lines", stream(text("Olá ")[:-2].replace(b', "', b',\ndata: "') + b"\n\n",
                             text("👋 日本語"))),
    ("after the end", WHOLE + b"data: {\n\n" + text("more") + b"\x00\xff garbage"),
    ("no last newline", WHOLE[:-2]),
    ("no last empty line", WHOLE[:-1]),
    ("no DONE", WHOLE.removesuffix(DONE)),
    ("DONE in small letters quoted", WHOLE.replace(b"[DONE]", b'"[DONE]"')),
    ("bare DONE", WHOLE.replace(b"data: [DONE]", b"[DONE]")),
    ("DONE and more", WHOLE.replace(b"[DONE]", b"[DONE] bye")),
    ("JSON lines", lines("Olá ", "👋 日本語")),
    ("JSON lines of chunks", WHOLE.replace(b"data: ", b"").replace(b"\n\n", b"\n")),
    ("JSON lines, CRLF", lines("Olá ", "👋 日本語").replace(b"\n", b"\r\n")),
    ("JSON array", b"[" + b",\n".join(event[6:].strip() for event in WHOLE.split(b"\n\n")[:4])
     + b"]"),
    ("JSON array on many lines",
     json.dumps([json.loads(event[6:]) for event in WHOLE.split(b"\n\n")[:4]], indent=2).encode()),
    ("nulls between", WHOLE.replace(b"\n\n", b"\n\n\x00\n\n")),
]  # fmt: skip
CUTS: list[tuple[str, list[int]]] = [
    ("whole", []),
    ("by sevens", list(range(0, 4000, 7))),
    ("bytes", list(range(4000))),
]


@pytest.mark.parametrize("cuts", [row[1] for row in CUTS], ids=[row[0] for row in CUTS])
@pytest.mark.parametrize("body", [row[1] for row in STREAMS], ids=[row[0] for row in STREAMS])
async def test_a_stream_is_read_whatever_its_habits(
    server: GroqServer, engine: GroqEngine, body: bytes, cuts: list[int]
) -> None:
    seen = await read(server, engine, Raw(body, cuts=cuts))
    assert (seen.text, seen.reason, seen.error) == (SAID, FinishReason.STOP, "")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain; charset=utf-8",
        "application/octet-stream",
        "text/html",
        "application/x-ndjson",
        "text/event-stream;charset=UTF-8",
    ],
)
@pytest.mark.parametrize("body", [WHOLE, json.dumps(WHOLE_BODY).encode()], ids=["stream", "body"])
async def test_a_wrong_type_does_no_harm(
    server: GroqServer, engine: GroqEngine, kind: str, body: bytes
) -> None:
    seen = await read(server, engine, Raw(body, kind))
    assert (seen.text, seen.reason, seen.error) == (SAID, FinishReason.STOP, "")


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(WHOLE_BODY),
        json.dumps(WHOLE_BODY, indent=2),
        json.dumps(WHOLE_BODY, indent="\t").replace("\n", "\r\n"),
        "\ufeff\n\n" + json.dumps([WHOLE_BODY]),
        "data: " + json.dumps(WHOLE_BODY),
        "data: " + json.dumps(WHOLE_BODY) + "\n\ndata: [DONE]\n\n",
        json.dumps({"data": WHOLE_BODY, "code": 0}),
    ],
)
async def test_one_body_in_place_of_a_stream_is_an_answer(
    server: GroqServer, engine: GroqEngine, body: str
) -> None:
    for kind in ("application/json", "text/event-stream"):
        seen = await read(server, engine, Raw(body.encode(), kind))
        assert seen == Read(SAID, "hm", reason=FinishReason.STOP, usage=(11, 22))


async def test_a_body_without_a_reason_to_stop_is_whole(
    server: GroqServer, engine: GroqEngine
) -> None:
    for reason in (None, "", "eos"):
        message = {"role": "assistant", "content": "Yes"}
        body = {"choices": [{"message": message, "finish_reason": reason}]}
        seen = await read(server, engine, Raw(json.dumps(body).encode(), "application/json"))
        assert seen == Read("Yes", reason=FinishReason.STOP)


async def test_a_body_that_is_cut_is_no_answer(server: GroqServer, engine: GroqEngine) -> None:
    body = json.dumps(WHOLE_BODY).encode()
    seen = await read(server, engine, Raw(body[:-40], "application/json"))
    assert seen.reason is None
    assert "did not stream an answer" in seen.error


async def test_events_without_empty_lines_are_not_held_back(
    server: GroqServer, engine: GroqEngine
) -> None:
    first = text("first").replace(b"\n\n", b"\n")
    rest = text("second").replace(b"\n\n", b"\n")
    # The reply breaks between the two: only what was passed on at once is there.
    seen = await read(server, engine, Raw(first + rest[:20], cuts=[len(first)], resets=True))
    assert seen.text == "first"


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("eos", FinishReason.STOP),
        ("eos_token", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("end_turn", FinishReason.STOP),
        ("COMPLETE", FinishReason.STOP),
        ("", FinishReason.STOP),
        (0, FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("SAFETY", FinishReason.CONTENT_FILTER),
        ({"type": "stop", "matched": 7}, FinishReason.STOP),
        ({"type": "length", "length": 7}, FinishReason.LENGTH),
    ],
)
async def test_any_reason_to_stop_is_an_end(
    server: GroqServer, engine: GroqEngine, finish: object, reason: FinishReason
) -> None:
    for ending in (b"", DONE):
        seen = await read(server, engine, Raw(text("Yes") + stop(finish) + ending))
        assert seen == Read("Yes", reason=reason)


USAGE = {"prompt_tokens": 11, "completion_tokens": 22}


@pytest.mark.parametrize(
    "ending",
    [
        DONE,
        b"data: [DONE]",
        data({"choices": [], "usage": USAGE}),
        data({"usage": USAGE}),
        data({"choices": [{"delta": {}, "finish_reason": None}], "usage": USAGE}),
        data({"choices": [{"delta": {"content": ""}}], "x_groq": {"usage": USAGE}}),
        data({"choices": [{"delta": {"content": "!"}}], "usage": USAGE}),
        data({"choices": [{"delta": {"content": "!"}, "finish_reason": ""}]}),
        b"event: done\ndata: {}\n\n",
        b"event: end\ndata: bye\n\n",
        data({"done": True}),
    ],
)
async def test_an_answer_with_an_end_of_any_kind_is_whole(
    server: GroqServer, engine: GroqEngine, ending: bytes
) -> None:
    for resets in (False, True):
        seen = await read(server, engine, Raw(text("Yes") + ending, resets=resets))
        assert (seen.text.rstrip("!"), seen.reason, seen.error) == ("Yes", FinishReason.STOP, "")


@pytest.mark.parametrize(
    "body",
    [
        text("Yes"),
        text("Yes") * 3,
        text("Yes") + b": comment\n\n",
        text("Yes") + b"data: {\n\n",
        data({"choices": [], "usage": {"prompt_tokens": 11}}) + text("Yes"),
        data({"choices": [{"delta": {"content": "Yes"}}], "usage": USAGE}) * 3,
        data({"choices": [{"delta": {"content": "Yes"}, "finish_reason": ""}]}) * 3,
        delta(role="assistant") + text("Yes") + data({"choices": []}),
        text("Yes") + stop("error"),
        text("Yes") + stop("abort"),
    ],
)
async def test_an_answer_that_just_stops_is_broken_off(
    server: GroqServer, engine: GroqEngine, body: bytes
) -> None:
    seen = await read(server, engine, Raw(body))
    assert seen.text.startswith("Yes")
    assert seen.reason is None
    assert seen.error.startswith("StreamBrokenError")


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(WHOLE_BODY).encode(),
        b"data: " + json.dumps(WHOLE_BODY).encode(),
        text(SAID) + stop().rstrip(),
        text(SAID) + b"data: [DONE]",
    ],
)
async def test_an_answer_that_was_whole_when_the_connection_broke_is_whole(
    server: GroqServer, engine: GroqEngine, body: bytes
) -> None:
    seen = await read(server, engine, Raw(body, resets=True))
    assert (seen.text, seen.reason, seen.error) == (SAID, FinishReason.STOP, "")


@pytest.mark.parametrize("held", ["a < b and <", "<think", "so </thin"])
async def test_what_might_have_become_a_mark_is_kept_when_the_connection_breaks(
    server: GroqServer, engine: GroqEngine, held: str
) -> None:
    seen = await read(server, engine, Raw(text(held), resets=True))
    assert seen.text == held
    assert "was cut" in seen.error
