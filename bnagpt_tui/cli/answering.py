"""The turn that `bnagpt ask` asks for, in a conversation that is kept or in none."""

from __future__ import annotations

import asyncio
import difflib
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from ..backend.errors import UsageError
from ..backend.renaming import open_or_begin
from ..backend.text import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from ..backend.chat import ChatService
    from ..backend.events import TurnEvent

TURN_PATIENCE: Final = 60.0
"""Seconds that a question waits for an answer that another process is writing."""

_LOOK_EVERY: Final = 0.1


async def answering(
    chat: ChatService,
    name: str,
    question: str,
    model: str,
    allowed: Sequence[str],
    tell: Callable[[str], None],
) -> AsyncGenerator[TurnEvent, None]:
    """The next turn of the conversation of this name, or the first of a new one.

    Raises:
        UsageError: A tool is allowed that there is not.
    """
    try:
        if allowed:
            await _check_tools(chat, allowed)
        if name:
            await chat.start()
        conversation = (
            await open_or_begin(chat.library, name, model) if name else chat.new(model=model)
        )
        if name and model and conversation.model != model:
            await chat.set_model(conversation.id, model)
        if name:
            await _take_turn(chat, conversation.id, tell)
        async with aclosing(chat.send(conversation.id, question)) as events:
            async for event in events:
                yield event
    finally:
        await chat.close()


async def _check_tools(chat: ChatService, allowed: Sequence[str]) -> None:
    """Make sure that there are tools of these names.

    Raises:
        UsageError: There is none of one name; the sentence has the nearest.
    """
    names = [state.name for state in await chat.tools.states()]
    for name in allowed:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(names)}."
            raise UsageError(f"--allow: there is no tool “{one_line(name, 60)}”. {hint}")


async def _take_turn(chat: ChatService, conversation_id: str, tell: Callable[[str], None]) -> None:
    """Wait until no other process answers in the conversation, though not for ever.

    The question then follows what was said meanwhile, in place of standing beside it.
    """
    give_up = time.monotonic() + TURN_PATIENCE
    is_told = False
    while not await chat.library.archive.take_turn(conversation_id):
        if time.monotonic() > give_up:
            return
        if not is_told:
            tell("Another bnaGPT is answering in this conversation: waiting for its end.")
        is_told = True
        await asyncio.sleep(_LOOK_EVERY)
