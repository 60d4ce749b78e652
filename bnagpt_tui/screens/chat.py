"""The chat screen: its keys, its start, and what is typed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType

from ..backend.errors import StoreError
from ..commands import COMMANDS, completions
from ..widgets.prompt import Prompt
from .base import WIDE
from .conversations import ConversationActions
from .drafts import DraftActions
from .hands import ToolActions
from .key_hints import KeyNames
from .live import Clock
from .models import ModelActions
from .search import SearchActions
from .watching import Watching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..backend.chat import ChatService

PREPARE: Final = "prepare"
"""The group of the workers that read what the screen begins with."""


class ChatScreen(
    DraftActions, ModelActions, ConversationActions, ToolActions, SearchActions, Watching
):
    """The screen that bnaGPT is: a list of conversations, one of them open, and a prompt.

    Args:
        chat: All of the backend that a screen knows.
        opening: The name of the conversation to begin with; empty for a new one.
        keys: Other keys for bindings, by the binding's id.
        clock: Seconds, from any beginning; for rates and countdowns.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", id="chat.stop", tooltip="Stop the answer"),
        Binding("escape", "leave", "prompt", id="chat.leave", tooltip="Back to the prompt"),
        Binding("ctrl+n", "new", "new", id="chat.new", tooltip="New conversation"),
        Binding("ctrl+s", "save", "save", id="chat.save", tooltip="Save under a name"),
        Binding("ctrl+o", "switch", "open", id="chat.switch", tooltip="Find a conversation"),
        Binding(
            "ctrl+f",
            "search",
            "search",
            id="chat.search",
            priority=True,
            tooltip="Search in all conversations",
        ),
        Binding(
            "ctrl+g",
            "editor",
            "editor",
            id="chat.editor",
            show=False,
            tooltip="Write the prompt in your own editor",
        ),
        Binding(
            "ctrl+l",
            "toggle_list",
            "list",
            id="chat.list",
            show=False,
            tooltip="Show or hide the list",
        ),
        Binding(
            "ctrl+t",
            "toggle_tools",
            "tools",
            id="chat.tools",
            show=False,
            tooltip="Let the model use tools here, or not",
        ),
        Binding(
            "f2", "pick_model", "model", id="chat.model", show=False, tooltip="Choose the model"
        ),
        Binding("tab", "pane(1)", "pane", id="chat.next", show=False, tooltip="Next pane"),
        Binding(
            "shift+tab", "pane(-1)", "pane", id="chat.previous", show=False, tooltip="Previous pane"
        ),
        Binding("f1,question_mark", "help", "help", id="chat.help", tooltip="Every key"),
    ]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  # as Textual has it

    AUTO_FOCUS = "Prompt"

    def __init__(
        self,
        chat: ChatService,
        *,
        opening: str = "",
        keys: Mapping[str, str] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(chat, clock)
        self._opening = opening
        self.opening = int(bool(opening))
        self._keys = keys or {}

    def on_mount(self) -> None:
        """Take keys at once; read everything else behind the first picture."""
        self.show_messages()
        self.show_status()
        self.chat.library.archive.on_saved = self._saved_changed
        self.call_after_refresh(self._begin)
        self.bindings_updated_signal.subscribe(self, lambda _: self._show_keys())

    def _show_keys(self) -> None:
        """Have the messages say which keys act on them, from where the focus is."""
        names = KeyNames(self.BINDINGS, self._keys, self.app.get_key_display)
        panes = [self.prompt, self.approval_bar, self.log_view, self.pane.rows]
        present = [pane for pane in panes if pane]
        self.log_view.keys = names.hints(present, self.focused, self.log_view)

    def _begin(self) -> None:
        self.read_conversations()
        self.follow_others()
        self.prepare_search()

    @work(group=PREPARE)
    async def read_conversations(self) -> None:
        """Read the list, then the conversation to begin with; the engine's imports can wait."""
        try:
            await self.chat.start(verified=False)
        except StoreError as error:
            self.tell(error, severity="error")
        self.show_list()
        self.prepare_engine()
        if self._opening:
            await self._open_first()
        for report in await self.chat.reports():
            self.tell(report)
        self.prompt.remember(await self.chat.history.recall())
        await self.take_draft()
        await self.empty_old_trash()

    async def _open_first(self) -> None:
        try:
            await self.open_by_name(self._opening)
        finally:
            self.opening -= 1
            self.submit_held(is_open=bool(self.conversation.head))

    def _saved_changed(self, _unsaved: frozenset[str]) -> None:
        """Show what is on the disk and what is not."""
        if self.is_there:
            self._trouble = self._trouble if self.chat.unsaved else ""
            self.show_list()
            self.show_status()

    # What is typed

    @on(Prompt.Submitted)
    async def _submitted(self, event: Prompt.Submitted) -> None:
        event.stop()
        self.completions.completions = ()
        await self.submit(event.text)

    @on(Prompt.Typed)
    def _complete(self, event: Prompt.Typed) -> None:
        event.stop()
        self.completions.completions = completions(event.text)
        self.prompt.completing_for = event.text if self.completions.completions else None
        self.note_draft()

    @on(Prompt.CompletionKey)
    def _choose_completion(self, event: Prompt.CompletionKey) -> None:
        """Move in the open completion list, take from it, or close it."""
        event.stop()
        chosen = self.completions.current
        if event.key in {"up", "down"}:
            self.completions.step(-1 if event.key == "up" else 1)
        elif event.key == "escape" or chosen is None:
            self.completions.completions = ()
            self.prompt.completing_for = None
        else:
            self.prompt.put(chosen.text + (" " if event.key == "tab" else ""))
            if event.key == "enter":
                self.prompt.action_submit()

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape stops while there is something to stop, else it leads back to the prompt."""
        running = self.open_id in self.asking
        if action == "stop":
            return running and not self._is_halfway()
        if action == "leave" and self._is_halfway():
            return True
        if action == "leave":
            return not running and (not self.prompt.has_focus or bool(self.editing))
        return True

    def _is_halfway(self) -> bool:
        return self.approval_bar is not None and self.approval_bar.is_halfway

    def action_pane(self, step: int) -> None:
        """Go to the next pane, or the previous one: prompt, messages, list."""
        panes = [self.prompt, self.approval_bar, self.log_view, self.pane.rows]
        shown = [pane for pane in panes if pane and pane.region]
        at = next((i for i, pane in enumerate(shown) if pane.has_focus), -1 if step > 0 else 1)
        self.set_focus(shown[(at + step) % len(shown)])  # at once: the next key is for it

    def action_toggle_list(self) -> None:
        """Show or hide the list; shown, it has the focus, unless there is a draft in the prompt."""
        self.toggle_class("-list-shown" if self.has_class("-narrow") else "-list-collapsed")
        target = self.pane.rows if self.pane.display and not self.prompt.text else self.prompt
        self.call_after_refresh(target.focus)

    def action_help(self) -> None:
        """Show the keys of what has the focus first, then all others, then every command."""
        from ..backend.permission import Approval  # noqa: PLC0415  # no part of the start
        from ..widgets.approval_bar import ApprovalBar  # noqa: PLC0415
        from .help import HelpScreen, key_rows  # noqa: PLC0415  # a dialog is no part of the start

        panes = [
            ("In the prompt", self.prompt),
            ("In the messages", self.log_view),
            ("When a tool asks", self.approval_bar or ApprovalBar(Approval("", "", "", ""))),
            ("In the list", self.pane.rows),
            ("Anywhere", self),
        ]
        panes.sort(key=lambda pane: pane[1] is not self.focused)
        sections = [(title, key_rows(widget, self._keys)) for title, widget in panes]
        commands = [(f"/{item.name} {item.takes}".rstrip(), item.meaning) for item in COMMANDS]
        self.app.push_screen(HelpScreen([*sections, ("Commands", commands)]))
