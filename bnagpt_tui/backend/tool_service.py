"""What screens do with tools: look at them, switch them, allow them, and run them by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from .approvals import Approvals
    from .engines.base import Engine
    from .events import TurnEvent
    from .library import Library
    from .models import Conversation
    from .options import ChatOptions
    from .permission import Approval, Decision
    from .toolbox import Toolbox
    from .tools.base import Tool
    from .turns import Turns


class Leave(StrEnum):
    """Whether a tool asks before it runs."""

    NEEDS_NONE = "none"
    """It only reads."""
    SOMETIMES = "sometimes"
    """It only reads, and asks about what nobody has named."""
    ASKS = "asks"
    """It acts, and asks first."""
    SETTINGS = "settings"
    """It would ask, and the settings allow it."""
    ALWAYS = "always"
    """It would ask, and the user allowed it for good."""


@dataclass(frozen=True, slots=True)
class ToolState:
    """A tool as a user sees it."""

    name: str
    description: str
    leave: Leave
    """Whether it asks before it runs."""
    acts: bool = True
    """Whether it changes or starts something."""


class ToolService:
    """The door to tools.

    Args:
        engine: Who answers.
        library: The conversations.
        options: What the settings say.
        toolbox: The tools.
        approvals: The user's leave.
        turns: Gives what runs turns.
    """

    def __init__(
        self,
        engine: Engine,
        library: Library,
        options: ChatOptions,
        toolbox: Toolbox,
        approvals: Approvals,
        turns: Callable[[], Turns],
    ) -> None:
        self._engine = engine
        self._options = options
        self._turns = turns
        self._library = library
        self._toolbox = toolbox
        self._approvals = approvals

    async def states(self) -> tuple[ToolState, ...]:
        """All tools, in the order in which models are told of them."""
        always = await self._approvals.always.names()

        def leave(tool: Tool) -> Leave:
            if not tool.acts and tool.asks is None:
                return Leave.NEEDS_NONE
            if tool.name in self._approvals.settled:
                return Leave.SETTINGS
            if tool.key in always:
                return Leave.ALWAYS
            return Leave.ASKS if tool.acts else Leave.SOMETIMES

        return tuple(
            ToolState(tool.name, tool.spec.description, leave(tool), acts=tool.acts)
            for tool in await self._toolbox.tools()
        )

    async def prepare(self) -> None:
        """Make the tools and start what lends some, so that no turn waits for it."""
        await self._toolbox.tools()

    def are_on(self, conversation_id: str) -> bool:
        """Whether models may use tools in a conversation."""
        return self._options.tools_on(self._library.get(conversation_id))

    def are_known(self, conversation_id: str) -> bool:
        """Whether the model that would answer in a conversation can use tools."""
        conversation = self._library.get(conversation_id)
        return self._engine.describe(conversation.model or self._engine.default_model).tools

    async def switch(self, conversation_id: str, *, on: bool) -> Conversation:
        """Let models use tools in a conversation, or not.

        Raises:
            StoreError: It could not be written; it holds until bnaGPT is closed.
        """
        changed = replace(self._library.get(conversation_id), tools=on)
        await self._library.keep(changed)
        return changed

    def waiting(self, conversation_id: str) -> tuple[Approval, ...]:
        """The calls of a conversation that wait for the user's word, the oldest first."""
        return self._approvals.waiting(conversation_id)

    async def decide(self, approval_id: str, decision: Decision) -> None:
        """Give the user's word on a call.

        Raises:
            OSError: It could not be kept for good; it holds until bnaGPT is closed.
        """
        await self._approvals.decide(approval_id, decision)

    async def revoke(self, tool: str) -> None:
        """Ask before a tool acts, though it was allowed before.

        Raises:
            OSError: It could not be kept for good; it holds until bnaGPT is closed.
        """
        await self._approvals.revoke(tool)

    def use(
        self,
        conversation_id: str,
        name: str,
        arguments: Mapping[str, object],
        *,
        question: str = "",
    ) -> AsyncGenerator[TurnEvent, None]:
        """Run a tool for the user, who need not be asked. Iterate inside `contextlib.aclosing`.

        Args:
            conversation_id: The conversation that gets the result.
            name: The tool.
            arguments: What it is called with.
            question: What the model is then asked; empty to ask nothing.

        Raises:
            TurnRunningError: The conversation is answering a question.
            StoreError: The conversation cannot be read.
        """
        return self._turns().use_tool(conversation_id, name, arguments, question=question)

    def resume(self, conversation_id: str) -> AsyncGenerator[TurnEvent, None]:
        """Go on with a turn that was broken off: do what its calls still owe, then ask.

        Raises:
            TurnRunningError: The conversation is answering a question.
            StoreError: The conversation cannot be read.
        """
        return self._turns().resume(conversation_id)

    def drain_reports(self) -> list[str]:
        """What went wrong with tools since the last call, in sentences for the user."""
        return self._toolbox.drain_reports()

    async def aclose(self) -> None:
        """End whatever tools started."""
        await self._toolbox.aclose()
