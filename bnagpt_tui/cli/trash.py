"""`bnagpt trash`: list, restore, empty."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from ..backend.errors import ConversationNotFoundError
from ..backend.models import now
from ..backend.naming import folded
from ..backend.text import one_line
from . import WRONG_USAGE
from .shelf import opened
from .table import ago, table

if TYPE_CHECKING:
    from argparse import Namespace

    from ..backend.settings import Settings
    from ..backend.store import Repository, Trashed
    from .console import Console


def run_trash(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Do with the trash what the arguments say.

    Raises:
        StoreError: It cannot be read or written, or holds nothing of that name.
    """
    with opened(settings, console) as repository:
        if arguments.trash_command == "restore":
            return _restore(repository, arguments.name, console)
        if arguments.trash_command == "empty":
            return _empty(repository, arguments, console)
        return _list(repository.trash(), console, as_json=arguments.json)


def _list(trashed: list[Trashed], console: Console, *, as_json: bool) -> int:
    trashed = sorted(trashed, key=lambda item: item.deleted, reverse=True)
    if as_json:
        console.value(
            [
                {
                    "id": item.conversation.id,
                    "name": item.conversation.name,
                    "deleted": item.deleted.isoformat(),
                }
                for item in trashed
            ]
        )
        return 0
    present = now()
    rows = [
        (item.conversation.name, ago(item.deleted, present), item.conversation.id)
        for item in trashed
    ]
    for line in table(rows):
        console.line(line)
    if not rows:
        console.complain("The trash is empty.")
    return 0


def _restore(repository: Repository, name: str, console: Console) -> int:
    """Bring back the conversation with this id, or the last deleted one with this name."""
    found = [
        item
        for item in repository.trash()
        if name == item.conversation.id or folded(name) == folded(item.conversation.name)
    ]
    if not found:
        raise ConversationNotFoundError(
            f"“{one_line(name)}” is not in the trash. `bnagpt trash list` shows what is."
        )
    latest = max(found, key=lambda item: item.deleted)
    restored = repository.restore(latest.conversation.id)
    console.line(f"Brought back “{one_line(restored.name)}”.")
    return 0


def _empty(repository: Repository, arguments: Namespace, console: Console) -> int:
    """Delete for good, once the user has said so."""
    if not arguments.yes:
        if not sys.stdin.isatty():
            console.complain("What is deleted here is gone for good: say so with --yes.")
            return WRONG_USAGE
        console.write(f"Delete {len(repository.trash())} conversations for good? [y/N] ")
        console.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            console.line("Nothing was deleted.")
            return 0
    age = timedelta(days=arguments.older_than) if arguments.older_than else None
    console.line(f"Deleted for good: {repository.empty_trash(age)}.")
    return 0
