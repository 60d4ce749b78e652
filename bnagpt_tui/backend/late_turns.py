"""Turns, loaded behind the first picture, which does without them."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .models import Limits
    from .turns import Turns


class LateTurns:
    """Gives what runs turns, from the first moment at which it is needed.

    Args:
        make: Makes it, and imports for that what takes long.
    """

    def __init__(self, make: Callable[[], Turns]) -> None:
        self._make = make
        self._turns: Turns | None = None

    async def prepare(self) -> None:
        """Do in a thread what takes long."""
        await asyncio.to_thread(import_module, f"{__package__}.turns")

    def __call__(self) -> Turns:
        """What runs turns."""
        if self._turns is None:
            self._turns = self._make()
        return self._turns

    @property
    def limits(self) -> Limits | None:
        """What the last reply said of the plan; `None` before the first."""
        return self._turns.limits if self._turns else None

    async def stop(self) -> None:
        """Stop every turn and wait until what came of it is kept."""
        if self._turns:
            await self._turns.stop()
