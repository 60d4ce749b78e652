"""What is typed and not sent yet, kept on the chat screen from one start to the next."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from textual import work
from textual.worker import WorkerError

from .base import OUTSIDE, ChatBase

KEEP_DRAFT: Final = "draft"
"""The group of the worker that writes the draft."""

DRAFT_SECONDS: Final = 1.0
"""How long typing may go on before the draft is written."""


class DraftActions(ChatBase):
    """Keeps the prompt's text and the questions that wait their turn."""

    _unsent: str = ""
    _draft_is_due: bool = False

    def note_draft(self) -> None:
        """Say that something was typed, sent or queued; it is written a moment later."""
        self._unsent = self.unsent(self.prompt.text)
        if not self._draft_is_due:
            self._draft_is_due = True
            self.set_timer(DRAFT_SECONDS, self._write_draft)

    def type_ahead(self, text: str, *, focus: bool) -> None:
        """Put what was typed where there is no text field into the prompt, at its cursor.

        Args:
            text: What was typed.
            focus: Whether the prompt takes the focus, too.
        """
        self.prompt.insert(text)
        if focus:
            self.remove_class("-list-shown")
            self.prompt.focus()

    @work(group=KEEP_DRAFT)
    async def _write_draft(self) -> None:
        self._draft_is_due = False
        await self.chat.history.keep_draft(self._unsent)

    async def take_draft(self) -> None:
        """Bring back what was not sent at the last end; a prompt in use only remembers it."""
        draft = await self.chat.history.take_draft()
        if draft and self.prompt.text:
            self.prompt.remember([*await self.chat.history.recall(), draft])
        elif draft:
            self.prompt.put(draft)

    async def on_unmount(self) -> None:
        """Write the last words, those in an editor that is still open among them."""
        for worker in [each for each in self.workers if each.group == OUTSIDE]:
            worker.cancel()
            with suppress(WorkerError):
                await worker.wait()
        if self.left_in_editor is not None:
            await self.chat.history.keep_draft(self.unsent(self.left_in_editor))
        elif self._draft_is_due:
            await self.chat.history.keep_draft(self._unsent)
