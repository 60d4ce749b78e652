"""Long work of the event loop, in slices with room for keys and pictures between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import perf_counter
from typing import Final, TypeVar

_Item = TypeVar("_Item")

SLICE: Final = 0.01
"""Seconds of a slice."""

_LOOKED: Final = 50
"""Items between two looks at the clock."""


async def in_slices(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """Yield the items, and let others have the event loop after each slice."""
    begun = perf_counter()
    for number, item in enumerate(items):
        if number % _LOOKED == 0 and perf_counter() - begun > SLICE:
            await asyncio.sleep(0)
            begun = perf_counter()
        yield item
