"""What all subjects of the chat screen stand on: its widgets, and what they show."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from textual import getters, work
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive

from ..backend.errors import StoreError
from ..backend.models import Conversation, Role
from ..backend.text import one_line
from ..terminal.screen import EagerScreen
from ..widgets.completion import CompletionList
from ..widgets.conversation_list import ConversationList
from ..widgets.hint_line import HintLine
from ..widgets.message_log import MessageLog
from ..widgets.prompt import Prompt
from ..widgets.status_line import StatusLine
from ..widgets.welcome import Welcome
from .facts import status_of
from .live import Clock, LiveAnswers
from .owed import ANSWERED_ELSEWHERE, owed
from .queued import as_typed

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.notifications import SeverityLevel

    from ..backend.chat import ChatService
    from ..backend.tree import Path
    from ..widgets.approval_bar import ApprovalBar
    from .queued import Queued

WHOLE: Final = "whole"
"""The group of the worker that reads the rest of a long conversation."""

OUTSIDE: Final = "outside"
"""The group of the worker that lends the terminal to something else."""

WIDE: Final = 80
"""Columns from which on the list of conversations has a pane of its own."""


class ChatBase(EagerScreen):
    """A list pane and a chat pane, showing one conversation of the chat service.

    Args:
        chat: All of the backend that a screen knows.
        clock: Seconds, from any beginning; for rates and countdowns.
    """

    lite: reactive[bool] = reactive(False, repaint=False)
    """Whether to draw little, since the line to the terminal is thin."""

    log_view = getters.query_one(MessageLog)
    """The messages of the open conversation."""
    prompt = getters.query_one(Prompt)
    """Where the next question is written."""
    pane = getters.query_one(ConversationList)
    """The list of conversations."""
    status_line = getters.query_one(StatusLine)
    """The facts at the top."""
    welcome = getters.query_one(Welcome)
    """What an empty conversation shows."""
    completions = getters.query_one(CompletionList)
    """What the prompt offers while a command is typed."""

    def __init__(self, chat: ChatService, clock: Clock = time.monotonic) -> None:
        super().__init__()
        self.chat = chat
        self.open_id = chat.new().id
        """The conversation that the log shows."""
        self.live = LiveAnswers(clock)
        """The answers that are being written."""
        self.asking: set[str] = set()
        """Conversations whose turn has begun, from the key on."""
        self.queued: dict[str, list[Queued]] = {}
        """Turns that wait for the one before theirs, by conversation."""
        self.opening = 0
        """Conversations that are on their way to being the open one."""
        self.held: list[str] = []
        """What was typed meanwhile; it is for the one that is being opened."""
        self.approval_bar: ApprovalBar | None = None
        """What a tool that waits for the user's word is about to do; `None` for no such tool."""
        self.left_in_editor: str | None = None
        """What was saved in an editor that was open when the application ended."""
        self.tip: str | None = None
        """The last message that the log shows; `None` for an empty log."""

    def compose(self) -> ComposeResult:
        """The status line, both panes, and the line of hints."""
        # Before styles are applied, lest the first picture be laid out twice.
        narrow = self.app.size.width < WIDE
        self.set_class(narrow, "-narrow", update=False)
        self.set_class(not narrow, "-wide", update=False)
        yield StatusLine()
        with Horizontal(id="panes"):
            yield ConversationList()
            with Vertical(id="chat"):
                yield Welcome()
                yield MessageLog()
                yield CompletionList()
                yield Prompt()
        yield HintLine()

    def on_mount(self) -> None:
        """Have the log draw little if the screen has to."""
        self.log_view.lite = self.lite

    def watch_lite(self) -> None:
        """Have the log draw little, too."""
        if self.is_mounted:
            self.log_view.lite = self.lite

    def unsent(self, prompt: str) -> str:
        """All that was typed and not sent, with this in the prompt."""
        waiting = [as_typed(queued) for queued in self.queued.values()]
        return "\n".join([*waiting, *self.held, prompt]).strip("\n")

    @property
    def conversation(self) -> Conversation:
        """What is known of the open conversation."""
        return self.chat.get(self.open_id)

    @property
    def is_there(self) -> bool:
        """Whether anything can be shown: not when the application is closing its widgets."""
        return self.app.is_running and self.is_attached

    def tell(self, sentence: object, *, severity: SeverityLevel = "warning") -> None:
        """Say something in a toast, as plain text: an error, or what was done."""
        self.notify(one_line(str(sentence), 600), severity=severity, markup=False, timeout=8)

    def must_wait(self) -> bool:
        """Whether the open conversation is still answering, which is then told."""
        is_answering = self.open_id in self.asking
        if is_answering:
            self.tell("It is still answering: esc stops it.")
        return is_answering

    def messages(self) -> Path:
        """The path of the open conversation, with what has come of a running answer."""
        path = self.chat.path(self.open_id)
        answer = self.live.get(self.open_id)
        so_far = answer.so_far if answer else None
        return path.ending_with(so_far) if so_far else path

    def show_messages(self, *, at: str | None = None) -> None:
        """Show the whole path of the open conversation in the log.

        Args:
            at: The message to stand at; `None` for the end.
        """
        messages = self.messages()
        open_id = self.open_id
        self.log_view.show(
            messages, siblings=lambda message_id: self.chat.position(open_id, message_id), at=at
        )
        answer = self.live.get(open_id)
        self.log_view.memory_begins = answer.memory_begins if answer else None
        self.show_growing(messages)
        self.log_view.set_running(answer.running if answer else {})
        self.show_end(messages)
        self.show_queue()
        self.show_emptiness()
        self.show_approval()

    def show_growing(self, messages: Path) -> None:
        """Show which message is still growing: here, or by what another bnaGPT writes."""
        answer = self.live.get(self.open_id)
        growing = answer.message.id if answer and answer.message else None
        if answer is None and messages and self._is_answered_elsewhere():
            growing = messages.ids[-1] if messages[-1].role is Role.ASSISTANT else None
        self.log_view.set_live(growing)

    def _is_answered_elsewhere(self) -> bool:
        return self.open_id in self.chat.library.elsewhere

    def show_end(self, messages: Path) -> None:
        """Show what there is to say about the last of the messages in the log."""
        answer = self.live.get(self.open_id)
        self.tip = messages.ids[-1] if messages else None
        note = ANSWERED_ELSEWHERE if self._is_answered_elsewhere() else owed(messages)
        self.log_view.set_note(answer.note if answer else note)

    def show_queue(self) -> None:
        """Show the questions of the open conversation that wait."""
        self.log_view.queued = tuple(item.text for item in self.queued.get(self.open_id, ()))

    def show_emptiness(self) -> None:
        """Show the invitation in place of a log without messages."""
        empty = not self.conversation.head
        self.welcome.display = empty
        self.log_view.display = not empty

    def hand_back_queue(self) -> None:
        """Put waiting questions of the open conversation into the prompt, if nothing runs there."""
        if self.open_id not in self.live and (waiting := self.queued.pop(self.open_id, [])):
            self.prompt.give_back(as_typed(waiting))
            self.show_queue()

    async def open_conversation(self, conversation_id: str, *, at: str | None = None) -> None:
        """Read a conversation and show it; what stands against it is told.

        Of a long one the end is shown first, and the rest is read behind it.

        Args:
            conversation_id: Which one.
            at: The message to stand at, with the keys in the log; `None` for the end.
        """
        self.opening += 1
        try:
            await self._open(conversation_id, at)
        finally:
            self.opening -= 1
            self.submit_held(is_open=self.open_id == conversation_id)

    async def open_by_name(self, name: str) -> None:
        """Open the conversation that is meant by a name; what stands against it is told."""
        try:
            conversation = await self.chat.find(name)
        except StoreError as error:
            self.tell(error)
        else:
            await self.open_conversation(conversation.id)

    def submit_held(self, *, is_open: bool) -> None:
        """Do what was typed too early, or hand it back when there is nothing to do it in."""

    async def _open(self, conversation_id: str, at: str | None) -> None:
        if at is None and (glance := await self.chat.glance(conversation_id)):
            self._show_opened(conversation_id)
            self.log_view.show(glance.tree.path(glance.head), siblings=glance.tree.position)
            self.log_view.call_after_refresh(self.read_whole, conversation_id)
        elif await self._has_opened(conversation_id, at):
            self._show_opened(conversation_id)
            self.show_messages(at=at)
            self.hand_back_queue()
        (self.log_view if at else self.prompt).focus()

    @work(group=WHOLE, exclusive=True)
    async def read_whole(self, conversation_id: str) -> None:
        """Read all of the conversation of which the end is shown."""
        if await self._has_opened(conversation_id) and conversation_id == self.open_id:
            current = None if self.log_view.following else self.log_view.current
            self.show_messages(at=current.id if current else None)
            self.hand_back_queue()
            self.show_status()

    async def _has_opened(self, conversation_id: str, at: str | None = None) -> bool:
        try:
            await self.chat.open(conversation_id, at=at)
        except StoreError as error:
            self.tell(error, severity="error")
            return False
        return True

    def _show_opened(self, conversation_id: str) -> None:
        """Show everywhere but in the log which conversation is open."""
        self.open_id = conversation_id
        self.pane.clear_filter()
        self.show_emptiness()
        self.show_list()
        self.show_status()
        self.remove_class("-list-shown")

    def show_approval(self) -> None:
        """Ask about what waits for the user's word in the open conversation."""

    def show_list(self) -> None:
        """Show the conversations, and which of them run or are not on the disk."""
        self.pane.show(self.chat.conversations, open_id=self.open_id)
        running = self.chat.running | self.chat.library.elsewhere
        self.pane.mark(running=running, unsaved=self.chat.unsaved)
        self.refresh_bindings()

    def show_status(self) -> None:
        """Show the facts of the open conversation."""
        answer = self.live.get(self.open_id)
        self.status_line.status = status_of(self.chat, self.open_id, answer)
