"""The facts of a conversation that the status line shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..widgets.status_line import Status

if TYPE_CHECKING:
    from ..backend.chat import ChatService
    from .live import LiveAnswer


def status_of(chat: ChatService, conversation_id: str, answer: LiveAnswer | None) -> Status:
    """Return what the status line shows of a conversation.

    Args:
        chat: Where the conversation is.
        conversation_id: Which one.
        answer: The answer that it is getting; `None` when it gets none.
    """
    limits = chat.limits
    tokens, rate = (answer.tokens, answer.rate) if answer else _last_figures(chat, conversation_id)
    return Status(
        name=chat.get(conversation_id).name,
        model=chat.model_of(conversation_id),
        engine="" if chat.engine.title == "Groq" else chat.engine.title,
        state=answer.state if answer else "",
        tokens=tokens,
        rate=round(rate, -1) if answer else rate,
        tokens_left=limits.tokens_left if limits else None,
        tokens_limit=limits.tokens if limits else 0,
        unsaved=conversation_id in chat.unsaved,
        tools=_tools_state(chat, conversation_id),
    )


def _tools_state(chat: ChatService, conversation_id: str) -> str:
    """Return whether the model may use tools, in two words; empty where it knows of none."""
    if not chat.tools.are_known(conversation_id):
        return ""
    return f"tools {'on' if chat.tools.are_on(conversation_id) else 'off'}"


def _last_figures(chat: ChatService, conversation_id: str) -> tuple[int, float]:
    """Return tokens, and tokens each second, of the last answer in the path."""
    path = chat.path(conversation_id)
    usage = path[-1].usage if path else None
    return (usage.completion_tokens, usage.tokens_per_second) if usage else (0, 0.0)
