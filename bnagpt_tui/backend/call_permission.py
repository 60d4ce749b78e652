"""Whether a call may be done: what was said before, and what the user says now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from .errors import ToolError
from .events import ApprovalAsked, ApprovalSettled
from .origins import Origin
from .permission import Approval, Consent
from .tool_run import subject_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .approvals import Approvals
    from .origins import Origins
    from .tool_run import ToolRun
    from .tools.base import Tool, ToolContext

FROM_FILE: Final = "Read from the conversation's file: nobody asked for it since the start."
"""Why a call is asked about that nobody is known to have made."""

Tell: TypeAlias = "Callable[[ApprovalAsked | ApprovalSettled], None]"
"""Takes what happens while the user is asked."""


class CallPermission:
    """Asks the user before a call, where that is needed.

    Args:
        approvals: What the user allowed, and who asks.
        origins: Who asked for calls.
    """

    def __init__(self, approvals: Approvals, origins: Origins) -> None:
        self._approvals = approvals
        self._origins = origins

    async def ask(self, tool: Tool, run: ToolRun, context: ToolContext, tell: Tell) -> bool:
        """Ask before a call, if it has to be asked about and was not allowed before.

        Args:
            tool: What is called.
            run: The call.
            context: What the tool is to know.
            tell: Takes what happens meanwhile.

        Returns:
            Whether the call may go wherever it is sent: nothing had to be asked, or the settings
            allow the tool.

        Raises:
            ToolError: The user said no, or the call is not to be done at all.
        """
        origin = self._origins.of(context.conversation_id, run.call)
        if origin is Origin.USER:
            return True
        if origin is Origin.FILE:  # whoever wrote the call may have written who named its address
            context = replace(context, is_named=_is_named_by_nobody)
        consent = await tool.consent(context, run.call.arguments)
        if consent is None:
            return True
        if origin is Origin.FILE:
            consent = _for_file(consent)
        if await self._approvals.is_given(context.conversation_id, tool.name, consent):
            return tool.name in self._approvals.settled
        await self._ask(tool, run, context.conversation_id, consent, tell)
        return False

    async def _ask(
        self, tool: Tool, run: ToolRun, conversation_id: str, consent: Consent, tell: Tell
    ) -> None:
        """Ask the user.

        Raises:
            ToolError: The user said no.
        """
        approval = Approval(
            run.message.id,
            conversation_id,
            tool.name,
            subject_of(tool, run.call.arguments),
            tool.language,
            consent,
        )
        tell(ApprovalAsked(approval))
        try:
            decision = await self._approvals.ask(approval)
        finally:
            tell(ApprovalSettled(approval))
        if not decision.is_yes:
            words = decision.words.strip()
            told = f" They say: {words}" if words else ""
            raise ToolError(f"Not run: the user did not allow it.{told}")


async def _is_named_by_nobody(_address: str) -> bool:
    """Trust no address that a file names."""
    return False


def _for_file(consent: Consent) -> Consent:
    """The question about a call that nobody is known to have made: no earlier word spares it."""
    return replace(consent, reason=f"{FROM_FILE} {consent.reason}".rstrip(), heeds_earlier=False)
