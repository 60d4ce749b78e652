"""A screen that draws as little as it can, and what the user types at once."""

from __future__ import annotations

from time import monotonic
from typing import Final

from textual import events
from textual.screen import Screen

from .compositor import FrugalCompositor

SHORTEST: Final = 0.004
"""Seconds between two frames that show what was typed."""


class EagerScreen(Screen[None]):
    """Draws what changed under the focus without waiting for the next frame's time."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        self._echoed = 0.0

    async def _on_idle(self, event: events.Idle) -> None:
        """Draw what the focused widget asked for, or have the rest drawn at its time."""
        now = monotonic()
        if self._is_typing and now - self._echoed >= SHORTEST:
            self._echoed = now
            event.prevent_default()
            self._on_timer_update()
        else:
            await super()._on_idle(event)

    @property
    def _is_typing(self) -> bool:
        """Whether the focused widget looks otherwise, and the screen can be drawn."""
        dirty = self.focused in self._dirty_widgets
        return dirty and self.is_current and not self.app._batch_count
