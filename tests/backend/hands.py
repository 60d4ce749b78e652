"""Conversations whose model uses tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.events import (
    ApprovalAsked,
    TurnEvent,
)
from bnagpt_tui.backend.models import Message
from bnagpt_tui.backend.permission import Decision
from bnagpt_tui.backend.store import Archive
from tests.fakes import Hands, ScriptedEngine, make_chat


def talk(
    archive: Archive, hands: Hands, *scripts: list[object], **options: object
) -> tuple[ChatService, ScriptedEngine]:
    engine = ScriptedEngine(list(scripts), tools=True)  # type: ignore[arg-type]  # by hand
    return make_chat(engine, archive, toolbox=hands.box(), **options), engine  # type: ignore[arg-type]


def path_of(chat: ChatService, conversation_id: str) -> list[Message]:
    return list(chat.path(conversation_id))


async def decided(
    chat: ChatService,
    events: AsyncGenerator[TurnEvent, None],
    decide: Callable[[int], Decision],
) -> list[TurnEvent]:
    """A turn to its end, each approval answered as it is asked for."""
    seen = []
    asked = 0
    async with aclosing(events):
        async for event in events:
            seen.append(event)
            if isinstance(event, ApprovalAsked):
                await chat.tools.decide(event.approval.id, decide(asked))
                asked += 1
    return seen


async def kept(chat: ChatService, *messages: Message) -> str:
    """The id of a conversation that holds these messages, the last one at its head."""
    conversation = replace(chat.new(), name="x", head=messages[-1].id)
    await chat.library.keep(conversation, *messages)
    return conversation.id
