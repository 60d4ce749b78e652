"""A name that a user gives: to a conversation that is there, or to find or begin one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .library import Library
    from .models import Conversation


async def rename(
    library: Library, conversation_id: str, name: str, *, replacing: bool
) -> Conversation:
    """Give a conversation a name of the user's.

    Args:
        library: The conversations.
        conversation_id: Which one.
        name: Its new name.
        replacing: Whether another conversation of this name goes to the trash.

    Raises:
        NameTakenError: Another has the name, and `replacing` is false.
        TurnRunningError: The other one is being answered.
        StoreError: It could not be written.
    """
    if replacing:
        await library.read()
        if other := library.named(name, other_than=conversation_id):
            await library.drop(other.id)
    renamed = replace(library.get(conversation_id), name=name, named=True)
    if library.is_draft(conversation_id):
        await library.archive.check_name(name, other_than=conversation_id)
        library.set(renamed)
    else:
        await library.rename(renamed)
    return library.get(conversation_id)


async def open_or_begin(library: Library, name: str, model: str) -> Conversation:
    """The conversation of a name, made at this moment if nobody has it.

    Raises:
        StoreError: It could not be written, or the list cannot be read.
    """
    draft = library.draft(name, model)
    conversation = await library.archive.open_or_make(draft)
    library.take_in(conversation, in_place_of=draft.id)
    return conversation
