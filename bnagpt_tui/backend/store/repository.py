"""The kept conversations: the only door to the files, and to TinyDB behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from ..errors import ConversationNotFoundError, DamagedConversationError, StoreError
from ..models import Attachment, Conversation, Message
from ..text import one_line
from .answering import Answering
from .attachments import Attachments, checksums_of
from .bulk import values_that_stay
from .files import Files
from .naming import Naming
from .places import Places, is_id
from .problems import reading, writing
from .trash import Trash, Trashed

if TYPE_CHECKING:
    from .glance import Glance
    from .messages import KeptMessages
    from .shelf import Shelf


class Repository:
    """Keeps conversations in a directory, each in a file of its own.

    A save is on the disk when it returns. Only a further part of an answer on its way may be
    left to the system for a second: it survives the end of the process, but not of the power.

    Any thread may call any method; calls wait for each other. The files are opened, and the
    libraries behind them imported, by the first call that needs them.
    """

    def __init__(self, directory: Path, files: Files | None = None) -> None:
        """Name the directory; nothing in it is opened or made yet.

        Args:
            directory: Where everything is kept; made, for its owner alone, by the first save.
            files: The file operations.
        """
        self._places = Places(directory)
        self._files = files or Files()
        self._trash = Trash(self._places, self._files)
        self._attachments = Attachments(self._places, self._files)
        self._lock = RLock()
        self._reports: list[str] = []
        self._opened_shelf: Shelf | None = None
        self.answering = Answering(self._places, self._files)
        """Which conversations are being answered."""
        self.names = Naming(self._lock, lambda: self._shelf, self.save)
        """What looks up names and gives them."""
        self.on_progress: Callable[[int, int], None] | None = None
        """Called, in the asking thread, while the list is rebuilt: files read, of how many."""

    def conversations(self, *, verified: bool = True) -> list[Conversation]:
        """Every conversation that is not in the trash, in no order.

        Args:
            verified: Whether to compare the list with the files when it is first asked for. It
                is there sooner without; `index_changed` then asks for doing so later.

        Raises:
            DamagedConversationError: The directory cannot be read.
        """
        with self._lock, values_that_stay():
            listed = self._shelf.conversations(self.on_progress, verified=verified)
            if verified:
                self._shelf.keep_apart()
            return listed

    def find(self, name: str) -> Conversation:
        """The conversation that is meant by a name, the beginning of one, or an id.

        Raises:
            ConversationNotFoundError: None fits, or several do; the sentence names the nearest.
        """
        with self._lock:
            return self._shelf.find(name)

    def load(self, conversation_id: str) -> tuple[Conversation, list[Message]]:
        """A conversation and its messages, in the order in which they were first kept.

        Raises:
            ConversationNotFoundError: There is none with this id, or it is in the trash.
            DamagedConversationError: Nothing of it can be read. Where something can, that is
                given, and `drain_reports` tells what is missing.
        """
        conversation, messages = self.open(conversation_id)
        return conversation, list(messages)

    def open(self, conversation_id: str) -> tuple[Conversation, KeptMessages]:
        """As `load`, with messages that are decoded when they are asked for.

        Raises:
            ConversationNotFoundError: There is none with this id, or it is in the trash.
            DamagedConversationError: Nothing of it can be read.
        """
        with self._lock, values_that_stay():
            path = self._existing(conversation_id)
            return self._shelf.load(self._shelf.open_files.kept(conversation_id, path))

    def glance(self, conversation: Conversation) -> Glance | None:
        """The end of a long conversation, read without the rest.

        Args:
            conversation: What is known of it, its head above all.

        Returns: `None` where there is no telling, so that it should be read whole.
        """
        from .glance import glance  # noqa: PLC0415 - msgspec comes with the first use

        return glance(self._places.conversation(conversation.id), self._files, conversation.head)

    def save(self, conversation: Conversation, messages: Iterable[Message] = ()) -> Conversation:
        """Keep the conversation and these of its messages, the new ones and the changed ones.

        What the file has beside them stays. A conversation that is in the trash is kept there.
        A new name that another conversation has is given a number, as in `name (2)`.

        Args:
            conversation: What is known of it.
            messages: Messages to add, or to change where they are kept already.

        Returns:
            The conversation as it is kept.

        Raises:
            StoreError: The conversation's id cannot be the name of a file.
            StoreUnwritableError: It could not be saved; the file, and what `load` returns, are
                as they were.
        """
        if not is_id(conversation.id):
            raise StoreError(f"“{one_line(conversation.id)}” cannot be a conversation's id.")
        with self._lock, self._shelf.saving(conversation):
            path = self._places.conversation(conversation.id)
            if not path.exists():
                path = self._trash.place(conversation.id) or path
            kept = self._shelf.open_files.kept(conversation.id, path)
            return self._shelf.save(kept, conversation, tuple(messages))

    def delete(self, conversation_id: str) -> None:
        """Move a conversation to the trash.

        Raises:
            ConversationNotFoundError: There is none with this id.
            StoreUnwritableError: It could not be moved.
        """
        with self._lock:
            self._existing(conversation_id)
            with self._shelf.open_files.locked(conversation_id):
                try:
                    self._trash.take(conversation_id)
                finally:
                    self._shelf.settle(conversation_id)

    def restore(self, conversation_id: str) -> Conversation:
        """Take a conversation back from the trash, under a number if its name was taken since.

        Raises:
            ConversationNotFoundError: There is none with this id in the trash.
            StoreUnwritableError: It could not be moved.
            DamagedConversationError: It is back, but nothing of it can be read.
        """
        with self._lock:
            path = self._places.conversation(conversation_id)
            trashed = self._trash.place(conversation_id)
            if trashed is None:
                raise ConversationNotFoundError("This conversation is not in the trash.")
            with self._shelf.naming(), self._shelf.open_files.locked(conversation_id):
                if path.exists():
                    raise StoreError("This conversation is back already.")
                try:
                    self._trash.give_back(trashed, conversation_id)
                finally:
                    self._shelf.settle(conversation_id)
            return self._shelf.open_files.kept(conversation_id, path).peek()

    def trash(self) -> list[Trashed]:
        """What is in the trash, deleted last first."""
        found = []
        with self._lock:
            for file in self._trash.files():
                try:
                    kept = self._shelf.open_files.kept(file.conversation_id, file.path)
                    conversation = kept.peek()
                except DamagedConversationError as error:
                    self._reports.append(str(error))
                else:
                    found.append(Trashed(conversation, file.deleted))
        return found

    def empty_trash(self, older_than: timedelta | None = None) -> int:
        """Remove what is in the trash, for good.

        Attached files go with the last conversation that names them.

        Args:
            older_than: Spare what has been there for less; `None` spares nothing.

        Returns:
            How many conversations were removed.

        Raises:
            StoreUnwritableError: Not all could be removed.
        """
        with self._lock, writing(self._places.root):
            doomed = self._trash.doomed(older_than)
            named = set[str]()
            for file in doomed if self._places.attachments.exists() else ():
                with suppress(DamagedConversationError):
                    kept = self._shelf.open_files.kept(file.conversation_id, file.path)
                    named |= checksums_of(kept.load([])[1])
            removed = self._trash.remove(doomed)
            self._attachments.remove_unused(named)
            return removed

    def keep_file(self, name: str, kind: str, content: bytes) -> Attachment:
        """Keep a file that a message is going to name; a message with the same one shares it.

        Args:
            name: What the user calls it.
            kind: The media type, as in `image/png`.
            content: What is in it.

        Raises:
            StoreUnwritableError: It could not be kept.
        """
        with self._lock, writing(self._places.root):
            return self._attachments.keep(name, kind, content)

    def file(self, attachment: Attachment) -> bytes:
        """What is in an attached file.

        Raises:
            AttachmentError: It is missing, cannot be read, or is not what was attached.
        """
        return self._attachments.read(attachment)

    def drain_reports(self) -> list[str]:
        """Sentences for the user about what was found, each given once."""
        with self._lock:
            reports, self._reports[:] = self._reports[:], []
            return reports

    def refresh(self, conversation_id: str) -> bool:
        """Whether another process changed the conversation since it was last loaded or saved."""
        with self._lock:
            return self._shelf.has_changed(conversation_id)

    def index_changed(self) -> bool:
        """Whether another process changed the list since `conversations` gave it, or may have."""
        with self._lock:
            return self._shelf.list_has_changed()

    def sync(self) -> None:
        """Wait until everything that was saved is on the disk itself.

        Raises:
            StoreUnwritableError: It may not be.
        """
        with self._lock, writing(self._places.root):
            self._shelf.sync()

    def close(self) -> None:
        """Sync what was saved, write the list, and let go of everything in memory.

        Raises:
            StoreUnwritableError: Something that was saved may not be on the disk itself.
        """
        with self._lock:
            self.answering.end_all()
            if self._opened_shelf is None:
                return
            try:
                self.sync()
            finally:
                self._opened_shelf.flush()
                self._opened_shelf = None

    @property
    def _shelf(self) -> Shelf:
        if self._opened_shelf is None:
            from .shelf import Shelf  # noqa: PLC0415 - tinydb and msgspec come with the first use

            self._opened_shelf = Shelf(self._places, self._files, self._reports)
        return self._opened_shelf

    def _existing(self, conversation_id: str) -> Path:
        if is_id(conversation_id):
            path = self._places.conversation(conversation_id)
            with reading(path):
                if path.exists():
                    return path
        raise ConversationNotFoundError("This conversation is not there any more.")
