"""A plan's limits, told apart by their words whatever the status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.limits import read_retry_after
from bnagpt_tui.backend.engines.groq.quota import read_quota
from bnagpt_tui.backend.errors import (
    DayUsedUpError,
    EngineError,
    NotAllowedError,
    RateLimitedError,
    RequestRefusedError,
    TooLargeError,
)
from bnagpt_tui.backend.events import Noted
from tests.groq_server import not_allowed
from tests.groq_server.picky import PickyServer, error, once

from .asking import collect, question, text_of

MODEL = "qwen/qwen3.8-27b"
SPANS = {
    "RPM": ("requests per minute", "requests a minute"),
    "RPD": ("requests per day", "requests a day"),
    "TPM": ("tokens per minute", "tokens a minute"),
    "TPD": ("tokens per day", "tokens a day"),
    "ITPM": ("input tokens per minute", "input tokens a minute"),
    "OTPM": ("output tokens per minute", "output tokens a minute"),
    "ASH": ("seconds of audio per hour", "seconds of audio an hour"),
    "ASD": ("seconds of audio per day", "seconds of audio a day"),
}


def reached(kind: str, limit: int = 1000, used: int = 990, wanted: int = 72, wait: str = "") -> str:
    """Groq's words for a limit that is used up."""
    again = f" Please try again in {wait}." if wait else ""
    return (
        f"Rate limit reached for model `{MODEL}` in organization `org_01` service tier "
        f"`on_demand` on {SPANS[kind][0]} ({kind}): Limit {limit}, Used {used}, Requested "
        f"{wanted}.{again} Need more tokens? Upgrade to Dev Tier today at https://x"
    )


def above(kind: str, limit: int, wanted: int, advice: str = "reduce your message size") -> str:
    """Groq's words for a request above a limit."""
    return (
        f"Request too large for model `{MODEL}` in organization `org_01` service tier "
        f"`on_demand` on {SPANS[kind][0]} ({kind}): Limit {limit}, Requested {wanted}, please "
        f"{advice} and try again."
    )


async def failure(status: int, message: str) -> EngineError:
    """The error that a refusal becomes."""
    async with PickyServer("/openai/v1", [lambda _body: error(status, message)]) as server:
        engine = GroqEngine(api_key="k", base_url=f"{server.root}/openai/v1")
        with pytest.raises(EngineError) as caught:
            await collect(engine, question(model=MODEL))
        await engine.aclose()
        assert len(server.bodies) == 1
    return caught.value


@pytest.mark.parametrize("kind", SPANS)
def test_every_kind_is_read_with_its_figures(kind: str) -> None:
    quota = read_quota(reached(kind, 8000, 7900, 1130))
    assert quota is not None
    assert (quota.limit, quota.used, quota.requested) == (8000, 7900, 1130)
    assert str(quota) == f"8,000 {SPANS[kind][1]}"
    assert quota.per_day is kind.endswith("D")
    assert not quota.too_large


@pytest.mark.parametrize("status", [400, 403, 413, 429, 500, 503])
@pytest.mark.parametrize("kind", ["RPM", "TPM", "ITPM", "ASH"])
async def test_a_used_up_limit_is_waited_for_whatever_the_status(status: int, kind: str) -> None:
    caught = await failure(status, reached(kind, wait="2m3.5s"))
    assert type(caught) is RateLimitedError
    assert caught.retry_after == pytest.approx(123.5)
    assert f"limit of 1,000 {SPANS[kind][1]} is used up" in str(caught)


@pytest.mark.parametrize("status", [400, 413, 429])
@pytest.mark.parametrize("kind", ["TPM", "ITPM"])
async def test_a_request_above_the_limit_is_to_be_shorter(status: int, kind: str) -> None:
    caught = await failure(status, above(kind, 6000, 18_339))
    assert isinstance(caught, TooLargeError)
    assert (caught.limit, caught.requested) == (6000, 18_339)


@pytest.mark.parametrize("kind", ["RPD", "TPD", "ASD"])
async def test_a_used_up_day_speaks_of_tomorrow_and_of_other_models(kind: str) -> None:
    caught = await failure(429, reached(kind))
    assert isinstance(caught, DayUsedUpError)
    assert not caught.retryable
    assert "tomorrow" in str(caught)
    assert "Other models have budgets of their own" in str(caught)
    caught = await failure(429, reached(kind, wait="2h3m4s"))
    assert caught.retry_after == 7384.0
    assert "again in 3 hours" in str(caught)


async def otpm(
    message: str, most: int | None, *, until: int, status: int = 400
) -> tuple[list[int], list[str]]:
    """What was asked for, one request after the other, and what the user was told."""

    def rule(body: Mapping[str, Any]) -> web.Response | None:
        asked = body.get("max_completion_tokens", 2048)
        return error(status, message) if asked > until else None

    async with PickyServer("/openai/v1", [rule]) as server:
        engine = GroqEngine(api_key="k", base_url=f"{server.root}/openai/v1")
        events = await collect(engine, question(model=MODEL, most=most))
        assert text_of(events) == "You said: Hi there"
        await collect(engine, question(model=MODEL, most=most))
        await engine.aclose()
    asked = [body.get("max_completion_tokens", 0) for body in server.bodies]
    return asked, [event.sentence for event in events if isinstance(event, Noted)]


@pytest.mark.parametrize("status", [400, 413, 429])
@pytest.mark.parametrize("most", [None, 1024, 2048])
async def test_too_long_an_answer_is_asked_for_shorter_by_itself(
    status: int, most: int | None
) -> None:
    message = above("OTPM", 1000, 2048, "reduce max_tokens")
    asked, told = await otpm(message, most, until=900, status=status)
    assert asked == [most or 0, 800, 800]  # and the next question knows it
    [sentence] = told
    assert "800" in sentence


async def test_what_is_left_of_the_minutes_output_is_asked_for() -> None:
    asked, _ = await otpm(reached("OTPM", 1000, 372, 790, "3.179999999s"), 790, until=628)
    assert asked[:2] == [790, 628]


async def test_a_minute_with_hardly_any_output_left_is_waited_for() -> None:
    async with PickyServer(
        "/openai/v1", [once(lambda: error(429, reached("OTPM", 1000, 990, 800, "450ms")))]
    ) as server:
        engine = GroqEngine(api_key="k", base_url=f"{server.root}/openai/v1")
        with pytest.raises(RateLimitedError) as caught:
            await collect(engine, question(model=MODEL, most=800))
        assert caught.value.retry_after == pytest.approx(0.45)
        await engine.aclose()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("try again in 450ms", 0.45),
        ("try again in 1m2.5s.", 62.5),
        ("try again in 2h3m4s", 7384.0),
        ("Please retry in 17.53s.", 17.53),
        ("Please retry after 20 seconds", 20.0),
        ("Please wait for 2 minutes", 120.0),
        ("try again in 3 parsecs", None),
    ],
)
def test_the_wait_is_read_in_every_usual_form(text: str, seconds: float | None) -> None:
    found = read_retry_after({}, text)
    assert found == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    "message",
    [
        "Access denied. Please check your network settings.",
        "Country, region, or territory not supported",
    ],
)
async def test_a_blocked_network_is_no_bad_key(message: str) -> None:
    caught = await failure(403, message)
    assert type(caught) is NotAllowedError
    assert "network" in str(caught)
    assert "VPN" in str(caught)
    assert "/key" not in str(caught)
    assert not_allowed().status == 403


async def test_an_answer_no_part_of_which_is_allowed_is_told() -> None:
    caught = await failure(400, above("OTPM", 0, 10))
    assert isinstance(caught, RequestRefusedError | RateLimitedError)
