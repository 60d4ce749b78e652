"""Tools on the chat screen: switched, run by hand, gone on with, and what they brought opened."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on, work

from ..backend.calls import can_go_on
from ..backend.errors import StoreError
from ..backend.text import one_line
from ..backend.tool_service import Leave
from ..widgets.message_log import MessageLog
from .asking import AskActions
from .conversations import DIALOG
from .reading import ReadingActions, has_desktop

if TYPE_CHECKING:
    from ..backend.models import Attachment, Message
    from ..backend.tool_service import ToolState
    from .picker import Choice

SEARCH: Final = "web_search"
"""The tool behind `/web`."""

READ: Final = "read_page"
"""The tool behind `/page`."""

RUN: Final = "run_python"
"""The tool behind `x`."""

LONGEST_NAME: Final = 240
"""Bytes of a file's name, without the number of one that is taken: systems take 255."""

_LEAVES: Final = {
    Leave.NEEDS_NONE: "only reads",
    Leave.SOMETIMES: "reads, asks about addresses that nobody named",
    Leave.ASKS: "acts, asks first",
    Leave.SETTINGS: "allowed by the settings",
    Leave.ALWAYS: "always allowed",
}
_PYTHON: Final = frozenset({"", "python", "py", "python3", "pycon"})
_COPIED_TYPES: Final = ("text/", "application/json", "application/xml")


class ToolActions(AskActions, ReadingActions):
    """What the keys and commands for tools do."""

    @work(group=DIALOG)
    async def action_toggle_tools(self) -> None:
        """Let models use tools in the open conversation, or not."""
        on = not self.chat.tools.are_on(self.open_id)
        with suppress(StoreError):  # it holds, and the list shows that it is not kept
            await self.chat.tools.switch(self.open_id, on=on)
        if on and not self.chat.tools.are_known(self.open_id):
            self.tell("Tools are on, but this model knows of none: f2 picks another.")
        else:
            self.tell(f"Tools are {'on' if on else 'off'} here.", severity="information")
        self.show_status()

    @work(group=DIALOG)
    async def action_tools(self) -> None:
        """Show the tools; picking one that is always allowed has it ask again."""
        from .picker import Choice, PickerScreen  # noqa: PLC0415  # dialogs are no part of the start

        states = await self.chat.tools.states()
        choices = [Choice(state.name, state.name, _permission_of(state)) for state in states]
        explanation = "Enter on a tool that is always allowed has it ask again."
        picked = await self.app.push_screen_wait(
            PickerScreen("Tools", choices, explanation=explanation)
        )
        for report in await self.chat.reports():
            self.tell(report)
        leave = next((state.leave for state in states if state.name == picked), None)
        if leave is Leave.SETTINGS:
            self.tell(f"The setting “allow” in config.toml allows {picked}; take it out there.")
        if leave is not Leave.ALWAYS:
            return
        try:
            await self.chat.tools.revoke(picked or "")
        except OSError as error:
            self.tell(f"It asks until bnaGPT is closed, but not for good: {error.strerror}.")
        else:
            self.tell(f"{picked} asks again before it acts.", severity="information")

    def action_web(self, words: str = "") -> None:
        """Search the web first, then answer from what was found, with any model."""
        if not words:
            self.prompt.put("/web ")
            self.prompt.focus()
            return
        self._use(f"/web {words}", SEARCH, {"query": words}, words)

    def action_page(self, words: str = "") -> None:
        """Read a page into the conversation; what follows the address is asked about it."""
        if not words:
            self.prompt.put("/page ")
            self.prompt.focus()
            return
        address, _, question = words.partition(" ")
        if "://" not in address:
            address = f"https://{address}"
        self._use(f"/page {words}", READ, {"address": address}, question.strip())

    @on(MessageLog.RunRequested)
    def _run(self, event: MessageLog.RunRequested) -> None:
        event.stop()
        if event.language not in _PYTHON:
            self.tell(f"Only Python can be run here, and this is {one_line(event.language, 30)}.")
        elif not self.must_wait():
            self._use("", RUN, {"code": event.code}, "")

    def _use(self, typed: str, tool: str, arguments: dict[str, object], question: str) -> None:
        """Run a tool in the open conversation, behind what runs there."""
        use, open_id = self.chat.tools.use, self.open_id
        self.begin(typed, lambda: use(open_id, tool, arguments, question=question))
        self.log_view.following = True

    @on(MessageLog.ContinueRequested)
    def _continue(self, event: MessageLog.ContinueRequested) -> None:
        """Go on with what was broken off between tools, or with an answer that was cut."""
        event.stop()
        if self.must_wait():
            return
        if can_go_on(event.message):
            self.run_turn(self.open_id, self.chat.go_on(self.open_id, event.message.id))
        else:
            self.run_turn(self.open_id, self.chat.tools.resume(self.open_id))
            self.prompt.focus()

    # What tools brought

    @on(MessageLog.OpenRequested)
    def _open_requested(self, event: MessageLog.OpenRequested) -> None:
        event.stop()
        self.open_found(event.message)

    @work(group=DIALOG)
    async def open_found(self, message: Message) -> None:
        """Open a page that a message refers to, or do something with a file of it."""
        choices = [*_pages(message), *_files(message)]
        picked: str | None = choices[0].id
        if len(choices) > 1:
            from .picker import PickerScreen  # noqa: PLC0415  # dialogs are no part of the start

            picked = await self.app.push_screen_wait(PickerScreen("Open", choices))
        what, _, number = (picked or "").partition(":")
        if what == "page":
            address = message.sources[int(number)].address
            self.log_view.post_message(MessageLog.LinkOpened(self.log_view, address))
        elif what:
            await self._take_file(message.attachments[int(number)], what)

    async def _take_file(self, attachment: Attachment, what: str) -> None:
        try:
            content = await self.chat.library.archive.file(attachment)
        except StoreError as error:
            self.tell(error, severity="error")
            return
        if what == "copy":
            self.copy(content.decode("utf-8", "replace"), "file")
            return
        try:
            path = await asyncio.to_thread(save_file, Path.cwd(), attachment.name, content)
        except OSError as error:
            self.tell(f"The file was not saved: {error.strerror}.", severity="error")
            return
        self.tell(f"Saved as {path}", severity="information")
        if what == "open":
            self.app.open_url(path.as_uri())


