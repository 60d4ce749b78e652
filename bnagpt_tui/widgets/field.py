"""A field of one line, as all dialogs have it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from .ordered_keys import do_binding


class Field(Input):
    """An input without a frame or a blinking cursor, whose keys keep their order."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        max_length: int = 0,
        select_on_focus: bool = True,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            max_length=max_length,
            select_on_focus=select_on_focus,
            compact=True,
        )
        self.cursor_blink = False

    async def on_key(self, event: events.Key) -> None:
        """Do what the key is bound to before the next one is taken."""
        await do_binding(self, event)
