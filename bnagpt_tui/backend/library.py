"""The conversations in memory: what the list shows, and the trees of those that are open."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from .errors import ConversationNotFoundError as NotFoundError
from .errors import StoreError, StoreUnwritableError, TurnRunningError
from .listing import Listing, in_order
from .models import Conversation, Message, now
from .named import NamedConversations
from .tree import MessageTree
from .trees import OpenTrees

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .store import Archive
    from .store.glance import Glance
    from .tree import Path


class Changes(NamedTuple):
    """What another process changed: whether the list and the open conversation were read anew."""

    conversations: bool
    messages: bool
    answering: bool = False
    """Whether others began to answer a conversation, or ended."""


class Library(NamedConversations):
    """Every conversation by id, and the messages of those used last.

    A change is made here first and kept through the archive after it, so that what is seen never
    depends on what the disk allows.
    """

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self.archive = archive
        """Where everything is kept."""
        self._trees = OpenTrees(archive)
        self._reading = asyncio.Lock()
        self._drafts: dict[str, Conversation] = {}
        self._listing = Listing(())
        self._listing_anew = asyncio.Lock()
        self._changed: set[str] = set()
        self._whole: set[str] = set()
        self._dropped: list[str] = []
        self.elsewhere: frozenset[str] = frozenset()
        """Ids of the conversations that other processes were answering at the last look."""
        self.busy: set[str] = set()
        """Ids of the conversations that are being answered: their trees stay in memory."""

    async def read(self, *, verified: bool = True) -> None:
        """Read the list anew; unless verified, `catch_up` compares it with the files.

        Raises:
            StoreError: The list cannot be read.
        """
        async with self._listing_anew:
            await self._read_list(verified=verified)

    async def _read_list(self, *, verified: bool) -> None:
        self._changed.clear()
        listed = await self.archive.conversations(verified=verified)
        kept, listing, names = await asyncio.to_thread(in_order, listed)
        before = self._conversations
        self.put_all(kept, names)
        self._listing = listing
        for held in self.archive.unsaved | self.busy | self._changed:
            if held in before:
                self._put(before[held])
            elif held in kept and held in self._changed:  # it was deleted meanwhile
                self._take_out(held)
        for opened in list(self._trees.keys()):
            if opened in before and opened not in kept:
                self._drafts[opened] = before[opened]
        for back in [draft for draft in self._drafts if draft in kept]:
            del self._drafts[back]

    async def catch_up(self, conversation_id: str) -> Changes:
        """Take in what another process changed: the list, and one conversation.

        A conversation that is gone from the list stays known while its messages are in memory,
        and one that was turned to another branch elsewhere stays turned to the one it is on.

        Raises:
            StoreError: The list cannot be read.
        """
        before = self._trees.get(conversation_id)
        head = self.get(conversation_id).head
        if before is not None and conversation_id in self._conversations:
            await self.tree(conversation_id)
        is_changed = await self.archive.index_changed()
        if is_changed:
            await self.read()
        self._stay_at(conversation_id, head)
        is_other = before is not None and self._trees.get(conversation_id) is not before
        return Changes(is_changed, is_other, await self._look_elsewhere())

    async def _look_elsewhere(self) -> bool:
        """See which conversations other processes are answering; whether that has changed."""
        before, self.elsewhere = self.elsewhere, await self.archive.answered_elsewhere()
        return self.elsewhere != before

    def _stay_at(self, conversation_id: str, head: str | None) -> None:
        """Turn a conversation back to a head that its path no longer leads through."""
        conversation, tree = self.get(conversation_id), self.loaded(conversation_id)
        if head is None or head not in tree or conversation_id not in self._conversations:
            return
        if tree.path(conversation.head).index_of(head) is None:
            self._put(replace(conversation, head=head))

    @property
    def listed(self) -> tuple[Conversation, ...]:
        """The conversations as the list shows them: pinned first, then the last used."""
        return self._listing.shown

    def get(self, conversation_id: str) -> Conversation:
        """What is known of one conversation, a new one included.

        Raises:
            ConversationNotFoundError: There is none with this id.
        """
        found = self._conversations.get(conversation_id) or self._drafts.get(conversation_id)
        if found is None:
            raise NotFoundError("This conversation is not there any more.")
        return found

    def draft(self, name: str = "", model: str = "") -> Conversation:
        """A new conversation that nobody sees before its first message is kept."""
        conversation = Conversation(name=name, named=bool(name), model=model)
        self._drafts[conversation.id] = conversation
        self._trees.begin(conversation.id)
        return conversation

    async def tree(self, conversation_id: str) -> MessageTree:
        """The messages of a conversation, read when they are not in memory or have changed.

        What is in memory outlives its file, and the next change then writes all of it.

        Raises:
            StoreError: They are not in memory and cannot be read.
        """
        async with self._reading:
            if conversation_id not in self._trees or await self._changed_elsewhere(conversation_id):
                await self._read(conversation_id)
            return self._trees.use(conversation_id, keeping=self._held())

    def _held(self) -> frozenset[str]:
        """The conversations of which memory knows more than the disk."""
        return self.archive.unsaved | self.busy | self._drafts.keys()

    async def _changed_elsewhere(self, conversation_id: str) -> bool:
        """Whether the file says more than memory; asked twice, as a turn may begin meanwhile."""
        if conversation_id in self._held():
            return False
        changed = await self.archive.refresh(conversation_id)
        return changed and conversation_id not in self._held()

    async def _read(self, conversation_id: str) -> None:
        try:
            conversation = await self._trees.read(conversation_id)
            await self._look_elsewhere()
        except StoreError:
            if conversation_id not in self._trees:
                raise
            self._whole.add(conversation_id)
        else:
            if conversation:
                self._put(conversation)

    async def glance(self, conversation_id: str) -> Glance | None:
        """The end of a long conversation that is not in memory; `None` for any other."""
        conversation = self._conversations.get(conversation_id)
        if conversation is None or conversation_id in self._trees:
            return None
        return await self.archive.glance(conversation)

    def loaded(self, conversation_id: str) -> MessageTree:
        """The messages of a conversation that was opened before; empty when it was not."""
        return self._trees.get(conversation_id) or MessageTree()

    def path(self, conversation_id: str) -> Path:
        """The messages from the root to the head of an open conversation."""
        return self.loaded(conversation_id).path(self.get(conversation_id).head)

    def set(self, conversation: Conversation, messages: Iterable[Message] = ()) -> None:
        """Take in a conversation's new state and messages, in memory."""
        self._trees.put(conversation.id, messages)
        if conversation.id in self._drafts and not len(self.loaded(conversation.id)):
            self._drafts[conversation.id] = conversation
            return
        self._drafts.pop(conversation.id, None)
        self._put(conversation)

    async def keep(self, conversation: Conversation, *messages: Message) -> None:
        """Take in a conversation's new state and messages, in memory and on the disk.

        A draft without messages is not written: it is nothing yet.

        Raises:
            StoreError: It could not be written; memory has it, and the archive tries again.
        """
        self.set(conversation, messages)
        if conversation.id in self._drafts:
            return
        if conversation.id in self._whole:
            self._whole.discard(conversation.id)
            messages = tuple(self._trees[conversation.id])
        self._learn_name(conversation, await self.archive.save(conversation, *messages))

    def _learn_name(self, sent: Conversation, kept: Conversation | None) -> None:
        """Call a conversation as it is kept where the name that it was sent with was taken."""
        known = self._conversations.get(sent.id)
        if known and kept and known.name == sent.name != kept.name:
            self._put(replace(known, name=kept.name))

    async def rename(self, renamed: Conversation) -> None:
        """Take in a kept conversation's new name, once the store has made sure that it is free.

        Raises:
            NameTakenError: It is not.
            StoreUnwritableError: It could not be written; memory has it, and the archive tries
                again.
        """
        before = self.get(renamed.id)
        try:
            await self.archive.rename(before, renamed.name)
        except StoreUnwritableError:
            self.set(replace(self.get(renamed.id), name=renamed.name, named=True))
            raise
        self.set(replace(self.get(renamed.id), name=renamed.name, named=True))

    def is_draft(self, conversation_id: str) -> bool:
        """Whether a conversation is not kept yet."""
        return conversation_id in self._drafts

    def take_in(self, conversation: Conversation, *, in_place_of: str) -> None:
        """Know a conversation that is kept, in place of a draft; the two may be the same."""
        self._drafts.pop(in_place_of, None)
        if conversation.id != in_place_of:
            self._trees.drop(in_place_of)
        self._put(conversation)

    async def try_to_keep(self, conversation: Conversation, *messages: Message) -> str:
        """As `keep`; what stands against it is returned as a sentence, empty when nothing does."""
        try:
            await self.keep(conversation, *messages)
        except StoreError as error:
            return str(error)
        return ""

    def touched(self, conversation_id: str, *, head: str) -> Conversation:
        """The conversation with a new head, as used at this moment."""
        return replace(self.get(conversation_id), head=head, updated=now())

    async def drop(self, conversation_id: str) -> None:
        """Take a conversation out of the list and into the trash.

        Raises:
            TurnRunningError: It is being answered.
            StoreError: It could not be moved; it is still there.
        """
        if conversation_id in self.busy:
            raise TurnRunningError("It is being answered: stop the answer first.")
        if self._drafts.pop(conversation_id, None) is None:
            await self.archive.delete(conversation_id)
            self._dropped.append(conversation_id)
        self._take_out(conversation_id)
        self._trees.drop(conversation_id)

    async def undo_drop(self) -> Conversation | None:
        """Bring back from the trash what was dropped last; `None` when nothing was.

        Raises:
            StoreError: It could not be brought back.
        """
        if not self._dropped:
            return None
        conversation = await self.archive.restore(self._dropped[-1])
        self._dropped.pop()
        self._put(conversation)
        return conversation

    def _put(self, conversation: Conversation) -> None:
        self._changed.add(conversation.id)
        self._listing.put(conversation, self.put_one(conversation))

    def _take_out(self, conversation_id: str) -> None:
        self._changed.add(conversation_id)
        if gone := self.take_out(conversation_id):
            self._listing.remove(gone)
