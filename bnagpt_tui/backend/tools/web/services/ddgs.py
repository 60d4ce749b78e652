"""Several search engines at once, through the library `ddgs`; wants no key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ....errors import ToolError
from ..apart import apart
from ..metasearch import Answer, Outcome
from ..options import WebOptions
from .found import Found, found

SECONDS: Final = 20.0
"""How long a search may take."""

_OTHERS: Final = "set web_search to searxng, tavily or brave."

_SENTENCES: Final[Mapping[Outcome, str]] = {
    Outcome.MISSING: "Searching needs the extra “web”: pip install 'bnagpt-tui[web]'. Or "
    + _OTHERS,
    Outcome.RATE_LIMITED: "The search engines want a rest. Try again in a minute, or " + _OTHERS,
    Outcome.LATE: "The search engines did not answer in time. Try again, or " + _OTHERS,
    Outcome.FAILED: "No search engine answered. Check the network, or " + _OTHERS,
}


async def ddgs(options: WebOptions, query: str, count: int) -> list[Found]:
    """Ask several search engines, whichever answer.

    Args:
        options: Not heeded.
        query: What to look for.
        count: How many pages.

    Raises:
        ToolError: None of them answers, or the library is not there.
    """
    del options
    request = msgspec.msgpack.encode((query, count))
    try:
        answer = msgspec.msgpack.decode(
            await apart("search", request, seconds=SECONDS), type=Answer
        )
    except TimeoutError:
        answer = Answer(Outcome.LATE, [])
    except (OSError, msgspec.DecodeError):
        answer = Answer(Outcome.FAILED, [])
    if answer.outcome is not Outcome.FOUND:
        raise ToolError(_SENTENCES[answer.outcome])
    return [found(*page) for page in answer.pages]
