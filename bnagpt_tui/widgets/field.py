"""A field of one line, as all dialogs have it."""

from __future__ import annotations

from textual.widgets import Input


class Field(Input):
    """An input without a frame or a blinking cursor."""

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
