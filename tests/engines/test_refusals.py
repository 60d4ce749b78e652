"""Requests that are refused: each kind has its error, its sentence and its figures."""

from __future__ import annotations

import json

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.errors import (
    EngineError,
    KeyRefusedError,
    ModelGoneError,
    NotAllowedError,
    RateLimitedError,
    RequestRefusedError,
    ServiceFailedError,
    TooLargeError,
)
from tests import groq_server as groq
from tests.groq_server import GroqServer, Page, Refusal, Reply
from tests.groq_server.raw import Raw, data

from .asking import KEY, MODEL, collect


async def refused(server: GroqServer, engine: GroqEngine, reply: Reply) -> EngineError:
    """The error that a reply becomes."""
    server.script(reply)
    with pytest.raises(EngineError) as caught:
        await collect(engine)
    return caught.value


def body(message: str, **more: object) -> dict[str, object]:
    """The body of a refusal that is not Groq's."""
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (groq.invalid_key(), KeyRefusedError, "does not accept the key"),
        (groq.not_allowed(), NotAllowedError, "“Access denied. Please check your"),
        (groq.model_not_found(), ModelGoneError, f"does not offer the model “{MODEL}”"),
        (groq.model_decommissioned(), ModelGoneError, "Pick another model"),
        (groq.unknown_url(), RequestRefusedError, "Check the base URL"),
        (groq.too_large(), TooLargeError, "12,392 tokens, and Groq takes 8,000 tokens a minute"),
        (groq.request_too_large(), TooLargeError, "too large for Groq"),
        (groq.context_exceeded(), TooLargeError, "too large for Groq"),
        (groq.rate_limited(7), RateLimitedError, "8,000 tokens a minute is used up"),
        (groq.capacity_exceeded(), ServiceFailedError, "no room"),
        (groq.server_error(), ServiceFailedError, "failed on its own side (status 500)"),
        (groq.over_capacity(), ServiceFailedError, "no room"),
        (groq.bad_gateway_page(), ServiceFailedError, "(status 502): “api.groq.com | 502: Bad"),
        (groq.bad_gateway_page(404), RequestRefusedError, "Check the base URL"),
        (Page(500, "\x1b[31mpanic"), ServiceFailedError, "panic”. Ask again"),
        (Page(502, "<html><title>502 Bad Gateway</title>"), ServiceFailedError, "502). Ask again"),
        (Page(418, "{}"), RequestRefusedError, "(status 418). Change the question"),
        (Refusal(408, {}), ServiceFailedError, "(status 408)"),
        (Refusal(409, {"detail": "busy"}), RequestRefusedError, "“busy”. Change"),
        (
            Refusal(422, {"detail": [{"msg": "x"}]}),
            RequestRefusedError,
            "(status 422): “x”. Change",
        ),
        (Refusal(400, {"error": "short and sharp"}), RequestRefusedError, "“short and sharp”"),
        (Refusal(400, {"message": "flat"}), RequestRefusedError, "“flat”"),
        (Page(400, "[1]", "application/json"), RequestRefusedError, "(status 400). Change"),
    ],
)
async def test_each_refusal_has_its_error_and_its_sentence(
    server: GroqServer, engine: GroqEngine, reply: Reply, kind: type[EngineError], words: str
) -> None:
    error = await refused(server, engine, reply)
    assert type(error) is kind
    assert words in str(error)
    assert str(error).endswith((".", "”."))
    assert "<" not in str(error)
    assert "org_" not in str(error)


WORDS = "the slot was lost"

