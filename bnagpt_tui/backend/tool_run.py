"""One call while it is done: what came of it so far, and how it ended."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from .calls import values_of
from .models import Message, Outcome, ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tools.base import Tool, ToolContext, ToolResult


class ToolRun:
    """One call while it is done.

    Args:
        message: The result to be; the call is in it.
        first_source: The number of the first page that it finds.
        on_change: Called when there is output that was not shown yet.
    """

    def __init__(self, message: Message, first_source: int, on_change: Callable[[], None]) -> None:
        self.message = replace(message, content="", outcome=Outcome.INTERRUPTED)
        """The result as it stands."""
        self.first_source = first_source
        """The number of the first page that it finds."""
        self.is_changed = False
        """Whether it has more in it than was shown."""
        self.is_left = False
        """Whether nobody waits for it any more: what it does now changes nothing."""
        self._on_change = on_change
        self._output: list[str] = []
        self._size = 0
        self._begun = time.monotonic()

    @property
    def call(self) -> ToolCall:
        """The call."""
        return self.message.tool_calls[0]

    def begin(self) -> None:
        """Count the time from here: until now the user was asked."""
        self._begun = time.monotonic()

    async def carry_out(self, tool: Tool, context: ToolContext) -> ToolResult | None:
        """Run the tool within its time; `None` when that was not enough."""
        try:
            async with asyncio.timeout(tool.seconds) as limit:
                result = await tool.run(context, self.call.arguments)
        except TimeoutError:
            if not limit.expired():
                raise
            self.fail(f"{tool.name} did not end within {tool.seconds:.0f} seconds and was stopped.")
            return None
        content = result.content
        if len(content) > tool.characters:
            content = (
                f"{content[: tool.characters]}\n[The rest, {len(content) - tool.characters} "
                "characters, was not kept.]"
            )
        self.end(content, Outcome.FAILED if result.failed else Outcome.COMPLETE, result)
        return result

    def report(self, text: str, most: int) -> None:
        """Take more of the output; what goes beyond the most characters is dropped."""
        if self._size >= most or self.is_left or self.message.usage is not None:
            return
        self._output.append(text[: most - self._size])
        self._size += len(text)
        if not self.is_changed:
            self.is_changed = True
            self._on_change()

    def settled(self) -> Message:
        """The result at the end: what was stopped keeps what it said until then."""
        return self.so_far() if self.message.usage is None else self.message

    def so_far(self) -> Message:
        """The result with the output so far."""
        self._output = ["".join(self._output)]
        self.is_changed = False
        self.message = replace(self.message, content=self._output[0])
        return self.message

    def end(self, content: str, outcome: Outcome, result: ToolResult | None = None) -> None:
        """Note how it ended, unless nobody waits for it."""
        if self.is_left:
            return
        seconds = round(time.monotonic() - self._begun, 3)
        self.is_changed = False
        self.message = replace(
            self.message,
            content=content,
            outcome=outcome,
            usage=Usage(seconds=max(seconds, 0.001)),
            sources=result.sources if result else (),
        )

    def fail(self, sentence: str) -> None:
        """Note that it did not work, with what was said until then."""
        output = self.so_far().content.rstrip()
        self.end(f"{output}\n{sentence}" if output else sentence, Outcome.FAILED)


def subject_of(tool: Tool | None, arguments: str) -> str:
    """What a call will do, in full: the argument that says it, or all of them, one to a line."""
    values = values_of(arguments)
    if values is None:
        return arguments
    subject = values.pop(tool.subject, None) if tool and tool.subject else None
    lines = [
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
    ]
    return "\n".join([subject, *lines] if isinstance(subject, str) else lines)


def short_arguments(arguments: str) -> str:
    """A call's arguments without their names, for a title."""
    values = values_of(arguments)
    return arguments if values is None else " ".join(map(str, values.values()))
