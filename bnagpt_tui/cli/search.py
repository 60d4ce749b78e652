"""`bnagpt search`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from ..backend.assemble import build_searcher
from ..backend.models import Hit, Role, SearchResults, now
from ..backend.text import one_line
from . import WRONG_USAGE
from .table import ago, table

if TYPE_CHECKING:
    from argparse import Namespace

    from ..backend.settings import Settings
    from ..backend.store import Searcher
    from .console import Console

TELL_EVERY: Final = 1.0
"""Seconds between two lines that say how far the index has come."""

_SPEAKERS: Final = {Role.USER: "you", Role.ASSISTANT: "bnaGPT", None: "name"}


def run_search(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Print the messages that fit, the newest first, from an index that is brought up to date.

    Raises:
        StoreError: There is no full-text search here, or the conversations cannot be read.
    """
    results = asyncio.run(_search(arguments, settings, console))
    if results.remark:
        console.complain(results.remark)
        return WRONG_USAGE
    if arguments.json:
        console.value([_record(hit) for hit in results.hits])
        return 0
    if not results.hits:
        console.complain("Nothing found.")
    present = now()
    for hit in results.hits:
        speaker = _SPEAKERS.get(hit.role, str(hit.role))
        facts = (hit.conversation_name, speaker, ago(hit.created, present), hit.conversation_id)
        console.line(table([facts])[0])
        console.line(f"    {one_line(_text(hit), 400)}")
    return 0


async def _search(arguments: Namespace, settings: Settings, console: Console) -> SearchResults:
    searcher = build_searcher(settings)
    try:
        await settle(searcher, console)
        return await searcher.search(" ".join(arguments.words), arguments.limit)
    finally:
        await searcher.close()


async def settle(searcher: Searcher, console: Console, tell_every: float = TELL_EVERY) -> None:
    """Bring the index up to date; whoever sits at a terminal is told how far it is.

    Args:
        searcher: Whose index it is.
        console: Where it is told.
        tell_every: Seconds between two lines.

    Raises:
        StoreError: There is no full-text search here, or the conversations cannot be read.
    """
    settling = asyncio.ensure_future(searcher.settle())
    while not settling.done():
        await asyncio.wait({settling}, timeout=tell_every)
        if not settling.done() and console.err.isatty():
            indexed, total = searcher.progress
            console.complain(f"indexing {indexed:,} of {total:,} conversations…")
    await settling


def _text(hit: Hit) -> str:
    return "".join(part.text for part in hit.snippet)


def _record(hit: Hit) -> dict[str, Any]:
    """What a script may want to know of a hit."""
    return {
        "conversation": hit.conversation_id,
        "name": hit.conversation_name,
        "message": hit.message_id,
        "role": hit.role or "name",
        "created": hit.created.isoformat(),
        "snippet": _text(hit),
        "matches": [part.text for part in hit.snippet if part.is_match],
    }
