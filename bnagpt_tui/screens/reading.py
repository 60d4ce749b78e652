"""Reading on the chat screen: copying, the paper view, links, the user's own editor."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from textual import on, work
from textual.app import SuspendNotSupported

from ..backend.child_environment import without_our_keys
from ..backend.text import one_line, visible
from ..clipboard import CopyTooLargeError
from ..widgets.message_log import MessageLog
from .base import OUTSIDE, ChatBase

_SCHEMES: Final = ("https://", "http://", "mailto:")


class ReadingActions(ChatBase):
    """What is done with text that is read or written outside the panes."""

    @on(MessageLog.CopyRequested)
    def _copy(self, event: MessageLog.CopyRequested) -> None:
        event.stop()
        self.copy(event.text, event.what)

    def copy(self, text: str, what: str) -> None:
        """Send a text to the clipboard of the user's terminal.

        No terminal says whether it took the text, so nothing here claims that it did.
        """
        try:
            self.app.copy_to_clipboard(text)
        except CopyTooLargeError as error:
            self.tell(f"{error} v shows the message, to be selected by hand.")
        else:
            self.tell(f"Sent the {what} to your terminal's clipboard.", severity="information")

    @on(MessageLog.LinkOpened)
    def _open_link(self, event: MessageLog.LinkOpened) -> None:
        """Open a link where there is a desktop; send its address to the clipboard elsewhere."""
        event.stop()
        address = one_line(event.address, 2000)
        if not address.startswith(_SCHEMES):
            self.tell(f"This link is not for the web: {one_line(address, 200)}")
        elif has_desktop():
            self.app.open_url(address)
        else:
            self.copy(address, f"address {one_line(address, 120)}")

    @on(MessageLog.PaperRequested)
    def _show_paper(self, event: MessageLog.PaperRequested) -> None:
        event.stop()
        self.show_on_paper(event.message.content)

    @work(group=OUTSIDE, exclusive=True)
    async def show_on_paper(self, text: str) -> None:
        """Print a text on the normal screen, for the terminal's own selection."""
        try:
            with self._terminal():
                print(f"\n{visible(text)}\n\n── enter goes back to bnaGPT ──", end="", flush=True)
                await _wait_for_enter()
        except SuspendNotSupported:
            self.tell("This terminal cannot be lent to the normal screen.")

    @work(group=OUTSIDE, exclusive=True)
    async def action_editor(self) -> None:
        """Write the prompt in the user's own editor."""
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        with tempfile.TemporaryDirectory(prefix="bnagpt-") as directory:
            path = Path(directory) / "prompt.md"
            path.write_text(self.prompt.text, encoding="utf-8", errors="replace")
            try:
                with self._terminal():
                    await _run_editor(shlex.split(editor), path)
                written = _read_written(path)
            except asyncio.CancelledError:
                self.left_in_editor = _read_written(path)
                raise
            except SuspendNotSupported:
                self.tell("This terminal cannot be lent to an editor.")
                return
            except (OSError, ValueError):
                self.tell(f"The editor “{one_line(editor, 80)}” did not start: set EDITOR.")
                return
        self.prompt.put(written)
        self.prompt.focus()

    @contextmanager
    def _terminal(self) -> Iterator[None]:
        """Lend the terminal; nothing is drawn meanwhile, though answers go on.

        Raises:
            SuspendNotSupported: The terminal cannot be lent.
        """
        failure: Exception | None = None
        with self.app.batch_update(), self.app.suspend():
            try:
                yield
            except Exception as error:  # noqa: BLE001  # Textual takes nothing back behind one
                failure = error
        self.app.refresh(layout=True)
        if failure:
            raise failure


async def _run_editor(command: list[str], path: Path) -> None:
    """Run an editor on a file; one that is open when the application ends is told to end, too.

    Raises:
        OSError: It does not start.
    """
    process = await asyncio.create_subprocess_exec(*command, path, env=without_our_keys(os.environ))
    try:
        await process.wait()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGHUP)
        raise


def _read_written(path: Path) -> str:
    """What an editor left."""
    return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")


async def _wait_for_enter() -> None:
    """Read a line from the terminal; its end counts as one.

    It is read when it is there, and not in a thread, which nobody could stop at the end.
    """
    entered = asyncio.Event()
    loop = asyncio.get_running_loop()
    with suppress(OSError, ValueError):
        descriptor = sys.stdin.fileno()
        loop.add_reader(descriptor, entered.set)
        try:
            await entered.wait()
        finally:
            loop.remove_reader(descriptor)
    _read_line()


def _read_line() -> None:
    """Read what was entered."""
    with suppress(EOFError, OSError):
        input()


def has_desktop() -> bool:
    """Whether a browser can be opened beside the terminal, and not inside or behind it."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
