"""What a user is asked before a call is done, what can be answered, and how far a word reaches."""

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


_REACH = (Permission.ONCE, Permission.CONVERSATION, Permission.ALWAYS)


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
class Consent:
    """What has to be asked before a call, and how far a yes reaches."""

    reason: str = ""
    """Why it is asked about, in a sentence for the user; empty where the tool itself is reason."""
    scope: str = ""
    """What of the tool a yes in this conversation covers, as a host; empty for all of it."""
    least: Permission = Permission.ONCE
    """How far any yes reaches."""
    most: Permission = Permission.ALWAYS
    """How far a yes reaches at the most."""
    heeds_earlier: bool = True
    """Whether a yes that was given before, in the settings too, spares the question."""
    mark: str = ""
    """What tells the tool from another one of its name; empty for the program's own."""

    def granted(self, decision: Decision) -> Permission:
        """How far a decision reaches here."""
        if not decision.is_yes:
            return Permission.NO
        given = _REACH.index(decision.permission)
        return _REACH[max(_REACH.index(self.least), min(given, _REACH.index(self.most)))]

    def offers(self, permission: Permission) -> bool:
        """Whether a word of this reach means something of its own here."""
        if permission is Permission.NO:
            return True
        place, least = _REACH.index(permission), _REACH.index(self.least)
        return permission is Permission.ONCE or least < place <= _REACH.index(self.most)


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
    consent: Consent = Consent()
    """Why it is asked about, and how far a yes reaches."""


def permission_key(tool: str, mark: str) -> str:
    """What a permission for good is kept under: a tool's name, and its mark where it has one."""
    return f"{tool}@{mark}" if mark else tool
