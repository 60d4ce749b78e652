"""Tools that wait for the user's word, on the chat screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work

from ..backend.text import one_line
from .base import ChatBase

if TYPE_CHECKING:
    from ..backend.permission import Approval, Decision
    from ..widgets.approval_bar import ApprovalBar

DECIDE: Final = "decide"
"""The group of the workers that pass the user's word on."""


class ApprovalActions(ChatBase):
    """What waits in the open conversation is asked about; what waits elsewhere is told."""

    arming_seconds = 0.7
    """For how long keys are ignored after a question is shown: they were typed for another end."""

    def show_approval(self) -> None:
        """Ask about the oldest call of the open conversation that waits, if one does."""
        waiting = self.chat.tools.waiting(self.open_id)
        approval = waiting[0] if waiting else None
        bar = self.approval_bar
        if approval == (bar.approval if bar else None):
            return
        had_focus = bar is not None and bar.has_focus_within
        if bar:
            bar.remove()
            self.approval_bar = None
        if approval:
            is_free = had_focus or (self.prompt.has_focus and not self.prompt.text)
            is_free = is_free and self.is_current
            self._ask_leave(approval, focus=is_free)
        elif had_focus:
            self.prompt.focus()
        self.refresh_bindings()

    def _ask_leave(self, approval: Approval, *, focus: bool) -> None:
        from ..widgets.approval_bar import ApprovalBar  # noqa: PLC0415  # no part of the start

        bar = self.approval_bar = ApprovalBar(approval, arming_seconds=self.arming_seconds)
        self.query_one("#chat").mount(bar, before=self.completions)
        if focus:
            bar.call_after_refresh(bar.focus)

    def note_approval(self, conversation_id: str) -> None:
        """Show that something changed in what waits for the user's word in a conversation."""
        if conversation_id == self.open_id:
            self.show_approval()
        elif self.chat.tools.waiting(conversation_id):
            name = one_line(self.chat.get(conversation_id).name, 60)
            self.tell(f"A tool waits for your word in “{name}”: ctrl+o opens it.")

    def on_approval_bar_decided(self, event: ApprovalBar.Decided) -> None:
        """Pass the user's word on."""
        event.stop()
        self._pass_on(event.approval.id, event.decision)

    @work(group=DECIDE)
    async def _pass_on(self, approval_id: str, decision: Decision) -> None:
        try:
            await self.chat.tools.decide(approval_id, decision)
        except OSError as error:
            self.tell(f"It is allowed until bnaGPT is closed, but not for good: {error.strerror}.")
