"""Asks again when that may help: visibly, patiently, and never behind the user's back."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from .errors import DayUsedUpError, EngineError, RateLimitedError
from .events import EngineEvent, LimitsReported, Noted, Waiting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from .engines.base import Engine, Request

ATTEMPTS: Final = 4
"""How often a request is sent at the most: once, and three retries."""

LONGEST_WAIT: Final = 300.0
"""Seconds; whoever asks for more is told to the user in place of being waited for."""

_FIRST_PAUSE: Final = 1.0

Sleep: TypeAlias = "Callable[[float], Awaitable[object]]"
"""Waits for some seconds, as `asyncio.sleep` does."""


async def stream_with_retries(
    engine: Engine, request: Request, *, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[EngineEvent | Waiting, None]:
    """Stream an answer, and send the request again when the service may do better next time.

    Only a request that nothing has come back of is repeated: text that was shown stays.

    Yields:
        What the engine yields, and a `Waiting` before each pause.

    Raises:
        EngineError: The last attempt's fault, or one that repeating does not mend.
    """
    for attempt in range(1, ATTEMPTS + 1):
        began = False
        try:
            async with aclosing(engine.stream(request)) as events:
                async for event in events:
                    began = began or not isinstance(event, LimitsReported | Noted)
                    yield event
                return
        except EngineError as error:
            if began or not error.retryable or attempt == ATTEMPTS:
                raise
            seconds = _pause(error, attempt)
            reason = _first_sentence(error)
        yield Waiting(reason, seconds, attempt + 1, ATTEMPTS)
        await sleep(seconds)


def _first_sentence(error: EngineError) -> str:
    """What happened, without the advice that is for the end of all attempts."""
    return re.split(r"(?<=[.!?])\s", str(error), maxsplit=1)[0]


def _pause(error: EngineError, attempt: int) -> float:
    """Seconds to wait: what the service asks for, else 1, 2, 4.

    Raises:
        RateLimitedError: The service asks for more than anybody wants to watch.
    """
    if error.retry_after is None:
        return _FIRST_PAUSE * 2.0 ** (attempt - 1)
    if error.retry_after > LONGEST_WAIT:
        when = datetime.now().astimezone() + timedelta(seconds=error.retry_after)
        why = ", since it has a budget of its own" if isinstance(error, DayUsedUpError) else ""
        raise RateLimitedError(
            f"{_first_sentence(error)} Questions are taken again at {when:%H:%M} on {when:%d %B}; "
            f"another model may answer before{why}.",
            retry_after=error.retry_after,
        ) from error
    return max(error.retry_after, 0.1)
