"""Checks a key with one request."""

from __future__ import annotations

from ...models import ModelInfo
from .engine import GroqEngine
from .keys import clean_key


async def check_key(
    key: str, *, base_url: str = "", title: str = "Groq", stall_seconds: float = 15.0
) -> tuple[ModelInfo, ...]:
    """Ask the service for its models with a key, to learn whether it is accepted.

    Returns:
        The models that the key opens, sorted by id.

    Raises:
        KeyRefusedError: The key cannot be sent, or is not accepted.
        EngineError: The service could not be asked.
    """
    engine = GroqEngine(
        api_key=clean_key(key), base_url=base_url, title=title, stall_seconds=stall_seconds
    )
    try:
        return await engine.models()
    finally:
        await engine.aclose()
