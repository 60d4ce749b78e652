"""What is to be said of a conversation that ends without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..backend.calls import are_whole
from ..backend.models import Role
from ..widgets.message_rows import NO_NOTE, Note

if TYPE_CHECKING:
    from ..backend.tree import Path

UNANSWERED: Final = Note("no answer was kept", again="asks again")
"""What stands under a question that lost its answer, to a crash for example."""

BROKEN_OFF: Final = Note("broken off before the tools were run", go_on="goes on")
"""What stands under calls of tools that were never done."""

ANSWERED_ELSEWHERE: Final = Note("answering in another bnaGPT")
"""What stands under an answer that another process is writing."""


def owed(messages: Path) -> Note:
    """What a conversation still owes, and what keys do about it; empty when it owes nothing."""
    if not messages:
        return NO_NOTE
    last = messages[-1]
    if last.role is Role.USER:
        return UNANSWERED
    is_asking = last.role is Role.ASSISTANT and are_whole(last) and not last.problem
    return BROKEN_OFF if is_asking else NO_NOTE
