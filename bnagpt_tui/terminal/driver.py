"""Textual's driver, which says in addition what is still on its way to the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.drivers.linux_driver import LinuxDriver

from .link import Outlet
from .paste import guard_pastes

if TYPE_CHECKING:
    from io import TextIOWrapper

    from textual.app import App


class CountingDriver(LinuxDriver):
    """Talks to the terminal and knows how much of it is still to be written."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        guard_pastes()
        if self._file is None:
            raise AssertionError("Textual refuses to start without standard error")
        self.outlet = Outlet(self._file.fileno())
        """What everything is written to."""
        self._file = cast("TextIOWrapper", self.outlet)
        self.starts = 0
        """How often the terminal was taken over: each time it shows something unknown."""

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self.starts += 1
        self.outlet.reset()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def write(self, data: str) -> None:
        """Have something written by the driver's thread."""
        self.outlet.give(data)
        super().write(data)
