"""Turns, loaded behind the first picture, which does without them."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .approvals import Approvals
    from .engines.base import Engine
    from .library import Library
    from .models import Limits
    from .options import Calendar, ChatOptions
    from .retry import Sleep
    from .toolbox import Toolbox
    from .turns import Turns


class LateTurns:
    """Gives what runs turns, from the first moment at which it is needed."""

    def __init__(
        self,
        engine: Engine,
        library: Library,
        options: ChatOptions,
        toolbox: Toolbox,
        approvals: Approvals,
        *,
        sleep: Sleep,
        calendar: Calendar,
    ) -> None:
        self._engine = engine
        self._library = library
        self._options = options
        self._toolbox = toolbox
        self._approvals = approvals
        self._sleep = sleep
        self._calendar = calendar
        self._turns: Turns | None = None

    async def prepare(self) -> None:
        """Do in a thread what takes long."""
        await asyncio.to_thread(import_module, f"{__package__}.turns")

    def __call__(self) -> Turns:
        """What runs turns."""
        if self._turns is None:
            from .turns import Turns  # noqa: PLC0415  # see above

            self._turns = Turns(
                self._engine,
                self._library,
                self._options,
                toolbox=self._toolbox,
                approvals=self._approvals,
                sleep=self._sleep,
                calendar=self._calendar,
            )
        return self._turns

    @property
    def limits(self) -> Limits | None:
        """What the last reply said of the plan; `None` before the first."""
        return self._turns.limits if self._turns else None

    async def stop(self) -> None:
        """Stop every turn and wait until what came of it is kept."""
        if self._turns:
            await self._turns.stop()
