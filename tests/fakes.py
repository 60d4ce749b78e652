"""Engines and archives that tests pass in where the application has real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from bnagpt_tui.backend.approvals import Approvals
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.errors import EngineError
from bnagpt_tui.backend.events import (
    EngineEvent,
    Finished,
    FinishReason,
    TextDelta,
    ToolCallDelta,
)
from bnagpt_tui.backend.models import Conversation, ModelInfo, Source
from bnagpt_tui.backend.options import ChatOptions
from bnagpt_tui.backend.store import Archive, Searcher
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.base import (
    ProducedFile,
    Tool,
    ToolContext,
    ToolResult,
    tool_from,
)
from bnagpt_tui.backend.tools.read_more import read_more

DONE = Finished(FinishReason.STOP, "test-model", completion_tokens=2)
CALLS = Finished(FinishReason.TOOL_CALLS, "test-model", completion_tokens=2)


class Gate:
    """Stands in a script: the stream waits here until the test opens it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await self.opened.wait()

    def open(self) -> None:
        self.opened.set()


Step = EngineEvent | EngineError | Gate | str


@dataclass
class ScriptedEngine:
    """Plays one script for each request; without a script it echoes the question."""

    scripts: list[Sequence[Step]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    title: str = "Groq"
    default_model: str = "test-model"
    offered: tuple[ModelInfo, ...] = (ModelInfo("other-model"), ModelInfo("test-model"))
    fault: EngineError | None = None
    window: int = 100_000
    tools: bool = False
    closed: bool = False

    async def prepare(self) -> None:
        if self.fault:
            raise self.fault

    async def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        self.requests.append(request)
        script = self.scripts.pop(0) if self.scripts else self._echo(request)
        for step in script:
            await asyncio.sleep(0)
            if isinstance(step, EngineError):
                raise step
            if isinstance(step, Gate):
                await step.wait()
            else:
                yield TextDelta(step) if isinstance(step, str) else step

    async def models(self) -> tuple[ModelInfo, ...]:
        if self.fault:
            raise self.fault
        return self.offered

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(
            model,
            context_window=self.window,
            max_completion_tokens=self.window,
            tools=self.tools,
        )

    async def aclose(self) -> None:
        self.closed = True

    def _echo(self, request: Request) -> Sequence[Step]:
        return (f"You said: {request.messages[-1].content}", DONE)


class Sleeper:
    """Waits for nothing and remembers how long it should have."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)
        await asyncio.sleep(0)


def make_chat(
    engine: ScriptedEngine,
    archive: Archive,
    *,
    sleep: Sleeper | None = None,
    searcher: Searcher | None = None,
    toolbox: Toolbox | None = None,
    approvals: Approvals | None = None,
    **options: object,
) -> ChatService:
    """A chat service over a scripted engine and a real store."""
    chosen = ChatOptions(journal_seconds=0.01, **options)  # type: ignore[arg-type]  # by name
    waits = sleep or Sleeper()
    return ChatService(
        engine,
        archive,
        chosen,
        sleep=waits,
        searcher=searcher,
        toolbox=toolbox,
        approvals=approvals,
    )


def call(call_id: str, name: str, arguments: str = "{}", index: int = 0) -> ToolCallDelta:
    """A whole tool call in one piece."""
    return ToolCallDelta(index, call_id, name, arguments)


@dataclass
class Hands:
    """Tools for tests, and what was done with them."""

    done: list[str] = field(default_factory=list)
    gate: Gate = field(default_factory=Gate)

    def box(self) -> Toolbox:
        """A box with all of them."""
        return Toolbox(lambda: Kit(self.tools()))

    def tools(self) -> tuple[Tool, ...]:
        """`look` searches, `act` acts, `stuck` acts late, `slow` talks and waits, `broken` is."""

        async def look(context: ToolContext, what: str) -> ToolResult:
            """Look something up."""
            self.done.append(f"look {what}")
            number = context.first_source
            page = Source(number, f"About {what}", f"https://example.org/{what}", "A page.")
            return ToolResult(f"[{number}] {what} is fine.", sources=(page,))

        async def act(_context: ToolContext, code: str) -> ToolResult:
            """Do something."""
            self.done.append(f"act {code}")
            return ToolResult(f"did {code}", files=(ProducedFile("a.txt", "text/plain", b"hi"),))

        async def slow(context: ToolContext) -> ToolResult:
            """Take long."""
            context.report("half ")
            context.report("way")
            await self.gate.wait()
            self.done.append("slow")
            return ToolResult("all the way")

        async def stuck(_context: ToolContext, code: str) -> ToolResult:
            """Do something, when it is let."""
            await self.gate.wait()
            self.done.append(f"stuck {code}")
            return ToolResult(f"did {code}")

        async def broken(_context: ToolContext) -> ToolResult:
            """Break."""
            raise ZeroDivisionError("by nought")

        return (
            tool_from(look, searches=True, subject="what"),
            tool_from(act, acts=True, subject="code", language="python"),
            tool_from(slow, seconds=5),
            tool_from(broken),
            read_more(),
            tool_from(stuck, acts=True),
        )


def names(conversations: Sequence[Conversation]) -> list[str]:
    """The names of conversations, in their order."""
    return [conversation.name for conversation in conversations]
