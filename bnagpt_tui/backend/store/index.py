"""The list of conversations: derived from their files, and rebuilt from them when it is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tinydb.table import Document

from ..errors import StoreUnwritableError
from ..models import Conversation
from ..taken_names import TakenNames, tell_apart
from .files import Files
from .journal import Stamp, stamp
from .lines import VERSION
from .lock import PATIENCE, Lock
from .places import SUFFIX, Places, is_id
from .records import conversation_from, document_number, record
from .table import JournalDatabase

_TABLE: Final = "conversations"

_SHORT: Final = 0.5
"""Seconds that a save waits for the index, which can be put right later as well."""

_BATCH: Final = 250


class Index:
    """What is known of every conversation, each with the stamp of the file that it is from.

    Nothing depends on its being written: what could not be is remembered, and an entry whose
    stamp is not that of its file is read again from the file.
    """

    def __init__(self, places: Places, files: Files) -> None:
        lock = Lock(places.lock("index"), files, _SHORT)
        self._places = places
        self._files = files
        self._database = JournalDatabase(places.index, files, lock=lock, aside=places.aside)
        self._journal = self._database.storage.journal
        self.is_verified = False
        """Whether this file, and no other that took its place, was compared with the files."""
        self._waiting: dict[str, tuple[Conversation, Stamp] | None] = {}
        self._lock = lock
        self._names: TakenNames | None = None
        self._apart: dict[str, str] = {}
        self._put_off = 0

    @property
    def stamp(self) -> Stamp | None:
        """The index's file as it was when it was last read or written."""
        return self._journal.stamp

    def catch_up(self) -> None:
        """Read what other processes wrote; an index that is broken is started anew."""
        before = self._journal.generation
        try:
            if self._journal.catch_up():
                self._names = None
                self._drop_overtaken()
        except OSError:
            self._journal.forget()
        if self._journal.damaged or self._journal.version != VERSION:
            with suppress(OSError):
                self._files.remove(self._places.index)
            self._journal.forget()
            self._names = None
        if self._journal.generation != before:
            self.is_verified = False

    @property
    def names(self) -> TakenNames:
        """The names of all conversations, no two of them alike."""
        return self._read_names()

    @property
    def apart(self) -> dict[str, str]:
        """The names, by id, of conversations that their files call as another is called."""
        self._read_names()
        return self._apart

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Write what is noted in the block even where others are writing for a while."""
        before, self._lock.patience = self._lock.patience, PATIENCE
        try:
            yield
        finally:
            self._lock.patience = before

    def conversations(self) -> list[Conversation]:
        """Every conversation, in no order, called as its file calls it."""
        found = [
            conversation_from(entry, entry["id"])
            for entry in self._entries()
            if entry["id"] not in self._waiting
        ]
        found.extend(waiting[0] for waiting in self._waiting.values() if waiting)
        return found

    def known(self, conversation_id: str) -> Conversation | None:
        """What the list said of a conversation when it was last looked at."""
        if waiting := self._waiting.get(conversation_id):
            return waiting[0]
        entry = self._entry(conversation_id)
        return conversation_from(entry, conversation_id) if entry else None

    def note(self, conversation: Conversation, file: Stamp, *, write: bool = True) -> None:
        """Take in what a conversation's file says.

        Args:
            conversation: What is known of it.
            file: Its file.
            write: Whether to write it now, and not with the next that is written.
        """
        self._waiting[conversation.id] = (conversation, file)
        self._apart.pop(conversation.id, None)
        if self._names and self._names.put(conversation.id, conversation.name):
            self._names = None  # another has this name: they are to be told apart
        if write:
            self.flush()

    def note_gone(self, conversation_ids: Iterable[str]) -> None:
        """Take in that the files of these conversations are gone."""
        gone = dict.fromkeys(conversation_ids)
        self._waiting.update(gone)
        for conversation_id in gone:
            if self._names:
                self._names.remove(conversation_id)
        self.flush()

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """Write what is noted in the block after it, all at once."""
        self._put_off += 1
        try:
            yield
        finally:
            self._put_off -= 1
            self.flush()

    def flush(self) -> None:
        """Write what waits to be written; what cannot be waits on."""
        if self._put_off:
            return
        waiting = iter(list(self._waiting.items()))
        with suppress(OSError, StoreUnwritableError):
            while batch := dict(islice(waiting, _BATCH)):
                self._write(batch)
                for conversation_id in batch:
                    del self._waiting[conversation_id]

    def outdated(self) -> tuple[dict[str, Path], list[str]]:
        """Which entries do not fit the files.

        Returns:
            The files that are to be read, by id, and the ids whose files are gone.

        Raises:
            OSError: The directory cannot be read.
        """
        known = {
            entry["id"]: (entry.get("size"), entry.get("modified")) for entry in self._entries()
        }
        files = {}
        there = set()
        for found in self._files.entries(self._places.conversations):
            conversation_id = found.name.removesuffix(SUFFIX)
            entry = known.get(conversation_id)
            if entry is None and not (found.name.endswith(SUFFIX) and is_id(conversation_id)):
                continue
            there.add(conversation_id)
            status = found.stat()
            if entry != (status.st_size, status.st_mtime_ns):
                files[conversation_id] = Path(found.path)
        return files, [each for each in known if each not in there]

    def unknown(self) -> dict[str, Path]:
        """The files of conversations that are not in the list, by id; a quick look.

        Raises:
            OSError: The directory cannot be read.
        """
        table = self._database.storage.documents(_TABLE)
        return {
            conversation_id: Path(found.path)
            for found in self._files.entries(self._places.conversations)
            if found.name.endswith(SUFFIX)
            and is_id(conversation_id := found.name.removesuffix(SUFFIX))
            and str(document_number(conversation_id)) not in table
            and not self._waiting.get(conversation_id)
        }

    def _read_names(self) -> TakenNames:
        if self._names is None:
            self._names, self._apart = tell_apart(self._named(), self._made)
        return self._names

    def _named(self) -> Iterator[tuple[str, str]]:
        """The ids and the names of all conversations, as their files have them."""
        for entry in self._entries():
            if entry["id"] not in self._waiting and isinstance(entry.get("name"), str):
                yield entry["id"], entry["name"]
        for waiting in self._waiting.values():
            if waiting:
                yield waiting[0].id, waiting[0].name

    def _made(self, conversation_id: str) -> datetime:
        """When a conversation was made, by which those of one name are ordered."""
        conversation = self.known(conversation_id)
        return conversation.created if conversation else datetime.now(UTC)

    def _entries(self) -> Iterator[dict[str, Any]]:
        for entry in self._database.storage.documents(_TABLE).values():
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                yield entry

    def _drop_overtaken(self) -> None:
        """Forget what waits of conversations that another process has changed since."""
        for conversation_id, waiting in list(self._waiting.items()):
            there = self._stamp(conversation_id)
            if waiting is None or there is None:
                overtaken = (waiting is None) != (there is None)
            else:
                overtaken = there != waiting[1] and self._entry(conversation_id) is not None
            if overtaken:
                del self._waiting[conversation_id]

    def _stamp(self, conversation_id: str) -> Stamp | None:
        return stamp(self._places.conversation(conversation_id), self._files)

    def _entry(self, conversation_id: str) -> dict[str, Any] | None:
        key = str(document_number(conversation_id))
        entry = self._database.storage.documents(_TABLE).get(key)
        return entry if isinstance(entry, dict) else None

    def _write(self, batch: dict[str, tuple[Conversation, Stamp] | None]) -> None:
        table = self._database.table(_TABLE)
        with self._database.storage.transaction(sync=False):
            for conversation_id, waiting in batch.items():
                number = document_number(conversation_id)
                if waiting is None or not self._stamp(conversation_id):
                    table.remove(doc_ids=[number])
                    continue
                conversation, file = waiting
                fields = record(conversation, self._entry(conversation_id))
                fields |= {"size": file.size, "modified": file.modified}
                table.upsert(Document(fields, number))
