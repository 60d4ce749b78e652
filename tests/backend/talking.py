"""Talks with the chat service, to the end of each answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.events import TurnEvent
from bnagpt_tui.backend.models import Conversation


async def ask(chat: ChatService, conversation_id: str, text: str = "hello") -> list[TurnEvent]:
    return await to_end(chat.send(conversation_id, text))


async def asked(chat: ChatService, *questions: str) -> Conversation:
    conversation = chat.new()
    for question in questions:
        await ask(chat, conversation.id, question)
    return chat.get(conversation.id)


async def to_end(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    """A turn to its end."""
    async with aclosing(events):
        return [event async for event in events]
