"""A server on loopback that speaks Groq's wire format, its faults included.

    async with GroqServer() as server:
        server.script(Answer("Hello"), rate_limited(seconds=7))
        engine = GroqEngine(api_key="gsk_test", base_url=server.url)

Without a script it answers every question with an echo of it. It runs by itself too:
`python -m tests.groq_server --port 0 --rate 50`.
"""

from __future__ import annotations

from .faults import (
    bad_gateway_page,
    capacity_exceeded,
    context_exceeded,
    invalid_key,
    model_decommissioned,
    model_not_found,
    not_allowed,
    over_capacity,
    rate_limited,
    request_too_large,
    server_error,
    too_large,
    unknown_url,
)
from .replies import Answer, Ending, Gate, Page, Refusal, Reply, ToolCallPiece
from .server import GroqServer, Received
from .wire import MODELS, RATE_HEADERS

__all__ = [
    "MODELS",
    "RATE_HEADERS",
    "Answer",
    "Ending",
    "Gate",
    "GroqServer",
    "Page",
    "Received",
    "Refusal",
    "Reply",
    "ToolCallPiece",
    "bad_gateway_page",
    "capacity_exceeded",
    "context_exceeded",
    "invalid_key",
    "model_decommissioned",
    "model_not_found",
    "not_allowed",
    "over_capacity",
    "rate_limited",
    "request_too_large",
    "server_error",
    "too_large",
    "unknown_url",
]
