"""Tools that wait for the user's word, on the chat screen."""

from __future__ import annotations

from textual import on, work

from ..backend.permission import Decision
from ..backend.text import one_line
from ..widgets.approval_bar import ApprovalBar
from .base import ChatBase

DECIDE = "decide"
"""The group of the workers that pass the user's word on."""


class ApprovalActions(ChatBase):
    """What waits in the open conversation is asked about; what waits elsewhere is told."""

    def show_approval(self) -> None:
        """Ask about the oldest call of the open conversation that waits, if one does."""
        bar = self.approval_bar
        waiting = self.chat.tools.waiting(self.open_id)
        approval = waiting[0] if waiting else None
        if approval == bar.approval:
            return
        had_focus = bar.has_focus_within
        bar.approval = approval
        if approval is None:
            if had_focus:
                self.prompt.focus()
        elif had_focus or (self.prompt.has_focus and not self.prompt.text):
            bar.focus()
        self.refresh_bindings()

    def note_approval(self, conversation_id: str) -> None:
        """Show that something changed in what waits for the user's word in a conversation."""
        if conversation_id == self.open_id:
            self.show_approval()
        elif self.chat.tools.waiting(conversation_id):
            name = one_line(self.chat.get(conversation_id).name, 60)
            self.tell(f"A tool waits for your word in “{name}”: ctrl+o opens it.")

    @on(ApprovalBar.Decided)
    def _decided(self, event: ApprovalBar.Decided) -> None:
        event.stop()
        self._pass_on(event.approval.id, event.decision)

    @work(group=DECIDE)
    async def _pass_on(self, approval_id: str, decision: Decision) -> None:
        try:
            await self.chat.tools.decide(approval_id, decision)
        except OSError as error:
            self.tell(f"It is allowed until bnaGPT is closed, but not for good: {error.strerror}.")
