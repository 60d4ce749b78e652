"""The tool that runs Python that a model wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from .base import Tool, ToolContext, ToolResult, tool_from

if TYPE_CHECKING:
    from .sandbox import Sandbox

SECONDS = 60.0
"""How long a call may take; the sandbox itself stops code before."""


def run_python(sandbox: Sandbox) -> Tool:
    """The tool `run_python`.

    Args:
        sandbox: Where the code runs.
    """

    async def run(
        context: ToolContext,
        code: Annotated[str, Meta(description="Python 3 code. What it prints comes back.")],
        fresh: Annotated[bool, Meta(description="Forget earlier definitions first.")] = False,
    ) -> ToolResult:
        """Run Python in a sandbox: no network, maybe only part of the standard library.

        Definitions last within the conversation. The value of the last expression comes back.
        Files written to the working directory are handed to the user.
        """
        return await sandbox.run(context.conversation_id, code, context.report, fresh=fresh)

    return tool_from(
        run, name="run_python", acts=True, seconds=SECONDS, subject="code", language="python"
    )
