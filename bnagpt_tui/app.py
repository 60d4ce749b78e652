"""The application: style sheet, themes, keys, first screen, and a clean end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, work
from textual.binding import Binding, BindingType
from textual.keys import format_key

from .backend.errors import StoreUnwritableError
from .backend.text import as_typed, hidden_letters, one_line
from .clipboard import copy_sequence
from .screens.chat import ChatScreen
from .screens.conversations import DIALOG
from .terminal._textual import is_bound
from .terminal.display import ThinApp
from .terminal.driver import CountingDriver
from .theme import THEMES, VARIABLES, legible

if TYPE_CHECKING:
    from textual.screen import Screen

    from .backend.chat import ChatService

SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM)
"""What closes the application in good order: a closed terminal, a polite kill."""

INTERRUPTED: Final = 130
"""The exit status after an interruption, as shells report it."""

_NAMED_KEYS: Final = frozenset(
    {"up", "down", "left", "right", "home", "end", "tab", "space", "enter"}
)

_MOVES: Final = frozenset(
    {"next", "previous", "first", "last", "up", "down", "next_sibling", "previous_sibling"}
)
"""The last parts of the ids of bindings that only move a cursor."""


def _is_move(binding_id: str) -> bool:
    """Return whether a binding only moves a cursor, so that pressing it by mistake does no harm."""
    return binding_id.partition(".")[2] in _MOVES


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
    # Textual's palette raises when a key comes before its list is laid out: ours takes its place.
    ENABLE_COMMAND_PALETTE = False
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
        Binding(
            "ctrl+p",
            "palette",
            "palette",
            id="app.palette",
            priority=True,
            show=False,
            tooltip="Find anything that can be done",
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
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in SIGNALS:
                loop.add_signal_handler(number, self.exit)
            loop.add_signal_handler(signal.SIGINT, self._interrupt)

    def _interrupt(self) -> None:
        """End when somebody interrupts; while the terminal is lent, that is for the one who has it.

        Keys send no such signal to a terminal that is ours.
        """
        if not (isinstance(self._driver, CountingDriver) and self._driver.is_lent):
            self.exit(return_code=INTERRUPTED)

    async def on_unmount(self) -> None:
        """Wait until everything is kept."""
        try:
            await self.chat.close()
        except StoreUnwritableError as error:
            self.parting = str(error)

    async def on_event(self, event: events.Event) -> None:
        """Make pasted text harmless before any widget sees it."""
        if isinstance(event, events.Paste):
            event.text = as_typed(event.text)
            if letters := hidden_letters(event.text):
                self.notify(
                    f"What you pasted says something that cannot be seen: “{one_line(letters)}”",
                    severity="warning",
                    markup=False,
                )
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the palette on the chat screen only: a dialog is finished first."""
        if action == "palette":
            return isinstance(self.screen, ChatScreen)
        return super().check_action(action, parameters)

    @work(group=DIALOG)
    async def action_palette(self) -> None:
        """Pick something that can be done, and do it."""
        from .palette import entries  # noqa: PLC0415  # no part of the start
        from .screens.picker import Choice, PickerScreen  # noqa: PLC0415

        offered = entries(self.screen)
        choices = [Choice(entry.id, entry.title, entry.keys) for entry in offered]
        picked = await self.push_screen_wait(PickerScreen("Commands", choices))
        for entry in offered:
            if entry.id == picked:
                entry.run()

    @work(group=DIALOG)
    async def action_pick_theme(self) -> None:
        """Pick other colours."""
        from .screens.picker import Choice, PickerScreen  # noqa: PLC0415  # no part of the start

        names = [item.name for item in THEMES]
        names += sorted(name for name in self.available_themes if name not in names)
        choices = [Choice(name, name, "now" if name == self.theme else "") for name in names]
        picked = await self.push_screen_wait(PickerScreen("Colours", choices))
        if picked:
            self.theme = picked

    def take_text(self, text: str) -> None:
        """Put a text that was typed or pasted outside of text fields into the prompt."""
        for screen in self.screen_stack:
            if isinstance(screen, ChatScreen):
                screen.type_ahead(text, focus=screen is self.screen)

    def are_commands(self, keys: Sequence[str]) -> bool:
        """Return whether a burst of letters is one key held down, or only moves about."""
        active = self.screen.active_bindings
        found = [active[key].binding.id or "" for key in keys if key in active]
        return len(found) == len(keys) and (
            super().are_commands(keys) or all(_is_move(binding_id) for binding_id in found)
        )

    def on_key(self, event: events.Key) -> None:
        """Put a letter that is no key of what has the focus into the prompt."""
        is_here = isinstance(self.screen, ChatScreen)
        if is_here and event.is_printable and not is_bound(event.key, self.screen):
            event.stop()
            self.take_text(event.character or "")

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

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open an address in the user's browser, beside the event loop."""
        del new_tab
        self._browse(url)

    @work(group="browser")
    async def _browse(self, url: str) -> None:
        from .desktop import browse  # noqa: PLC0415  # no part of the start

        with suppress(OSError):
            await browse(url)
