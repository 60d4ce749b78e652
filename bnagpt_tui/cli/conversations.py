"""`bnagpt list`, `show` and `delete`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..backend.models import Role, now
from ..backend.store.export_markdown import heading
from ..backend.text import one_line
from ..backend.tree import MessageTree
from .shelf import by_last_use, opened
from .table import ago, table

if TYPE_CHECKING:
    from argparse import Namespace

    from ..backend.models import Conversation, Message
    from ..backend.settings import Settings
    from .console import Console


def run_list(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Print all conversations: pinned ones marked, with the time of their last use and their id.

    Raises:
        StoreError: The list cannot be read.
    """
    with opened(settings, console) as repository:
        conversations = by_last_use(repository.conversations())
    if arguments.json:
        console.value([_record(conversation) for conversation in conversations])
        return 0
    if not conversations:
        console.complain("There are no conversations yet. `bnagpt` opens the first one.")
    star = "★" if console.speaks("★") else "*"
    present = now()
    rows = [
        (star if item.pinned else "", item.name, ago(item.updated, present), item.id)
        for item in conversations
    ]
    for line in table(rows):
        console.line(line)
    return 0


def run_show(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Print what a conversation shows, speaker by speaker, as plain text.

    Raises:
        StoreError: There is no such conversation, or it cannot be read.
    """
    with opened(settings, console) as repository:
        found = repository.find(arguments.name)
        conversation, messages = repository.load(found.id)
    tree = MessageTree(messages)
    console.line(one_line(conversation.name))
    for message in tree.path(conversation.head) or tree.path(tree.last()):
        console.line()
        for line in _shown(message):
            console.line(line)
    return 0


def run_delete(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Move conversations to the trash; all are found before the first one is moved.

    Raises:
        StoreError: There is no such conversation, or it cannot be moved.
    """
    with opened(settings, console) as repository:
        found = {item.id: item for item in map(repository.find, arguments.names)}
        for conversation in found.values():
            repository.delete(conversation.id)
            console.line(
                f"Moved “{one_line(conversation.name)}” to the trash. "
                f"Undo: bnagpt trash restore {conversation.id}"
            )
    return 0


def _record(conversation: Conversation) -> dict[str, Any]:
    """What a script may want to know of a conversation."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "pinned": conversation.pinned,
        "model": conversation.model,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
    }


def _shown(message: Message) -> list[str]:
    """The lines of one message, its time in the local zone."""
    marked = heading(replace(message, created=message.created.astimezone()))
    lines = [f"{'>' if message.role is Role.USER else '<'} {marked}"]
    lines += [message.content] if message.content else []
    return [*lines, f"[{message.problem}]"] if message.problem else lines