def _permission_of(state: ToolState) -> str:
    """What a tool does, and whether it asks."""
    words = _LEAVES[state.leave]
    if state.leave in {Leave.SETTINGS, Leave.ALWAYS}:
        return f"{'acts' if state.acts else 'reads'}, {words}"
    return words


def _pages(message: Message) -> list[Choice]:
    from .picker import Choice  # noqa: PLC0415  # dialogs are no part of the start

    return [
        Choice(f"page:{place}", f"[{source.number}] {source.title}", source.address)
        for place, source in enumerate(message.sources)
    ]


def _files(message: Message) -> list[Choice]:
    from .picker import Choice  # noqa: PLC0415  # dialogs are no part of the start

    choices = []
    for place, file in enumerate(message.attachments):
        if has_desktop():
            choices.append(Choice(f"open:{place}", f"open {file.name}", file.kind))
        choices.append(Choice(f"save:{place}", f"save {file.name} here", file.kind))
        if file.kind.startswith(_COPIED_TYPES):
            choices.append(Choice(f"copy:{place}", f"copy {file.name}", file.kind))
    return choices


def save_file(directory: Path, name: str, content: bytes) -> Path:
    """Write a file under its name, or the first free one like it; nothing is written over.

    Args:
        directory: Where.
        name: What the file is called; only its last part is used, and no hidden name.
        content: What is in it.

    Returns:
        Where it is.

    Raises:
        OSError: It could not be written.
    """
    plain = one_line(name.replace("\\", "/").rpartition("/")[2], 120).lstrip(".") or "file"
    stem, dot, suffix = plain.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem else (plain, "")
    suffix = _cut(suffix, 60)
    stem = _cut(stem, LONGEST_NAME - len(suffix.encode()))
    for number in range(1, 1000):
        path = directory / (f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(17, "every name like it is taken")


def _cut(text: str, size: int) -> str:
    """As much of a text as has so many bytes."""
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
