"""The branches of a conversation: turned to, and copied into conversations of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .models import new_id

if TYPE_CHECKING:
    from .library import Library
    from .models import Conversation, Message


async def branch(library: Library, conversation_id: str, message_id: str) -> Conversation:
    """A copy, with ids of its own, of everything up to a message.

    Raises:
        StoreError: It could not be read or written.
    """
    origin = library.get(conversation_id)
    tree = await library.tree(conversation_id)
    messages: list[Message] = []
    for message in tree.path(message_id):
        parent = messages[-1].id if messages else None
        messages.append(replace(message, id=new_id(), parent=parent))
    name = library.free_name(f"{origin.name} (branch)")
    copy = library.draft(model=origin.model)
    copy = replace(copy, name=name, assistant=origin.assistant, head=messages[-1].id)
    await library.keep(copy, *messages)
    return library.get(copy.id)


async def choose(library: Library, conversation_id: str, message_id: str, step: int) -> str | None:
    """Turn to a sibling of a message; the id of the sibling, `None` at either end.

    Raises:
        StoreError: It could not be written.
    """
    siblings = (await library.tree(conversation_id)).siblings(message_id)
    index = siblings.index(message_id) + step
    if not 0 <= index < len(siblings):
        return None
    await turn_to(library, conversation_id, siblings[index])
    return siblings[index]


async def turn_to(library: Library, conversation_id: str, message_id: str) -> None:
    """Have a message on the conversation's path, unless it is there, unknown, or answered.

    Raises:
        StoreError: It could not be written.
    """
    conversation = library.get(conversation_id)
    tree = await library.tree(conversation_id)
    if message_id not in tree or conversation_id in library.busy:
        return
    if tree.path(conversation.head).index_of(message_id) is None:
        await library.keep(replace(conversation, head=tree.tip(message_id)))
