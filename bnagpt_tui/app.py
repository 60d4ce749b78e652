"""The application: style sheet, themes, keys, first screen, and a clean end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.keys import format_key

from .backend.errors import StoreUnwritableError
from .backend.text import harmless
from .clipboard import copy_sequence
from .screens.chat import ChatScreen
from .screens.conversations import DIALOG
from .terminal.display import ThinApp
from .theme import THEMES, VARIABLES, legible

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.screen import Screen

    from .backend.chat import ChatService

SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM)
"""What closes the application in good order: a closed terminal, a polite kill."""

_NAMED_KEYS: Final = frozenset(
    {"up", "down", "left", "right", "home", "end", "tab", "space", "enter"}
)


def _palette() -> type[Provider]:
    """What the command palette offers; imported when it is opened."""
    from .palette import ActionsProvider  # noqa: PLC0415

    return ActionsProvider


def _collect_garbage() -> None:
    """Look for garbage from here on, if that was put off, in what is made from here on."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class BnaGPTApp(ThinApp):
    """A full-screen chat client over a chat service.

    Args:
        chat: All of the backend.
        opening: The name of the conversation to begin with; empty for a new one.
        theme: The colours.
        keys: Other keys for bindings, by the binding's id.
        clock: Seconds, from any beginning; for rates and countdowns.
        lite: Whether to draw little, for thin lines: `on`, `off`, or `auto` to find out.
    """

    CSS_PATH = "styles.tcss"
    TITLE = "bnaGPT"
    COMMANDS = {_palette}  # noqa: RUF012  # as Textual has it
    OPENING = frozenset({DIALOG})

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+q",
            "quit",
            "quit",
            id="app.quit",
            priority=True,
            show=False,
            tooltip="Leave; an answer on its way is kept",
        ),
    ]

    def __init__(
        self,
        chat: ChatService,
        *,
        opening: str = "",
        theme: str = "bnagpt",
        keys: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        lite: str = "off",
    ) -> None:
        super().__init__(lite=lite)
        self.chat = chat
        """All of the backend."""
        self._opening = opening
        self._clock = clock
        self.parting = ""
        """What the user has to know when the screen is gone; empty for nothing."""
        for item in THEMES:
            self.register_theme(item)
        self.theme = theme if theme in self.available_themes else THEMES[0].name
        self._variables = self.get_css_variables()
        self.stylesheet.set_variables(self._variables)
        self._keys = dict(keys or {})
        self.set_keymap(self._keys)

    def get_default_screen(self) -> Screen[None]:
        """The chat screen."""
        screen = ChatScreen(self.chat, opening=self._opening, keys=self._keys, clock=self._clock)
        screen.lite = self.lite
        return screen

    def watch_lite(self) -> None:
        """Have the chat screen draw little, too."""
        super().watch_lite()
        for screen in self.screen_stack:
            if isinstance(screen, ChatScreen):
                screen.lite = self.lite

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for the themes that come with Textual."""
        return VARIABLES

    def get_css_variables(self) -> dict[str, str]:
        """The variables of the theme; of one that is not ours, such that text can be read."""
        variables = super().get_css_variables()
        is_ours = self.current_theme in THEMES
        return variables if is_ours else legible(variables)

    def refresh_css(self, animate: bool = True) -> None:
        """Read the style sheet again, unless its variables are those that it was read with."""
        variables = self.get_css_variables()
        if variables != self._variables:
            self._variables = variables
            super().refresh_css(animate)

    def on_mount(self) -> None:
        """End in good order when the terminal goes away or somebody asks."""
        self.call_after_refresh(_collect_garbage)
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.exit)

    async def on_unmount(self) -> None:
        """Wait until everything is kept."""
        try:
            await self.chat.close()
        except StoreUnwritableError as error:
            self.parting = str(error)

    async def on_event(self, event: events.Event) -> None:
        """Make pasted text harmless before any widget sees it."""
        if isinstance(event, events.Paste):
            event.text = harmless(event.text)
        await super().on_event(event)

    def get_key_display(self, binding: Binding) -> str:
        """A key as this project writes it: `ctrl+n`, `esc`, `[`, `f1`."""
        if binding.key_display:
            return binding.key_display
        *modifiers, key = binding.key.split("+")
        short = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}
        named = short.get(key) or (key if key in _NAMED_KEYS else format_key(key))
        return "+".join((*modifiers, named))

    def copy_to_clipboard(self, text: str) -> None:
        """Send a text to the clipboard of the user's terminal, through tmux and screen.

        Raises:
            CopyTooLargeError: The text is larger than terminals take at once.
        """
        sequence = copy_sequence(text, os.environ)
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(sequence)
