"""Keys that are typed before anything can take them are kept until something can."""

from __future__ import annotations

from textual import events
from textual.app import App


class PatientApp(App[None]):
    """An application that loses no key of an impatient user."""

    def __init__(self) -> None:
        super().__init__()
        self._early: list[events.Event] | None = []

    async def on_ready(self) -> None:
        """Let keys through, those first that came before anything had the focus."""
        if self.focused is None:
            self.call_after_refresh(self._let_through)
        else:
            await self._let_through()

    async def on_event(self, event: events.Event) -> None:
        """Keep keys and pasted text while there is nothing that takes them."""
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if typed and self._early is not None:
            self._early.append(event)
        else:
            await super().on_event(event)

    async def _let_through(self) -> None:
        # Keys that come meanwhile go to the end of the list, and so keep their order.
        for event in self._early or ():
            await super().on_event(event)
        self._early = None