BODIES: list[object] = [
    {"error": WORDS},
    {"error": {"message": WORDS}},
    {"error": {"message": {"error": WORDS}}},
    {"error": {"msg": WORDS, "code": 7}},
    {"error": {"errors": [{"message": WORDS}]}},
    {"error": {"type": "x", "message": "", "detail": WORDS}},
    {"error": {"innererror": {"message": WORDS}}},
    {"error": [WORDS]},
    {"error": True, "message": WORDS},
    {"error": "server_error", "message": WORDS},
    {"error": "unexpected_error", "message": None, "detail": WORDS},
    {"error": "invalid_request", "error_description": WORDS},
    {"error": "Bad Request", "reason": WORDS},
    {"error": {"code": 400, "message": WORDS, "details": [{"reason": "API_KEY_INVALID"}]}},
    [{"error": {"code": 400, "message": WORDS, "details": [{"reason": "API_KEY_INVALID"}]}}],
    {"error": {"message": "Provider returned error", "metadata": {"raw": WORDS}}},
    {"errors": [{"message": WORDS}]},
    {"errors": [WORDS]},
    {"success": False, "errors": [{"code": 7, "message": WORDS}], "result": None},
    {"detail": [{"msg": WORDS}]},
    {"detail": {"error": {"message": WORDS}}},
    {"type": "about:blank", "title": "Bad Request", "detail": WORDS},
    {"code": 400, "msg": WORDS, "success": False},
    {"base_resp": {"status_code": 1008, "status_msg": WORDS}},
    {"fault": {"faultstring": WORDS}},
    {"Message": WORDS},
    {"exception": WORDS},
    {"header": {"code": 1, "message": WORDS}},
    {"response": {"error": {"message": WORDS}}},
    {"data": {"error": WORDS}},
    [WORDS],
    WORDS,
]


@pytest.mark.parametrize("said", BODIES, ids=[json.dumps(said)[:60] for said in BODIES])
async def test_an_errors_own_words_are_found_with_and_without_a_status(
    server: GroqServer, engine: GroqEngine, said: object
) -> None:
    error = await refused(server, engine, Page(422, json.dumps(said), "application/json"))
    assert WORDS in str(error)
    error = await refused(server, engine, Raw(b"event: error\n" + data(said)))
    assert WORDS in str(error)


@pytest.mark.parametrize(
    "written",
    [
        WORDS,
        f"data: {json.dumps({'error': WORDS})}\n\n",
        f"event: error\ndata: {json.dumps({'error': {'message': WORDS}})}\n\n",
        f"\ufeff{json.dumps({'error': WORDS})}",
        f"<html><head><title>{WORDS}</title></head><body>x</body></html>",
        f"<!doctype html><h1>{WORDS}</h1>",
        f"<Error><Code>A</Code><Message>{WORDS}</Message></Error>",
    ],
)
async def test_words_in_bodies_of_other_kinds_are_found(
    server: GroqServer, engine: GroqEngine, written: str
) -> None:
    assert WORDS in str(await refused(server, engine, Page(400, written)))


@pytest.mark.parametrize(
    ("status", "message", "kind", "words"),
    [
        (402, "Insufficient Balance", NotAllowedError, "account’s balance"),
        (403, "Your account balance is insufficient", NotAllowedError, "account’s balance"),
        (429, "You have insufficient_quota", NotAllowedError, "account’s balance"),
        (400, "API key not valid. Please pass a valid API key.", KeyRefusedError, "the key"),
        (400, "The model `m` does not exist", ModelGoneError, "Pick another model"),
        (400, "input and `max_tokens` exceed context limit: 19 + 2 > 20", TooLargeError, "large"),
        (400, "The input token count (9) exceeds the maximum number", TooLargeError, "large"),
    ],
)
async def test_words_tell_more_than_a_status(
    server: GroqServer,
    engine: GroqEngine,
    status: int,
    message: str,
    kind: type[EngineError],
    words: str,
) -> None:
    error = await refused(server, engine, Refusal(status, body(message)))
    assert type(error) is kind
    assert words in str(error)


async def test_a_page_says_nothing_of_the_model(server: GroqServer, engine: GroqEngine) -> None:
    page = "<html><title>Our models are elsewhere</title></html>"
    assert type(await refused(server, engine, Page(404, page))) is RequestRefusedError


async def test_the_same_question_can_be_asked_again_after_a_refusal(
    server: GroqServer, engine: GroqEngine
) -> None:
    await refused(server, engine, groq.server_error())
    await collect(engine)
    assert server.requests[0].body == server.requests[1].body
    assert len(server.requests) == 2


