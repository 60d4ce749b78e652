"""Which tools may act: what was allowed before, and what the user is being asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .allowed_tools import AllowedTools

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .permission import Approval, Consent, Decision


class Approvals:
    """Gives or asks for permission.

    Args:
        allowed: Names of tools that may act without a question, as the settings say.
        always: The tools that the user allowed for good; `None` remembers none.
        refusal: Where nobody can be asked, what the model is told in place of a question;
            `{tool}` in it stands for the tool's name.
    """

    def __init__(
        self, allowed: Iterable[str] = (), *, always: AllowedTools | None = None, refusal: str = ""
    ) -> None:
        self.settled = frozenset(allowed)
        """The tools that the settings allow; no word of the user's changes that."""
        self.always = always or AllowedTools()
        """The tools that the user allowed for good."""
        self._refusal = refusal
        self._conversations: set[tuple[str, str, str, str]] = set()
        self._waiting: dict[str, tuple[Approval, asyncio.Future[Decision]]] = {}

    async def is_given(
        self, conversation_id: str, tool: str, consent: Consent | None = None
    ) -> bool:
        """Whether a call may be done in a conversation without a question.

        Args:
            conversation_id: Which conversation.
            tool: The tool's name.
            consent: What would have to be asked; `None` for whether the tool may act at all.
        """
        from .permission import Consent, Permission, permission_key  # noqa: PLC0415  # as below

        consent = consent or Consent()
        if not consent.heeds_earlier:
            return False
        if tool in self.settled:
            return True
        if consent.most is Permission.ONCE:
            return False
        for scope in {"", consent.scope}:
            if (conversation_id, tool, consent.mark, scope) in self._conversations:
                return True
        if consent.most is not Permission.ALWAYS:
            return False
        return permission_key(tool, consent.mark) in await self.always.names()

    def waiting(self, conversation_id: str) -> tuple[Approval, ...]:
        """What is waited for in a conversation, the oldest first."""
        return tuple(
            approval
            for approval, _ in self._waiting.values()
            if approval.conversation_id == conversation_id
        )

    async def ask(self, approval: Approval) -> Decision:
        """Wait for the user's word; where nobody can be asked, it is no."""
        from .permission import Decision, Permission  # noqa: PLC0415  # no part of the start

        if self._refusal:
            return Decision(Permission.NO, self._refusal.replace("{tool}", approval.tool))
        future = asyncio.get_running_loop().create_future()
        self._waiting[approval.id] = approval, future
        try:
            decision: Decision = await future
        finally:
            del self._waiting[approval.id]
        return decision

    async def decide(self, approval_id: str, decision: Decision) -> None:
        """Give the user's word; a call that waits for the same permission gets it, too.

        Raises:
            OSError: It could not be kept for good; it holds until bnaGPT is closed.
        """
        from .permission import Decision, Permission, permission_key  # noqa: PLC0415  # as above

        found = self._waiting.get(approval_id)
        if found is None:
            return
        approval, future = found
        consent = approval.consent
        granted = consent.granted(decision)
        if granted is Permission.CONVERSATION:
            self._conversations.add(
                (approval.conversation_id, approval.tool, consent.mark, consent.scope)
            )
        _settle(future, decision)
        try:
            if granted is Permission.ALWAYS:
                await self.always.add(permission_key(approval.tool, consent.mark))
        finally:
            for other, waiting in list(self._waiting.values()):
                if await self.is_given(other.conversation_id, other.tool, other.consent):
                    _settle(waiting, Decision(Permission.ONCE))

    async def revoke(self, tool: str) -> None:
        """Ask before a tool acts, as before it was allowed; what the settings say stays.

        Raises:
            OSError: It could not be kept for good; it holds until bnaGPT is closed.
        """
        self._conversations = {known for known in self._conversations if known[1] != tool}
        await self.always.remove(tool)


def _settle(future: asyncio.Future[Decision], decision: Decision) -> None:
    if not future.done():
        future.set_result(decision)
