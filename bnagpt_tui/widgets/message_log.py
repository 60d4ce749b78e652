"""The conversation as it is read: scrolled, pointed at, copied from, and followed as it grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from bnagpt_tui.backend.calls import are_whole, can_go_on
from bnagpt_tui.backend.models import Message, Role

from .markdown import ADDRESS
from .message_codes import RUN, MessageCodes
from .message_keys import LOG_KEYS
from .message_requests import LogRequest, MessageRequest
from .message_rows import Note

_ACTIONS: Final = frozenset(
    binding.action.partition("(")[0] for binding in LOG_KEYS if isinstance(binding, Binding)
)


class MessageLog(MessageCodes, can_focus=True):
    """Shows the messages of a conversation from the first to the last.

    Text is streamed into it with `extend`, which may be called as often as it comes: it is drawn
    at the frame clock. One message is the current one; the keys act on it.
    """

    BINDINGS: ClassVar[list[BindingType]] = LOG_KEYS

    memory_begins: reactive[str | None] = reactive(None, repaint=False)
    """The id of the first message that the model is sent; `None` when it is sent all."""

    class OpenRequested(MessageRequest):
        """A page that a message refers to, or a file of it, is to be opened."""

    class EditRequested(MessageRequest):
        """A question is to be edited and sent again; the message is the question or an answer."""

    class ContinueRequested(MessageRequest):
        """The rest of an answer that was cut short is wanted."""

    class RegenerateRequested(MessageRequest):
        """A question is to be answered again; the message is the answer or the question."""

    class BranchRequested(MessageRequest):
        """A new conversation is to go on from a message."""

    @dataclass
    class SiblingRequested(MessageRequest):
        """Another of a message's siblings is to be shown."""

        step: int
        """-1 for the previous one, 1 for the next."""

    class PaperRequested(MessageRequest):
        """A message is to be shown on the terminal's own screen."""

    @dataclass
    class LinkOpened(LogRequest):
        """A link was clicked."""

        address: str
        """Where it leads."""

    # What is shown

    def show(
        self,
        messages: Sequence[Message],
        *,
        siblings: Callable[[str], tuple[int, int]],
        at: str | None = None,
    ) -> None:
        """Show other messages.

        Args:
            messages: The path to show. It is read where it is looked at, never as a whole; if it
                has a method `index_of`, that is asked where a message is.
            siblings: Gives which of its siblings a message is, from 1, and how many there are.
            at: The message to show at the top, under the cursor; `None` shows the end.
        """
        self._forget_pointing()
        self._changed.clear()
        self._views.open(messages, siblings)
        self._start_anew()
        self._cursor = None if at is None else self._views.path.index_of(at)
        self._window.index, self._window.row = self._cursor or 0, 0
        self._aim_keys()
        self._move_bar()
        self.following = self._cursor is None
        self._sync()

    def _forget_pointing(self) -> None:
        """Drop what was pointed at in messages that go."""
        self._picking = ""
        if self._selected is not None:
            self.screen.clear_selection()

    def append(self, message: Message) -> None:
        """Add a message at the end; one that is there already is shown as it is now."""
        path = self._views.path
        if path.index_of(message.id) is not None:
            self.replace(message)
            return
        path.append(message)
        self._recount()
        self._update_views(len(path) - 2)

    def replace(self, message: Message) -> None:
        """Show a message in place of the one with the same id."""
        index = self._views.path.index_of(message.id)
        if index is None:
            return
        self._views.replace(index, message)
        self._update_views(index)

    def extend(self, message_id: str, text: str = "", reasoning: str = "") -> None:
        """Add to what a message says; it is seen at the next frame.

        Text for a message that is not shown is dropped: the reader has gone elsewhere.
        """
        index = self._views.path.index_of(message_id)
        if index is None:
            return
        self._views.extend(index, text, reasoning)
        self._clock.request()

    def truncate(self, message_id: str) -> None:
        """Take away a message and all after it."""
        index = self._views.path.index_of(message_id)
        if index is None:
            return
        self._forget_pointing()
        self._views.truncate(index)
        self._recount()
        if self._cursor is not None and self._cursor >= index:
            self._cursor = None
        self._update_views(index - 1)

    def set_live(self, message_id: str | None) -> None:
        """Say which message is being written; `None` when none is."""
        before, self._views.live = self._views.live, message_id
        self._update_ids(before, message_id)

    def set_running(self, running: Mapping[str, str]) -> None:
        """Say how the tools go that run.

        Args:
            running: A few words, as in `running 3 s`, by the id of each result to be.
        """
        before, self._views.running = self._views.running, dict(running)
        changed = before.items() ^ self._views.running.items()
        if changed:
            self._update_ids(*{message_id for message_id, _ in changed})

    def set_note(self, note: str | Note) -> None:
        """Show a line under the live or the last message; an empty one takes it away."""
        self._views.note = Note(note) if isinstance(note, str) else note
        self._update_ids(self._views.live)

    def watch_memory_begins(self, before: str | None, now: str | None) -> None:
        """Draw the line where the model's memory begins."""
        self._views.memory_begins = now
        self._update_ids(before, now)

    def _update_ids(self, *message_ids: str | None) -> None:
        """Show some messages, and the last one, as they are now."""
        path = self._views.path
        places = {path.index_of(name) for name in message_ids if name is not None}
        places.add(len(path) - 1)
        self._update_views(*(place for place in places if place is not None))

    # What the keys ask for

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the current message."""
        if action not in _ACTIONS:
            return True
        message = self.current
        return message is not None and self._can(action, message)

    def _can(self, action: str, message: Message) -> bool:
        """Whether an action makes sense for a message."""
        role = message.role
        asked = role in {Role.USER, Role.ASSISTANT}
        is_last = self._current_index == len(self._views.path) - 1
        broken_off = is_last and not self._views.running and self._views.live is None
        possible = {
            "edit": asked,
            "regenerate": asked and message.id != self._views.live,
            "continue": (broken_off and (role is Role.TOOL or are_whole(message)))
            or (can_go_on(message) and message.id != self._views.live),
            "sibling": self._views.siblings(message.id)[1] > 1,
            "fold": bool(message.reasoning) or role is Role.TOOL,
            "copy_code": action == "copy_code" and self.count_codes() > 0,
            "run_code": action == "run_code" and self.count_codes() > 0,
            "open": bool(message.sources or message.attachments),
        }
        return possible.get(action, True)

    def action_copy(self) -> None:
        """Ask to copy what is selected, or else the message."""
        message = self.current
        if self._selected is not None:
            text = self._views.selected_text(self._selected)
            self.post_message(self.CopyRequested(self, text, "selection"))
        elif message is not None:
            self.post_message(self.CopyRequested(self, message.content, "message"))

    def take_code(self, code: str, language: str, purpose: str) -> None:
        """Ask to copy or to run a block of code."""
        if purpose == RUN:
            self.post_message(self.RunRequested(self, code, language))
        else:
            self.post_message(self.CopyRequested(self, code, "code"))

    def _ask(self, request: Callable[[MessageLog, Message], MessageRequest]) -> None:
        """Post a request about the current message."""
        message = self.current
        if message is not None:
            self.post_message(request(self, message))

    def action_edit(self) -> None:
        """Ask to edit the question."""
        self._ask(self.EditRequested)

    def action_regenerate(self) -> None:
        """Ask to have it answered again."""
        self._ask(self.RegenerateRequested)

    def action_continue(self) -> None:
        """Ask for the rest of an answer that was cut short."""
        self._ask(self.ContinueRequested)

    def action_branch(self) -> None:
        """Ask for a new conversation that goes on from here."""
        self._ask(self.BranchRequested)

    def action_sibling(self, step: int) -> None:
        """Ask for another of several answers.

        Args:
            step: -1 for the previous one, 1 for the next.
        """
        self._ask(lambda log, message: self.SiblingRequested(log, message, step))

    def action_open(self) -> None:
        """Ask to open a page that is cited, or a file."""
        self._ask(self.OpenRequested)

    def action_paper(self) -> None:
        """Ask for the message on the terminal's own screen."""
        self._ask(self.PaperRequested)

    def action_fold(self) -> None:
        """Fold or unfold reasoning and tool output."""
        index = self._current_index
        if index is not None:
            self._views.unfolded ^= {self._views.path[index].id}
            self._update_views(index)

    def on_click(self, event: events.Click) -> None:
        """Open a link, follow the end again, or move the cursor."""
        event.prevent_default()
        address = event.style.meta.get(ADDRESS)
        place = self.place_at(event.y)
        if address is not None:
            self.post_message(self.LinkOpened(self, str(address)))
        elif self._marked and self.is_on_marker(event.x, event.y):
            self.action_last()
        elif place is not None and place[0] < len(self._views.path):
            self._cursor = place[0]
            self._move_bar()
