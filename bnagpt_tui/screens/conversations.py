"""Conversations on the chat screen: new, save, find, rename, delete, undo, pin, branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work

from ..backend.errors import BnaGPTError, NameTakenError, StoreError
from ..backend.models import now
from ..widgets.conversation_rows import ConversationRows, age
from ..widgets.message_log import MessageLog
from .base import ChatBase

if TYPE_CHECKING:
    from ..backend.models import Conversation

DIALOG: Final = "dialog"
"""The group of workers that wait for a dialog; never exclusive, so that none is cut off."""

KEEP: Final = "keep"
"""The group of workers that write a change of a conversation."""


class ConversationActions(ChatBase):
    """What is done with whole conversations."""

    def action_new(self) -> None:
        """Begin a new conversation; the draft in the prompt stays."""
        if self.conversation.head:
            self.open_id = self.chat.new(model=self.conversation.model).id
        self.show_messages()
        self.show_list()
        self.show_status()
        self.remove_class("-list-shown")
        self.prompt.focus()

    @work(group=DIALOG)
    async def action_save(self, name: str = "") -> None:
        """Save the open conversation under a name of the user's."""
        await self._give_name(self.conversation, name, title="Save under a name")

    async def _give_name(self, conversation: Conversation, name: str, *, title: str) -> None:
        """Give a conversation a name; a name that is taken is asked about."""
        from .name import NameScreen  # noqa: PLC0415  # dialogs are no part of the start

        wanted: str | None = name
        if not name:
            wanted = await self.app.push_screen_wait(NameScreen(conversation.name, title=title))
        if not wanted:
            return
        try:
            await self._save_as(conversation, wanted)
        except BnaGPTError as error:
            self.tell(error, severity="error")
        self.show_list()
        self.show_status()

    async def _save_as(self, conversation: Conversation, wanted: str) -> None:
        try:
            saved = await self.chat.save_as(conversation.id, wanted)
        except NameTakenError as taken:
            answer = await self._ask_about(taken)
            if answer not in {"free", "replace"}:
                return
            name = taken.free if answer == "free" else wanted
            saved = await self.chat.save_as(conversation.id, name, replacing=answer == "replace")
        if saved.head:
            self.tell(f"Saved as “{saved.name}”.", severity="information")
        else:
            self.tell(f"It will be “{saved.name}” from its first question on.")

    async def _ask_about(self, taken: NameTakenError) -> str | None:
        """What to do about a name that is taken."""
        from .confirm import Answer, ConfirmScreen  # noqa: PLC0415  # as above

        return await self.app.push_screen_wait(
            ConfirmScreen(
                "This name is taken",
                f"{taken} The other one can go to the trash, from where u brings it back.",
                (
                    Answer("free", f"use “{taken.free}”", "f"),
                    Answer("replace", "replace the other", "r"),
                    Answer("back", "back", "b"),
                ),
            )
        )

    @work(group=DIALOG)
    async def action_switch(self, name: str = "") -> None:
        """Find a conversation by some letters of its name, and open it."""
        if name:
            await self.open_by_name(name)
            return
        from .picker import Choice, PickerScreen  # noqa: PLC0415  # as above
        from .slices import in_slices  # noqa: PLC0415  # as above

        present = now()
        choices = [
            Choice(item.id, item.name, ("★ " if item.pinned else "") + age(item.updated, present))
            async for item in in_slices(self.chat.conversations)
        ]
        picked = await self.app.push_screen_wait(PickerScreen("Open a conversation", choices))
        if picked:
            await self.open_conversation(picked)

    @on(ConversationRows.Selected)
    async def _open_selected(self, event: ConversationRows.Selected) -> None:
        event.stop()
        await self.open_conversation(event.conversation.id)

    @on(ConversationRows.RenameRequested)
    def _rename_selected(self, event: ConversationRows.RenameRequested) -> None:
        event.stop()
        self._rename(event.conversation)

    @work(group=DIALOG)
    async def _rename(self, conversation: Conversation) -> None:
        await self._give_name(conversation, "", title="Rename")

    @on(ConversationRows.DeleteRequested)
    def _delete_selected(self, event: ConversationRows.DeleteRequested) -> None:
        event.stop()
        self.delete(event.conversation)

    def action_delete(self) -> None:
        """Move the open conversation to the trash."""
        if self.conversation.head:
            self.delete(self.conversation)

    @work(group=KEEP)
    async def delete(self, conversation: Conversation) -> None:
        """Move a conversation to the trash; the log turns to a new one if it showed it."""
        try:
            await self.chat.delete(conversation.id)
        except BnaGPTError as error:
            self.tell(error, severity="error")
            return
        self.tell(f"“{conversation.name}” is in the trash. u brings it back.")
        if conversation.id == self.open_id:
            self.open_id = self.chat.new().id
            self.show_messages()
            self.show_status()
        self.show_list()

    @on(ConversationRows.UndoRequested)
    def _undo(self, event: ConversationRows.UndoRequested) -> None:
        event.stop()
        self.action_undo_delete()

    @work(group=KEEP)
    async def action_undo_delete(self) -> None:
        """Bring back what was deleted last."""
        try:
            restored = await self.chat.undo_delete()
        except StoreError as error:
            self.tell(error, severity="error")
            return
        if restored is None:
            self.tell("Nothing was deleted since the start. bnagpt trash lists what is kept.")
            return
        self.tell(f"“{restored.name}” is back.", severity="information")
        self.show_list()

    @on(ConversationRows.PinRequested)
    def _pin_selected(self, event: ConversationRows.PinRequested) -> None:
        event.stop()
        self.pin(event.conversation)

    def action_pin(self) -> None:
        """Pin the open conversation, or let it go."""
        if self.conversation.head:
            self.pin(self.conversation)

    @work(group=KEEP)
    async def pin(self, conversation: Conversation) -> None:
        """Keep a conversation at the top of the list, or no longer."""
        try:
            await self.chat.pin(conversation.id, pinned=not conversation.pinned)
        except StoreError as error:
            self.tell(error, severity="error")
        self.show_list()

    @on(MessageLog.SiblingRequested)
    async def _turn_to_sibling(self, event: MessageLog.SiblingRequested) -> None:
        event.stop()
        if self.must_wait():
            return
        try:
            sibling = await self.chat.choose(self.open_id, event.message.id, event.step)
        except StoreError as error:
            self.tell(error, severity="error")
            sibling = None
        if sibling:
            self.show_messages(at=sibling)

    @on(MessageLog.BranchRequested)
    def _branch(self, event: MessageLog.BranchRequested) -> None:
        event.stop()
        self.branch(event.message.id)

    @work(group=KEEP)
    async def branch(self, message_id: str) -> None:
        """Go on from a message in a conversation of its own."""
        try:
            copy = await self.chat.branch(self.open_id, message_id)
        except StoreError as error:
            self.tell(error, severity="error")
            return
        await self.open_conversation(copy.id)
        self.tell(f"This is “{copy.name}”.", severity="information")
