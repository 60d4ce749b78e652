"""The shapes of what Groq sends, as its SDK's types and recorded streams have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

CREATED: Final = 1_795_000_000
"""The moment that every chunk claims to be from."""

ANSWER_ID: Final = "chatcmpl-00000000-0000-4000-8000-000000000000"
REQUEST_ID: Final = "req_01testtesttesttesttesttest"

RATE_HEADERS: Final[Mapping[str, str]] = {
    "x-ratelimit-limit-requests": "1000",
    "x-ratelimit-limit-tokens": "8000",
    "x-ratelimit-remaining-requests": "999",
    "x-ratelimit-remaining-tokens": "7500",
    "x-ratelimit-reset-requests": "1m26.4s",
    "x-ratelimit-reset-tokens": "3.75s",
}
"""The headers of the free plan."""


def _model(name: str, owner: str, window: int, longest: int, *, active: bool = True) -> Any:
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": owner,
        "active": active,
        "context_window": window,
        "public_apps": None,
        "max_completion_tokens": longest,
    }


MODELS: Final[tuple[dict[str, Any], ...]] = (
    _model("whisper-large-v3-turbo", "OpenAI", 448, 448),
    _model("openai/gpt-oss-120b", "OpenAI", 131_072, 65_536),
    _model("openai/gpt-oss-20b", "OpenAI", 131_072, 65_536),
    _model("openai/gpt-oss-safeguard-20b", "OpenAI", 131_072, 65_536),
    _model("qwen/qwen3.8-27b", "Alibaba Cloud", 131_042, 16_384),
    _model("canopylabs/orpheus-v1-english", "Canopy Labs", 4000, 50_000),
    _model("meta-llama/llama-prompt-guard-2-86m", "Meta", 512, 512),
    _model("llama-3.3-70b-versatile", "Meta", 131_072, 32_768, active=False),
)
"""A list such as Groq's: with models that do not chat, and one that was switched off."""


def model_list(models: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """The body of the list of models."""
    return {"object": "list", "data": list(models)}


def error_body(message: str, kind: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """The body of a refusal."""
    error: dict[str, Any] = {"message": message, "type": kind}
    if code is not None:
        error["code"] = code
    return {"error": {**error, **more}}


def usage_of(prompt: int, completion: int) -> dict[str, Any]:
    """What an answer cost."""
    return {
        "queue_time": 0.01,
        "prompt_tokens": prompt,
        "prompt_time": 0.002,
        "completion_tokens": completion,
        "completion_time": 0.1,
        "total_tokens": prompt + completion,
        "total_time": 0.102,
    }


def chunk(
    model: str, delta: Mapping[str, Any], finish: str | None = None, **more: Any
) -> dict[str, Any]:
    """One chunk of an answer."""
    return {
        "id": ANSWER_ID,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "system_fingerprint": "fp_0000000000",
        "choices": [{"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": finish}],
        **more,
    }


def whole(model: str, content: str, reasoning: str, usage: Mapping[str, Any]) -> dict[str, Any]:
    """An answer that was not asked to stream."""
    message = {"role": "assistant", "content": content}
    if reasoning:
        message["reasoning"] = reasoning
    return {
        "id": ANSWER_ID,
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "system_fingerprint": "fp_0000000000",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": dict(usage),
        "x_groq": {"id": REQUEST_ID},
    }


def event(data: Mapping[str, Any], name: str = "") -> bytes:
    """A server-sent event that carries these data."""
    text = json.dumps(data, ensure_ascii=False)
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {text}\n\n".encode()
