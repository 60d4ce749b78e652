"""Errors within a stream: the service's own words, wherever they stand, and nothing of a page."""

from __future__ import annotations

import json
import logging

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from tests.groq_server import GroqServer
from tests.groq_server.raw import DONE, Raw, data, stop, stream, text

from .asking import KEY
from .dialect import read

WORDS = "the slot was lost"

ERRORS: list[object] = [
    {"error": WORDS},
    {"error": {"message": WORDS, "code": 500}},
    {"error": {"message": {"error": WORDS}}},
    {"error": {"error": {"message": WORDS}}},
    {"error": json.dumps({"error": {"message": WORDS}})},
    {"error": {"message": json.dumps({"detail": WORDS})}},
    {"error": True, "message": WORDS},
    {"error": "server_error", "message": WORDS},
    {"error": [{"message": WORDS}]},
    {"errors": [{"message": WORDS}, None]},
    {"errors": [WORDS]},
    {"errors": {"message": WORDS}},
    {"object": "error", "message": WORDS, "code": 400},
    {"type": "error", "error": {"type": "overloaded_error", "message": WORDS}},
    {"message": WORDS},
    {"message": WORDS, "code": "InvalidParameter"},
    {"detail": WORDS},
    {"detail": {"message": WORDS}},
    {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": WORDS, "type": "missing"}]},
    {"error_msg": WORDS, "error": 17},
    {
        "error": {
            "message": "Provider returned error",
            "metadata": {"raw": f'{{"error":"{WORDS}"}}'},
        }
    },
    {
        "choices": [{"delta": {"content": ""}, "finish_reason": "error"}],
        "error": {"message": WORDS},
    },
    {"choices": [], "x_groq": {"error": WORDS}},
]


@pytest.mark.parametrize("before", [b"", text("Yes")], ids=["first", "midway"])
@pytest.mark.parametrize("error", ERRORS, ids=[json.dumps(error)[:50] for error in ERRORS])
async def test_an_errors_own_words_are_found(
    server: GroqServer, engine: GroqEngine, error: object, before: bytes
) -> None:
    for reply in (
        Raw(before + data(error)),
        Raw(before + data(error).replace(b"data", b"event: error\ndata", 1)),
        Raw(before + json.dumps(error).encode(), "application/json"),
    ):
        seen = await read(server, engine, reply)
        assert seen.error.startswith("StreamBrokenError")
        assert WORDS in seen.error
        assert seen.text == ("Yes" if before else "")


async def test_the_place_of_a_mistake_is_named(server: GroqServer, engine: GroqEngine) -> None:
    error = {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Field required"}]}
    seen = await read(server, engine, Raw(json.dumps(error).encode(), "application/json"))
    assert "“messages.0.role: Field required”" in seen.error


async def test_plain_words_in_an_error_event_are_quoted(
    server: GroqServer, engine: GroqEngine
) -> None:
    seen = await read(server, engine, Raw(text("Yes") + b"event: error\ndata: overloaded\n\n"))
    assert "“overloaded”" in seen.error
    seen = await read(server, engine, Raw(b"upstream connect error\n", "text/plain"))
    assert "“upstream connect error”" in seen.error


async def test_words_beside_a_whole_answer_are_no_error(
    server: GroqServer, engine: GroqEngine
) -> None:
    body = data({"message": "queued"}) + text("Yes") + data({"detail": "slow"}) + stop() + DONE
    seen = await read(server, engine, Raw(body))
    assert (seen.text, seen.error) == ("Yes", "")


@pytest.mark.parametrize("kind", ["text/html", "text/event-stream", "text/plain"])
async def test_of_a_page_only_the_title_is_shown(
    server: GroqServer, engine: GroqEngine, kind: str
) -> None:
    page = "<!DOCTYPE html>\n<html><head><title>502 &amp; more</title>\n<script>x</script></head>"
    seen = await read(server, engine, Raw(page.encode(), kind))
    assert seen.error.startswith("UnreachableError: A web page came from")
    assert "“502 & more”" in seen.error
    assert "script" not in seen.error


async def test_the_key_and_hostile_characters_are_struck_out(
    server: GroqServer, engine: GroqEngine
) -> None:
    error = {"detail": [{"loc": ["\x1b[31m"], "msg": f"bad key {KEY} \u202e"}]}
    seen = await read(server, engine, Raw(data(error)))
    assert KEY not in seen.error
    assert seen.error.isprintable()


async def test_what_was_passed_over_is_told_once_in_the_log(
    server: GroqServer, engine: GroqEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bnagpt_tui.engines.groq")
    body = stream(text("secret "), b"data: gibberish\n\n" * 3, data({"odd": "secret"}), text("x"))
    seen = await read(server, engine, Raw(body))
    assert seen.text == "secret x"
    told = [record.getMessage() for record in caplog.records if "passed over" in record.msg]
    assert len(told) == 1
    assert "3 × event that is no JSON, 1 × no known field" in told[0]
    assert "secret" not in told[0]
    assert KEY not in told[0]


async def test_a_plain_answer_leaves_no_line_in_the_log(
    server: GroqServer, engine: GroqEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bnagpt_tui.engines.groq")
    await read(server, engine, Raw(stream(text("Yes"))))
    assert not [record for record in caplog.records if "passed over" in record.msg]


@pytest.mark.parametrize(
    "body", [b"data: gibberish\n\n", b"data: {\n\n" * 3 + DONE, b'data: {"odd": 1}\n\n' + DONE]
)
async def test_only_a_stream_with_nothing_usable_is_an_error(
    server: GroqServer, engine: GroqEngine, body: bytes
) -> None:
    seen = await read(server, engine, Raw(body))
    assert seen.error.startswith("StreamBrokenError")
    assert "nothing is readable" in seen.error
