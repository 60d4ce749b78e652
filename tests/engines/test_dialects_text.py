"""Text and reasoning, wherever in a chunk servers put them."""

from __future__ import annotations

from typing import Any

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.events import FinishReason
from tests.groq_server import GroqServer
from tests.groq_server.raw import DONE, Raw, data, delta, stop, stream, text

from .dialect import Read, read

THINKING_PART = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}

DELTAS: list[tuple[str, list[dict[str, Any]], str, str]] = [
    ("typed parts", [{"content": [{"type": "text", "text": "Yes"}]}], "Yes", ""),
    ("Magistral", [{"content": [THINKING_PART]}, {"content": "Yes"}], "Yes", "hm"),
    ("both parts", [{"content": [THINKING_PART, {"type": "text", "text": "Yes"}]}], "Yes", "hm"),
    ("output_text", [{"content": [{"type": "output_text", "text": "Yes"}]}], "Yes", ""),
    ("one part", [{"content": {"type": "text", "text": "Yes"}}], "Yes", ""),
    ("object of text", [{"content": {"text": "Yes"}}], "Yes", ""),
    ("text's value", [{"content": [{"type": "text", "text": {"value": "Yes"}}]}], "Yes", ""),
    ("texts in a list", [{"content": ["Y", "es"]}], "Yes", ""),
    ("reasoning part", [{"content": [{"type": "reasoning", "text": "hm"}, "Yes"]}], "Yes", "hm"),
    ("Gemini's thought", [{"content": [{"text": "hm", "thought": True}, "Yes"]}], "Yes", "hm"),
    ("a picture", [{"content": [{"type": "image_url", "image_url": {}}, "Yes"]}], "Yes", ""),
    ("nothings in a list", [{"content": [None, {}, "Yes", {"type": "text"}]}], "Yes", ""),
    ("refusal", [{"refusal": "I will not."}], "I will not.", ""),
    ("refusal part", [{"content": [{"type": "refusal", "refusal": "No."}]}], "No.", ""),
    ("null refusal", [{"content": "Yes", "refusal": None}], "Yes", ""),
    ("number", [{"content": 42}], "42", ""),
    ("fraction", [{"content": 4.5}], "4.5", ""),
    ("numbers among texts", [{"content": "1, "}, {"content": 2}, {"content": "!"}], "1, 2!", ""),
    ("reasoning_content", [{"reasoning_content": "hm"}, {"content": "Yes"}], "Yes", "hm"),
    ("reasoning_text", [{"reasoning_text": "hm"}, {"content": "Yes"}], "Yes", "hm"),
    ("thinking", [{"thinking": "hm"}, {"content": "Yes"}], "Yes", "hm"),
    ("thinking beside text", [{"thinking": "hm", "content": "Yes"}], "Yes", "hm"),
    ("reasoning object", [{"reasoning": {"content": "hm"}}, {"content": "Yes"}], "Yes", "hm"),
    ("reasoning of parts", [{"reasoning": [{"text": "h"}, {"text": "m"}]}, {"content": "Yes"}],
     "Yes", "hm"),
    ("reasoning number", [{"reasoning": 7}, {"content": "Yes"}], "Yes", "7"),
    ("null reasoning", [{"reasoning": None, "content": "Yes"}], "Yes", ""),
    (
        "OpenRouter",
        [
            {"content": "", "reasoning": "h",
             "reasoning_details": [{"type": "reasoning.text", "text": "h"}]},
            {"content": "", "reasoning_details": [{"type": "reasoning.summary", "summary": "m"}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "c2VjcmV0"}]},
            {"content": "Yes"},
        ],
        "Yes",
        "hm",
    ),
    ("two names for it", [{"reasoning": "hm", "reasoning_content": "hm"}, {"content": "Yes"}],
     "Yes", "hm"),
    ("LiteLLM", [{"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "x"}]},
                 {"content": "Yes"}], "Yes", "hm"),
    ("surprises", [{"content": "Yes", "audio": {"data": 1}, "new": [1, {}], "role": 7}], "Yes", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("deltas", "answer", "reasoning"),
    [row[1:] for row in DELTAS],
    ids=[row[0] for row in DELTAS],
)
async def test_a_delta_is_read_for_what_it_holds(
    server: GroqServer,
    engine: GroqEngine,
    deltas: list[dict[str, Any]],
    answer: str,
    reasoning: str,
) -> None:
    seen = await read(server, engine, Raw(stream(*(delta(**fields) for fields in deltas))))
    assert seen == Read(answer, reasoning, reason=FinishReason.STOP)


GOOD = {"choices": [{"delta": {"content": "Yes"}}]}

CHUNKS: list[tuple[str, list[object]]] = [
    ("no index", [{"choices": [{"delta": {"content": "Yes"}}]}]),
    ("index as text", [{"choices": [{"index": "0", "delta": {"content": "Yes"}}]}]),
    ("index as fraction", [{"choices": [{"index": 0.0, "delta": {"content": "Yes"}}]}]),
    ("index null", [{"choices": [{"index": None, "delta": {"content": "Yes"}}]}]),
    ("index counts up", [{"choices": [{"index": n, "delta": {"content": c}}]}
                         for n, c in enumerate("Yes")]),
    ("id is a number", [{"id": 7, "model": None, "created": "now", **GOOD}]),
    ("model is a number", [{"model": 7, **GOOD}]),
    ("usage null", [{"usage": None, **GOOD}]),
    ("usage is odd", [{"usage": "none", **GOOD}, {"usage": [1], "choices": []}]),
    ("error null", [{"error": None, **GOOD}]),
    ("error empty", [{"error": {}, **GOOD}, {"error": False, "choices": []}]),
    ("null among choices", [{"choices": [None, {"delta": {"content": "Yes"}}]}]),
    ("choices not in a list", [{"choices": {"delta": {"content": "Yes"}}}]),
    ("choices by number", [{"choices": {"0": {"delta": {"content": "Yes"}}}}]),
    ("choices null", [{"choices": None}, GOOD]),
    ("delta null", [{"choices": [{"delta": None}]}, GOOD]),
    ("delta is a text", [{"choices": [{"delta": "Yes"}]}]),
    ("delta in a list", [{"choices": [{"delta": [{"content": "Yes"}]}]}]),
    ("text of completions", [{"choices": [{"text": "Yes", "index": 0}]}]),
    ("message in pieces", [{"choices": [{"message": {"content": c}}]} for c in ("Y", "es")]),
    ("message beside delta", [{"choices": [{"delta": {"content": c}, "message": {"content": w}}]}
                              for c, w in (("Y", "Y"), ("es", "Yes"))]),
    ("message at the end", [GOOD, {"choices": [{"message": {"content": "Yes"}}]}]),
    ("whole repeated at the end",
     [GOOD, {"object": "chat.completion",
             "choices": [{"delta": {}, "message": {"content": "Yes"}}]}]),
    ("a second answer", [{"choices": [{"index": 0, "delta": {"content": "Yes"}},
                                      {"index": 1, "delta": {"content": "No"}}]}]),
    ("a second answer first", [{"choices": [{"index": 1, "delta": {"content": "No"}},
                                            {"index": 0, "delta": {"content": "Yes"}}]}]),
    ("filter's results first", [{"choices": [], "prompt_filter_results": [{"x": 1}]}, GOOD]),
    ("events in a list", [[GOOD]]),
    ("wrapped", [{"result": GOOD}]),
    ("Ollama's own", [{"message": {"role": "assistant", "content": "Yes"}, "done": False},
                      {"message": {"content": ""}, "done": True, "done_reason": "stop"}]),
    ("llama.cpp's own", [{"content": "Yes", "stop": False}, {"content": "", "stop": True}]),
    ("numbers, texts and lists", [7, "x", [], [1, "y"], None, True, GOOD]),
    ("status", [{"status": "queued", "message": "please wait"}, GOOD]),
]  # fmt: skip


@pytest.mark.parametrize("chunks", [row[1] for row in CHUNKS], ids=[row[0] for row in CHUNKS])
async def test_a_chunk_is_read_for_what_it_holds(
    server: GroqServer, engine: GroqEngine, chunks: list[object]
) -> None:
    seen = await read(server, engine, Raw(stream(*map(data, chunks))))
    assert (seen.text, seen.reasoning, seen.error) == ("Yes", "", "")


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": "11", "completion_tokens": "22"},
        {"prompt_tokens": 11.0, "completion_tokens": 22.0, "total_tokens": None},
        {"prompt_tokens": 11, "total_tokens": 33},
        {"input_tokens": 11, "output_tokens": 22},
        {"prompt_tokens": 11, "completion_tokens": 22, "prompt_tokens_details": "odd"},
    ],
)
async def test_tokens_are_counted_however_numbers_are_written(
    server: GroqServer, engine: GroqEngine, usage: dict[str, object]
) -> None:
    seen = await read(server, engine, Raw(stream(text("Yes"), data({"usage": usage}))))
    assert (seen.text, seen.usage) == ("Yes", (11, 22))


