"""What the settings say about every turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from .models import Conversation

INTERVAL: Final = 0.25
"""Seconds of a growing answer that are at risk at the most."""

ROUNDS: Final = 8
"""How often a model may ask for tools in one turn, unless the settings say otherwise."""

Calendar: TypeAlias = Callable[[], datetime]
"""Tells the present moment, in UTC."""


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What the settings say about every turn."""

    instructions: str = ""
    """What every conversation begins with."""
    context_tokens: int = 0
    """The most tokens of a request and its answer; 0 follows the model and the plan."""
    answer_tokens: int = 0
    """The most tokens of an answer; 0 for a quarter of the whole."""
    tools: bool = True
    """Whether models may use tools where the conversation does not say."""
    tool_rounds: int = ROUNDS
    """How often a model may ask for tools in one turn."""
    journal_seconds: float = INTERVAL
    """The longest stretch of a growing answer that is not yet kept."""

    def tools_on(self, conversation: Conversation) -> bool:
        """Whether a model may use tools in a conversation, if it can."""
        return self.tools if conversation.tools is None else conversation.tools
