"""An application that sends its terminal only what it does not show yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from rich.color import ColorSystem
from textual import constants, events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.geometry import Offset, Size
from textual.reactive import reactive

from .drawable import drawable_update
from .driver import CountingDriver
from .fatal import report_of, tell
from .link import Link
from .picture import Picture
from .typed import PatientApp

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.screen import Screen

    from .picture import Update

ASK: Final = "\x1b[6n"
"""Asks the terminal where the cursor is; it answers when it has drawn what came before.

Once at the start, to see how long that takes; with each frame where the line is thin.
"""

RETRY: Final = 0.01
"""Seconds until a frame that found the line full is tried again."""

_LARGE: Final = 400
"""Characters of a frame from which on the terminal is asked to show it only when it is whole."""


class ThinApp(PatientApp):
    """An application that remembers what its terminal shows.

    A frame that is due while the one before is still on its way is left out; when the line is
    free again, the difference to the latest state is sent.

    Args:
        lite: Whether to draw little: `on`, `off`, or `auto` to let the line decide.
    """

    lite: reactive[bool] = reactive(False, init=False)
    """Whether to draw little, since the line to the terminal is thin."""

    def __init__(self, *, lite: str = "off") -> None:
        super().__init__()
        self._link = Link() if lite != "off" else None
        self._picture = Picture(Size(0, 0), self.console._color_system or ColorSystem.TRUECOLOR)
        self._starts = 0
        self._held = False
        self._asked = False
        self._cursor_at: Offset | None = None
        self.set_reactive(ThinApp.lite, lite == "on")
        ThinApp.watch_lite(self)

    def get_driver_class(self) -> type[Driver]:
        """The driver that counts, unless the environment asks for another."""
        return super().get_driver_class() if constants.DRIVER else CountingDriver

    def watch_lite(self) -> None:
        """Do without animations on a thin line."""
        if self.lite:
            self.animation_level = "none"

    def on_resize(self) -> None:
        """Trust nothing of what stood on a screen of another size."""
        self._picture.forget(self._picture.size)

    def on_app_focus(self) -> None:
        """Put right what others may have written over while the user was away."""
        self._picture.forget(self._picture.size)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """Take the answer to `ASK`."""
        if self._link is not None:
            self._link.answer(event.time)
            self._heed_link()
            self._retry()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Draw what Textual's compositor asks for, with no control in it that a widget let pass."""
        driver = self._driver
        if not isinstance(driver, CountingDriver):
            super()._display(screen, drawable_update(renderable))
        elif isinstance(renderable, ChopsUpdate | LayoutUpdate):
            if self._may_draw:
                self._send(driver, screen, renderable)
            self.post_display_hook()

    def _fatal_error(self) -> None:
        """End because of the exception that is being handled."""
        self.bell()
        error = sys.exception()
        self._exit_renderables.append(report_of(error) if error else "An unknown error.")
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Tell on the normal screen why the application ended."""
        reports, self._exit_renderables = self._exit_renderables, []
        tell(reports)

    @property
    def _may_draw(self) -> bool:
        return self._running and not self._closed and not self._batch_count

    def _send(self, driver: CountingDriver, screen: Screen[object], update: Update | None) -> None:
        """Send an update, or hold it back while the line is full.

        Args:
            driver: The driver of the terminal.
            screen: The screen that is updated.
            update: What to draw; `None` for the whole screen.
        """
        full = driver.outlet.is_full
        if self._link is not None:
            self._link.note_frame(full=full)
            self._heed_link()
        if full or self._is_behind:
            self._hold()
            return
        self._check_picture(driver, screen.outer_size)
        if self._held or not self._picture.is_known:
            update = None
        self._held = False
        sequence = self._picture.draw(update or self._whole(screen))
        self._write(driver, sequence)

    def _whole(self, screen: Screen[object]) -> LayoutUpdate:
        """All of a screen, with what shows of those behind it."""
        visible_screen_stack.set(self._background_screens)
        return screen._compositor.render_full_update()

    def _check_picture(self, driver: CountingDriver, size: Size) -> None:
        """Forget the picture when the terminal was lent or has another size."""
        if driver.starts != self._starts or size != self._picture.size:
            self._starts = driver.starts
            self._cursor_at = None
            self._picture.forget(size)
        self._picture.atomic = self._sync_available

    def _write(self, driver: CountingDriver, sequence: str) -> None:
        """Send a frame, with the cursor where an input method is to show its window."""
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if sequence or cursor != self._cursor_at:
            sequence += f"\x1b[{cursor.y + 1};{cursor.x + 1}H"
            self._cursor_at = cursor
        if self._sync_available and len(sequence) > _LARGE:
            sequence = f"{SYNC_START}{sequence}{SYNC_END}"
        if self._link is not None and (self.lite or not self._asked) and sequence:
            self._asked = True
            self._link.ask(len(sequence))
            sequence += ASK
        if sequence:
            driver.write(sequence)

    @property
    def _is_behind(self) -> bool:
        """Whether the terminal has to catch up with what it was sent, on a thin line."""
        return self.lite and self._link is not None and self._link.is_behind

    def _hold(self) -> None:
        """Come back to a frame when the line may be free."""
        if not self._held:
            self._held = True
            self.set_timer(RETRY, self._retry)

    def _retry(self) -> None:
        driver = self._driver
        if not self._held or not isinstance(driver, CountingDriver):
            return
        self._held = False
        if self._may_draw:
            self._send(driver, self.screen, None)
        else:
            self._hold()

    def _heed_link(self) -> None:
        if self._link is not None and self._link.is_thin:
            self.lite = True