@pytest.mark.parametrize("odd", [None, "many", {}, [], -1, True, 1e400, "1e999", float("nan")])
async def test_counts_that_are_none_are_passed_over(
    server: GroqServer, engine: GroqEngine, odd: object
) -> None:
    usage = {"prompt_tokens": odd, "completion_tokens": odd}
    seen = await read(server, engine, Raw(stream(text("Yes"), data({"usage": usage}))))
    assert (seen.text, seen.usage, seen.error) == ("Yes", (0, 0), "")


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        (rb'{"choices":[{"delta":{"content":"\ud83d"}}]}|{"choices":[{"delta":{"content":"\ude00"}}]}',
         "😀"),
        (rb'{"choices":[{"delta":{"content":"a\ud83d"}}]}|{"choices":[{"delta":{"content":"b"}}]}',
         "ab"),
        (rb'{"choices":[{"delta":{"content":"a\ud83d"}}]}', "a�"),
        (b'{"choices":[{"delta":{"content":"a\nb"}}]}', "a\nb"),
        (b'{"choices":[{"delta":{"content":"a\tb"}}], "x": NaN}', "a\tb"),
        (b'{"choices":[{"delta":{"content":"a\xff"}}]}', "a�"),
        (b'{"choices":[{"delta":{"content":"a"}}]}{"choices":[{"delta":{"content":"b"}}]}', "ab"),
        (b'{"choices":[{"delta":{"content":"a"}}]}data: {"choices":[{"delta":{"content":"b"}}]}',
         "ab"),
    ],
)  # fmt: skip
async def test_what_is_almost_json_is_read(
    server: GroqServer, engine: GroqEngine, events: bytes, answer: str
) -> None:
    body = b"".join(b"data: " + event + b"\n\n" for event in events.split(b"|"))
    if b"\n" in events:
        # A raw line's end inside of a text parts lines of the stream, so it comes as JSON alone.
        body = events + b"\n"
    seen = await read(server, engine, Raw(body + stop() + DONE))
    assert seen.text.replace("�", "") == answer.replace("�", "")
    assert seen.error == ""


async def test_one_bad_chunk_costs_no_more_than_itself(
    server: GroqServer, engine: GroqEngine
) -> None:
    bad = (b"{", b'{"choices": 7}', b"<html>", b'{"choices":[{"delta":7', b"[" * 5000, b'"')
    for chunk in bad:
        body = stream(text("Y"), b"data: " + chunk + b"\n\n", text("es"))
        seen = await read(server, engine, Raw(body))
        assert seen == Read("Yes", reason=FinishReason.STOP)
