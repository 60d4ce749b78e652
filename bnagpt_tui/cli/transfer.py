"""`bnagpt export` and `import`."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..backend.errors import AttachmentError, ImportFileError, StoreUnwritableError
from ..backend.models import new_id
from ..backend.store.exporting import export
from ..backend.store.import_values import counted
from ..backend.store.importing import read_import
from ..backend.text import one_line
from . import FAILED
from .shelf import opened

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ..backend.models import Message
    from ..backend.settings import Settings
    from ..backend.store import Repository
    from ..backend.store.importing import Imported
    from .console import Console

AT_ONCE: Final = 100
"""Conversations that are imported before others may give names again."""

_ENDINGS: Final = {".json": "json", ".html": "html", ".htm": "html"}


def run_export(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Write one conversation to a file, or to standard output.

    Raises:
        StoreError: There is no such conversation, or the file cannot be written.
    """
    with opened(settings, console) as repository:
        found = repository.find(arguments.name)
        conversation, messages = repository.load(found.id)
        files = _files(repository, messages, console)
    output = arguments.output
    ending = Path(output).suffix.lower()
    text = export(
        arguments.format or _ENDINGS.get(ending, "markdown"), conversation, messages, files
    )
    if not output or output == "-":
        console.raw(text)
        return 0
    if not write_private(Path(output), text, replacing=arguments.force):
        console.complain(f"{output} is already there. Replace it with --force.")
        return FAILED
    console.line(f"Wrote {output}.")
    return 0


def _files(repository: Repository, messages: list[Message], console: Console) -> dict[str, bytes]:
    """What is in the files that messages name, by checksum; what cannot be had is told."""
    files: dict[str, bytes] = {}
    for attachment in {file.checksum: file for m in messages for file in m.attachments}.values():
        try:
            files[attachment.checksum] = repository.file(attachment)
        except AttachmentError as error:
            console.complain(str(error))
    return files


def write_private(path: Path, text: str, *, replacing: bool) -> bool:
    """Write a file that only its owner reads, whole or not at all.

    Args:
        path: Where; its directory is there already.
        text: What.
        replacing: Whether a file that is there may go.

    Returns:
        Whether it was written; `False` when a file was in the way.

    Raises:
        StoreUnwritableError: The disk, or the directory, does not take it.
    """
    temporary = ""
    try:
        # `mkstemp` makes a file of mode 0600 in the same directory, so that the last step is one.
        descriptor, temporary = tempfile.mkstemp(prefix=".bnagpt-", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not replacing:
            path.touch(0o600, exist_ok=False)
        Path(temporary).replace(path)
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreUnwritableError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return True


def run_import(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Take in the conversations of files, and say what came in and what did not.

    Raises:
        StoreError: The conversations cannot be read or written.
    """
    status = 0
    with opened(settings, console) as repository:
        shelf = Shelf(repository)
        for name in arguments.files:
            try:
                result = read_import(Path(name))
            except ImportFileError as error:
                console.complain(str(error))
                status = FAILED
                continue
            added = shelf.add_all(result.conversations, console)
            known = len(result.conversations) - added
            for problem in result.problems:
                console.complain(problem)
            console.line(_summary(name, added, known))
            status = status if result.conversations else FAILED
    return status


class Shelf:
    """The kept conversations while others are put beside them.

    Args:
        repository: Where they are kept.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._kept = {item.id: item for item in repository.conversations()}
        self._trashed = {item.conversation.id for item in repository.trash()}

    def add_all(self, conversations: Sequence[Imported], console: Console) -> int:
        """Keep conversations under names and ids that nobody has; how many were added.

        Raises:
            StoreError: One cannot be written; those before it are kept.
        """
        waiting, added = iter(conversations), 0
        while batch := list(islice(waiting, AT_ONCE)):
            with self._repository.names.in_bulk():
                added += sum(self.add(imported, console) for imported in batch)
        return added

    def add(self, imported: Imported, console: Console) -> bool:
        """Keep a conversation under a name and an id that nobody has.

        Returns:
            Whether it was added; `False` when it is there already, with all its messages.

        Raises:
            StoreError: It cannot be written.
        """
        conversation = imported.conversation
        if conversation.id in self._kept:
            _, messages = self._repository.load(conversation.id)
            if {m.id for m in imported.messages} <= {m.id for m in messages}:
                return False
        if conversation.id in self._kept or conversation.id in self._trashed:
            conversation = replace(conversation, id=new_id())
        for file in (file for message in imported.messages for file in message.attachments):
            if file.checksum in imported.files:
                self._repository.keep_file(file.name, file.kind, imported.files[file.checksum])
        conversation = self._repository.save(conversation, imported.messages)
        self._kept[conversation.id] = conversation
        console.line(
            f"  {one_line(conversation.name)} · {counted(len(imported.messages), 'message')}"
        )
        return True


def _summary(name: str, added: int, known: int) -> str:
    parts = [f"{counted(added, 'conversation')} imported"]
    if known:
        parts.append(f"{known:,} already here")
    return f"{one_line(name)}: {', '.join(parts)}."