async def test_a_gone_model_is_named_in_the_error(server: GroqServer, engine: GroqEngine) -> None:
    error = await refused(server, engine, groq.model_decommissioned())
    assert isinstance(error, ModelGoneError)
    assert error.model == MODEL


@pytest.mark.parametrize(
    ("reply", "limit", "requested"),
    [
        (groq.too_large(8000, 12_392), 8000, 12_392),
        (groq.request_too_large(), None, None),
        (
            Refusal(
                400,
                body(
                    "request (5012 tokens) exceeds the available context size (4096 tokens), "
                    "try increasing it",
                    type="exceed_context_size_error",
                    code=400,
                    n_prompt_tokens=5012,
                    n_ctx=4096,
                ),
            ),
            4096,
            5012,
        ),
        (
            Refusal(
                400,
                body("request (5012 tokens) exceeds the available context size (4,096 tokens)"),
            ),
            4096,
            5012,
        ),
        (
            Refusal(
                400,
                body(
                    "This model's maximum context length is 4096 tokens. However, you requested "
                    "5000 tokens (4900 in the messages, 100 in the completion)."
                ),
            ),
            4096,
            5000,
        ),
        (Refusal(400, body("the prompt exceeds the context window")), None, None),
        (Refusal(413, body("too long: the limit 2048 is hard")), 2048, None),
        (groq.rate_limited(7, limit=1000), 1000, 1130),
    ],
)
async def test_a_request_that_is_too_large_tells_the_figures(
    server: GroqServer,
    engine: GroqEngine,
    reply: Reply,
    limit: int | None,
    requested: int | None,
) -> None:
    error = await refused(server, engine, reply)
    assert isinstance(error, TooLargeError)
    assert (error.limit, error.requested) == (limit, requested)
    if limit:
        assert f"{limit:,} tokens" in str(error)


@pytest.mark.parametrize(
    ("reply", "seconds", "words"),
    [
        (groq.rate_limited(7), 7.0, "8,000 tokens a minute is used up. It answers again in 7 sec"),
        (groq.rate_limited(None), 6.51, "again in 7 seconds"),
        (
            groq.rate_limited(4000, span="requests per day (RPD)", limit=1000),
            4000.0,
            "1,000 requests a day is used up. It answers again in 67 minutes",
        ),
        (
            groq.rate_limited(20_000, span="tokens per day (TPD)", limit=200_000),
            20_000.0,
            "200,000 tokens a day is used up. It answers again in 6 hours",
        ),
        (Refusal(429, {}, {"retry-after-ms": "900"}), 0.9, "again in 1 second."),
        (Refusal(429, {}), None, "Wait a little."),
    ],
)
async def test_a_rate_limit_tells_which_and_how_long(
    server: GroqServer, engine: GroqEngine, reply: Reply, seconds: float | None, words: str
) -> None:
    error = await refused(server, engine, reply)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after == (None if seconds is None else pytest.approx(seconds))
    assert words in str(error)
    assert error.retryable


async def test_a_failing_service_may_say_when_to_come_back(
    server: GroqServer, engine: GroqEngine
) -> None:
    error = await refused(server, engine, Refusal(503, {}, {"retry-after": "3"}))
    assert error.retry_after == 3.0
    assert error.retryable


async def test_the_key_is_in_no_sentence(server: GroqServer, engine: GroqEngine) -> None:
    for status in (400, 401, 403, 404, 413, 418, 429, 500, 503):
        reply = Refusal(status, body(f"The key {KEY} is bad, and so is the model {KEY}"))
        assert KEY not in str(await refused(server, engine, reply))


async def test_hostile_bodies_are_survived(server: GroqServer, engine: GroqEngine) -> None:
    deep = Page(400, "[" * 100_000, "application/json")
    for reply in (deep, Refusal(400, {"error": {"error": {"error": []}}}), Page(400, "\x00")):
        error = await refused(server, engine, reply)
        assert isinstance(error, RequestRefusedError)
    error = await refused(server, engine, Refusal(400, body("\x1b]0;x\x07[/]\u202e" + "y" * 999)))
    assert str(error).isprintable()
    assert len(str(error)) < 400
