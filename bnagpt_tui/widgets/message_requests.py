"""What the log asks of the screen it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message as Posted

from bnagpt_tui.backend.models import Message

if TYPE_CHECKING:
    from .message_log import MessageLog


@dataclass
class LogRequest(Posted):
    """Anything that a log posts."""

    log: MessageLog
    """The log that posts it."""

    @property
    def control(self) -> MessageLog:
        """The log that posts it."""
        return self.log


@dataclass
class MessageRequest(LogRequest):
    """Anything that a log posts about one of its messages."""

    message: Message
    """The message that it is about."""
