"""Textual's driver of the terminal, with our own reading and writing, and a guard round both."""

from __future__ import annotations

import os
import shutil
import signal
import termios
import tty
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from .decoding import Decoder
from .outlet import Outlet, Writer
from .reader import Reader, WakingEvent, typed_ahead, wait_for_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App


class CountingDriver(LinuxDriver):
    """Talks to the terminal, knows how much of it is still to be written, and when it is gone."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is None:
            raise AssertionError("Textual refuses to start without standard error")
        self.outlet = Outlet(self._file.fileno(), on_lost=self._hang_up)
        """What everything is written to."""
        self._size = size or self._get_terminal_size()
        self._writer = Writer(self.outlet)
        self.exit_event: WakingEvent = WakingEvent()
        self._lent = WakingEvent()
        self._lost = False
        self._typed_ahead = 0
        self._is_running = False
        self.starts = 0
        """How often the terminal was taken over: each time it shows something unknown."""

    @property  # type: ignore[override]  # what Textual keeps here is never used
    def _writer_thread(self) -> Writer:
        """Our own thread: Textual's makes everybody wait for a terminal that takes nothing."""
        return self._writer

    @_writer_thread.setter
    def _writer_thread(self, thread: object) -> None:
        """Let Textual make a thread that never starts."""

    @property
    def is_lent(self) -> bool:
        """Whether somebody else has the terminal for now."""
        return not self._is_running

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self.starts += 1
        self._is_running = True
        self._typed_ahead = typed_ahead(self.fileno)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self._is_running = False
        super().stop_application_mode()

    def suspend_application_mode(self) -> None:
        """Lend the terminal, and watch that it stays."""
        super().suspend_application_mode()
        self._lent.clear()
        arguments = (self.fileno, self._lent)
        Thread(target=self._watch, args=arguments, name="terminal-watch", daemon=True).start()

    def resume_application_mode(self) -> None:
        """Take the terminal back, and have everything drawn."""
        self._lent.set()
        super().resume_application_mode()
        self._app.call_next(self._app.refresh, layout=True)

    def write(self, data: str) -> None:
        """Have something written by the driver's thread."""
        self.outlet.give(data)
        self._writer.write(data)

    def run_input_thread(self) -> None:
        """Read what the terminal sends until it is to be left alone or is gone."""
        reader = Reader(
            self.fileno,
            self.exit_event,
            give=self.process_message,
            on_lost=self._hang_up,
            typed_ahead=self._typed_ahead,
        )
        reader.run(Decoder())

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size of the terminal itself; what the environment says, if it does not know it."""
        for descriptor in (self.outlet.fileno(), self.fileno):
            with suppress(OSError):
                columns, lines = os.get_terminal_size(descriptor)
                if columns and lines:
                    return columns, lines
        return shutil.get_terminal_size()

    def _watch(self, descriptor: int, ended: WakingEvent) -> None:
        if wait_for_loss(descriptor, ended):
            self._hang_up()

    def _hang_up(self) -> None:
        """End in good order, as for SIGHUP: the terminal is gone, and no signal may say so."""
        self.outlet.abandon()
        if not self._lost:
            self._lost = True
            self._call(self._app.exit)

    def _call(self, function: Callable[[], object]) -> None:
        """Call something from the event loop: this may be a thread, or a signal's handler."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function)

    # Being stopped by the shell. A signal comes in the middle of anything: the loop's turn is safe.

    def _sigtstp_application(self, *_: object) -> None:
        self._call(self._stop_process)

    def _sigcont_application(self, *_: object) -> None:
        self._call(self._continue)

    def _stop_process(self) -> None:
        """Give the terminal back, and stop."""
        if self._auto_restart and self._is_running:
            self.suspend_application_mode()
            self._must_signal_resume = True
        with suppress(OSError):
            if os.tcgetpgrp(self.fileno) == os.getpgrp():
                self._stop_others()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _stop_others(self) -> None:
        """Stop who is in front with us: `make` waits for us, and the shell for `make`."""
        usual = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        try:
            os.killpg(0, signal.SIGTSTP)
        finally:
            signal.signal(signal.SIGTSTP, usual)

    def _continue(self) -> None:
        """Take the terminal over again, or bring it back to where it was taken from us."""
        if not self._auto_restart or self._lost:
            return
        if not self._is_running:
            self.resume_application_mode()
            return
        self.starts += 1
        with suppress(termios.error):
            modes = termios.tcgetattr(self.fileno)
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        signal.raise_signal(signal.SIGWINCH)  # who is not in front is not told of another size
        self._app.call_next(self._app.refresh, layout=True)
