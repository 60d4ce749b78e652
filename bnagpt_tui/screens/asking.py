"""What is asked on the chat screen: at once, behind what runs, or once a conversation is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work

from ..backend.models import Role
from ..commands import parse
from ..widgets.message_log import MessageLog
from .queued import Queued
from .turns import TurnActions

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ..backend.events import TurnEvent

REMEMBER: Final = "remember"
"""The group of the workers that keep what was asked, for the next start."""


class AskActions(TurnActions):
    """Asks, queues, holds and edits questions."""

    editing: str = ""
    """The question that the prompt holds to be asked in other words; empty for none."""
    _draft_before_edit: str = ""

    def ask(self, text: str) -> None:
        """Ask the open conversation, or queue the question behind the one that it answers.

        While another is being opened, the question is for that one, and is held until it is there.
        """
        if self.opening:
            self.held.append(text)
            return
        open_id, editing = self.open_id, self.editing
        if editing and open_id not in self.asking:
            draft = self._stop_editing()
            if self.messages().index_of(editing) is not None:
                self.run_turn(open_id, self.chat.edit(open_id, editing, text), text)
                self.prompt.put(draft)
                return
        self.begin(text, lambda: self.chat.send(open_id, text))

    def begin(self, text: str, turn: Callable[[], AsyncGenerator[TurnEvent, None]]) -> None:
        """Begin a turn of the open conversation, or queue it behind the one that runs.

        Args:
            text: What the user typed for it.
            turn: Gives the turn when it is due.
        """
        if self.open_id in self.asking:
            self.queued.setdefault(self.open_id, []).append(Queued(text, turn))
            self.show_queue()
            self.refresh_bindings()
        else:
            self.run_turn(self.open_id, turn(), text)

    def submit_held(self, *, is_open: bool) -> None:
        """Do what was typed too early, or hand it back when there is nothing to do it in."""
        if self.opening or not self.is_there:
            return
        held, self.held = self.held, []
        if held and not is_open:
            self.prompt.give_back("\n".join(held))
            return
        for text in held:
            self.call_later(self.submit, text)

    async def submit(self, text: str) -> None:
        """Do a command, or ask a question; what is for a conversation to come is held."""
        parsed = parse(text)
        if isinstance(parsed, str):
            self.tell(f"There is no command {parsed}. A second slash makes it a question.")
            self.prompt.give_back(text)
        elif self.opening and (parsed is None or parsed[0].is_here):
            self.held.append(text)
        elif parsed is None:
            self.ask(text.removeprefix("/") if text.startswith("//") else text)
            self._remember(text)
        else:
            command, rest = parsed
            if command.takes and rest:
                getattr(self, f"action_{command.action}")(rest)
            else:
                await self.run_action(command.action)

    @work(group=REMEMBER)
    async def _remember(self, text: str) -> None:
        await self.chat.history.remember(text)

    def action_leave(self) -> None:
        """Leave what is open, a question that is edited or the list, for the prompt."""
        if self.approval_bar and self.approval_bar.is_halfway:
            self.approval_bar.step_back()
            return
        if self.editing:
            self.prompt.put(self._stop_editing())
        self.remove_class("-list-shown")
        self.prompt.focus()

    @on(MessageLog.EditRequested)
    def _edit(self, event: MessageLog.EditRequested) -> None:
        """Put the question of a message into the prompt, to be asked in other words."""
        event.stop()
        shown = self.messages()
        place = shown.index_of(event.message.id)
        upto = shown if place is None else shown[: place + 1]
        question = next((m for m in reversed(upto) if m.role is Role.USER), None)
        if question is None:
            return
        self._draft_before_edit = self.prompt.text
        self.editing = question.id
        self.prompt.put(question.content)
        self.prompt.border_title = "asking this again · esc keeps the old question"
        self.prompt.focus()

    def _stop_editing(self) -> str:
        """Edit no question any more; the draft that stood in the prompt is returned."""
        self.editing = ""
        self.prompt.border_title = ""
        return self._draft_before_edit
