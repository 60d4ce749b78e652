"""What a user is asked before a tool acts, and what can be answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """How far a user's word reaches."""

    ONCE = "once"
    """This call may be done."""
    CONVERSATION = "conversation"
    """This tool may be used in this conversation until bnaGPT is closed."""
    ALWAYS = "always"
    """This tool may be used everywhere, until that is taken back."""
    NO = "no"
    """This call may not be done."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A user's word on one call."""

    permission: Permission
    words: str = ""
    """With a no: what the model is told beside it; may be empty."""

    @property
    def is_yes(self) -> bool:
        """Whether the call may be done."""
        return self.permission is not Permission.NO


@dataclass(frozen=True, slots=True)
class Approval:
    """A call that waits for a user's word."""

    id: str
    """The id of the message that will hold the result."""
    conversation_id: str
    tool: str
    """The tool's name."""
    subject: str
    """What will be done, in full: the code, or the arguments, one to a line."""
    language: str = ""
    """What the subject is written in, as in `python`; empty for plain text."""
