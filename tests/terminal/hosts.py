"""A bare application that shows one screen."""

from __future__ import annotations

from textual.screen import Screen

from bnagpt_tui.terminal.display import ThinApp


class Host(ThinApp):
    """Shows one screen.

    Args:
        screen: Makes it.
        lite: Whether to draw little.
    """

    def __init__(self, screen: type[Screen[None]], *, lite: str = "off") -> None:
        super().__init__(lite=lite)
        self._first = screen

    def get_default_screen(self) -> Screen[None]:
        """The screen."""
        return self._first()
