"""Refusals with the bodies that the services really send."""

from __future__ import annotations

from .replies import Page, Refusal
from .wire import error_body

_ORGANIZATION = "organization `org_01testtesttest` service tier `on_demand`"


def invalid_key() -> Refusal:
    """401."""
    return Refusal(401, error_body("Invalid API Key", "invalid_request_error", "invalid_api_key"))


def not_allowed() -> Refusal:
    """403."""
    message = "Access denied. Please check your network settings."
    return Refusal(403, error_body(message, "permissions_error"))


def model_not_found(model: str = "llama-9") -> Refusal:
    """404 for a model."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return Refusal(404, error_body(message, "invalid_request_error", "model_not_found"))


def unknown_url() -> Refusal:
    """404 for an address."""
    message = (
        "Unknown request URL: POST /openai/v1/openai/v1/chat/completions. Please check the URL "
        "for typos, or see the docs at https://console.groq.com/docs/"
    )
    return Refusal(404, error_body(message, "invalid_request_error", "unknown_url"))


def model_decommissioned(model: str = "mixtral-8x7b-32768") -> Refusal:
    """400 for a model that was switched off."""
    message = (
        f"The model `{model}` has been decommissioned and is no longer supported. Please refer to "
        "https://console.groq.com/docs/deprecations for a recommendation on which model to use "
        "instead."
    )
    return Refusal(400, error_body(message, "invalid_request_error", "model_decommissioned"))


def too_large(limit: int = 8000, requested: int = 12_392) -> Refusal:
    """413 for a request above the tokens of a minute."""
    message = (
        f"Request too large for model `openai/gpt-oss-120b` in {_ORGANIZATION} on tokens per "
        f"minute (TPM): Limit {limit}, Requested {requested}, please reduce your message size and "
        "try again. Need more tokens? Upgrade to Dev Tier today at "
        "https://console.groq.com/settings/billing"
    )
    return Refusal(413, error_body(message, "tokens", "rate_limit_exceeded"))


def request_too_large() -> Refusal:
    """413 for a request that has too many bytes."""
    message = "Request Entity Too Large"
    return Refusal(413, error_body(message, "invalid_request_error", "request_too_large"))


def context_exceeded() -> Refusal:
    """400 for a request beyond the model's window."""
    message = "Please reduce the length of the messages or completion."
    body = error_body(message, "invalid_request_error", "context_length_exceeded", param="messages")
    return Refusal(400, body)


def rate_limited(
    seconds: float | None = 7, *, span: str = "tokens per minute (TPM)", limit: int = 8000
) -> Refusal:
    """429."""
    message = (
        f"Rate limit reached for model `openai/gpt-oss-120b` in {_ORGANIZATION} on {span}: Limit "
        f"{limit}, Used {limit - 100}, Requested 1130. Please try again in 6.51s. Need more "
        "tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"
    )
    headers = {} if seconds is None else {"retry-after": f"{seconds:g}"}
    return Refusal(429, error_body(message, "tokens", "rate_limit_exceeded"), headers)


def capacity_exceeded() -> Refusal:
    """498, which is Groq's own."""
    message = "Flex tier capacity exceeded, please try again later"
    return Refusal(498, error_body(message, "invalid_request_error", "capacity_exceeded"))


def server_error() -> Refusal:
    """500."""
    return Refusal(500, error_body("Internal Server Error", "internal_server_error"))


def over_capacity() -> Refusal:
    """503."""
    message = (
        "openai/gpt-oss-120b is currently over capacity. Please try again and back off "
        "exponentially. Visit https://groqstatus.com to see if there is an active incident."
    )
    return Refusal(503, error_body(message, "internal_server_error"))


def bad_gateway_page(status: int = 502) -> Page:
    """The page of a proxy before the service."""
    return Page(
        status,
        f"<!DOCTYPE html><html><head><title>api.groq.com | {status}: Bad gateway</title></head>"
        "<body><h1>Bad gateway</h1><script>alert(1)</script></body></html>",
    )
