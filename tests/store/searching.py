"""What the tests of search share."""

from __future__ import annotations

from bnagpt_tui.backend.models import Hit
from bnagpt_tui.backend.store import Searcher


async def found(searcher: Searcher, text: str, limit: int = 50) -> list[str]:
    """The snippets of what is found, once everything is indexed."""
    await searcher.settle()
    results = await searcher.search(text, limit)
    assert results.indexed == results.total
    return [snippet(hit) for hit in results.hits]


def snippet(hit: Hit) -> str:
    """The words around a match, the match in brackets."""
    return "".join(f"[{part.text}]" if part.is_match else part.text for part in hit.snippet)
