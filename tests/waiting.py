"""Waits for a condition, not for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: It never did.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # the condition belongs to somebody else
            await asyncio.sleep(0.01)
