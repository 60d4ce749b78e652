"""Does what a model asked for: several tools at once, each with the user's leave."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from .addresses import is_named
from .call_permission import CallPermission
from .calls import MOST_CALLS, result_of
from .citations import next_number
from .errors import StoreError, ToolError
from .events import (
    ApprovalAsked,
    ApprovalSettled,
    NotKept,
    ToolEnded,
    ToolProgressed,
    ToolStarted,
)
from .hidden import without_hidden
from .models import Message, Outcome, Role, ToolCall, now
from .tool_run import ToolRun

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from datetime import datetime

    from .approvals import Approvals
    from .library import Library
    from .origins import Origins
    from .toolbox import Toolbox
    from .tools.base import Tool, ToolContext, ToolResult

SHOWN_EVERY: Final = 0.05
"""Seconds between two pictures of what a running tool says."""

KEPT_EVERY: Final = 0.25
"""Seconds of a running tool's output that are at risk at the most."""

STOPPING_SECONDS: Final = 3.0
"""How long a tool that is stopped may take to end; what it says after that is not heard."""

SOURCES_APART: Final = 10
"""Numbers that lie between the first sources of two calls of one round."""

LATELY: Final = 500
"""Messages of a path that are looked through for earlier results."""

CallEvent: TypeAlias = (
    ToolStarted | ToolProgressed | ToolEnded | ApprovalAsked | ApprovalSettled | NotKept
)
"""What happens while tools are run."""


class Calls:
    """Runs calls and keeps what comes of them.

    Args:
        library: Where results are kept.
        toolbox: The tools.
        approvals: What the user allowed, and who asks.
        origins: Who asked for calls.
        calendar: Tells the present moment, in UTC.
    """

    def __init__(
        self,
        library: Library,
        toolbox: Toolbox,
        approvals: Approvals,
        origins: Origins,
        *,
        calendar: Callable[[], datetime] = now,
    ) -> None:
        self._library = library
        self._toolbox = toolbox
        self._origins = origins
        self._permission = CallPermission(approvals, origins)
        self._calendar = calendar

    def drafts(self, calls: Sequence[ToolCall], parent: str | None) -> tuple[Message, ...]:
        """The results to be of some calls, each following the one before it.

        Args:
            calls: The calls.
            parent: The id of what the first one follows.
        """
        drafts: list[Message] = []
        for call in calls:
            draft = Message(
                Role.TOOL,
                parent=drafts[-1].id if drafts else parent,
                tool_calls=(call,),
                tool_call_id=call.id,
                outcome=Outcome.INTERRUPTED,
                created=self._calendar(),
            )
            drafts.append(draft)
        return tuple(drafts)

    async def run(
        self, conversation_id: str, drafts: Sequence[Message]
    ) -> AsyncGenerator[CallEvent, None]:
        """Do some calls, all at once, and keep their results whatever happens.

        Args:
            conversation_id: Whose calls.
            drafts: Their results to be.
        """
        first = next_number(self._library.path(conversation_id)[-LATELY:])
        events: asyncio.Queue[CallEvent | None] = asyncio.Queue()

        def on_change() -> None:
            events.put_nowait(None)

        runs = [
            ToolRun(draft, first + SOURCES_APART * place, on_change)
            for place, draft in enumerate(drafts)
        ]
        tree = self._library.loaded(conversation_id)
        head = next((draft.id for draft in reversed(drafts) if draft.id not in tree), None)
        if trouble := await self._keep(conversation_id, [run.message for run in runs], head):
            yield NotKept(trouble)
        for run in runs:
            yield ToolStarted(run.message)
        tasks = [
            asyncio.create_task(self._do(conversation_id, run, place, events))
            for place, run in enumerate(runs)
        ]
        try:
            happening = self._until_done(conversation_id, runs, tasks, events)
            async with aclosing(happening) as told:
                async for event in told:
                    yield event
        finally:
            trouble = await self._wind_up(conversation_id, runs, tasks, head)
        if trouble:
            yield NotKept(trouble)

    async def _wind_up(
        self,
        conversation_id: str,
        runs: Sequence[ToolRun],
        tasks: Sequence[asyncio.Task[None]],
        head: str | None,
    ) -> str:
        """End what still runs, and keep all results; what stands against that is returned.

        What is known is kept before the tools are waited for: one that is slow to stop, or a
        second stop meanwhile, takes nothing away.
        """
        running = [task for task in tasks if not task.done()]
        for task in running:
            task.cancel()
        try:
            if running:
                await self._keep(conversation_id, [run.settled() for run in runs], head)
                await asyncio.wait(running, timeout=STOPPING_SECONDS)
        finally:
            for run in runs:
                run.is_left = True
            trouble = await self._keep(conversation_id, [run.settled() for run in runs], head)
        return trouble

    async def _until_done(
        self,
        conversation_id: str,
        runs: Sequence[ToolRun],
        tasks: Sequence[asyncio.Task[None]],
        events: asyncio.Queue[CallEvent | None],
    ) -> AsyncGenerator[CallEvent, None]:
        """Yield what happens, and what the tools say, until all of them have ended."""
        kept = time.monotonic()
        undone = set(tasks)

        def on_done(task: asyncio.Task[None]) -> None:
            undone.discard(task)
            if not undone:  # or else a thousand that end at once would wake nobody for something
                events.put_nowait(None)

        for task in tasks:
            task.add_done_callback(on_done)
        while undone or not events.empty():
            if event := await events.get():
                if isinstance(event, ToolEnded):  # the others may yet take hours
                    await self._keep(conversation_id, [event.result])
                yield event
                continue
            if not any(run.is_changed for run in runs):
                continue
            await asyncio.sleep(SHOWN_EVERY)
            grown = [run.so_far() for run in runs if run.is_changed]
            self._library.set(self._library.get(conversation_id), grown)
            for message in grown:
                yield ToolProgressed(message)
            if time.monotonic() > kept + KEPT_EVERY:
                kept = time.monotonic()
                await self._keep(conversation_id, grown)

    async def _do(
        self,
        conversation_id: str,
        run: ToolRun,
        place: int,
        events: asyncio.Queue[CallEvent | None],
    ) -> None:
        """Do one call; whatever comes of it is in the run."""
        try:
            tool = await self._tool(run.call, place)
            context = await self._context(conversation_id, tool, run)
            is_free = await self._permission.ask(tool, run, context, events.put_nowait)
            run.begin()
            if result := await run.carry_out(tool, replace(context, is_free=is_free)):
                await self._keep_files(run, result)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            run.fail(f"{run.call.name} was broken off by itself.")
        except ToolError as error:
            run.fail(str(error))
        except Exception as error:  # noqa: BLE001  # a tool's fault is never the turn's
            run.fail(f"{run.call.name} failed: {type(error).__name__}: {error}")
        if run.message.outcome is not Outcome.INTERRUPTED:
            self._origins.forget(conversation_id, run.call)
        if not run.is_left:
            self._library.set(self._library.get(conversation_id), (run.message,))
            events.put_nowait(ToolEnded(run.message))

    async def _tool(self, call: ToolCall, place: int) -> Tool:
        """The tool that is called.

        Raises:
            ToolError: There is none, or too many are called.
        """
        if place >= MOST_CALLS:
            raise ToolError(f"Not run: {MOST_CALLS} calls at once are the most.")
        tool = await self._toolbox.find(call.name)
        if tool is None:
            names = ", ".join(tool.name for tool in await self._toolbox.tools())
            raise ToolError(f"There is no tool “{call.name[:80]}”. There are: {names}.")
        return tool

    async def _context(self, conversation_id: str, tool: Tool, run: ToolRun) -> ToolContext:
        """What a tool is to know of a call beside its arguments."""
        from .tools.base import ToolContext  # noqa: PLC0415  # what makes tools is imported late

        path = self._library.path(conversation_id)
        searching = {each.name for each in await self._toolbox.tools(patience=0) if each.searches}

        async def knows(address: str) -> bool:
            return await asyncio.to_thread(is_named, path, address, searching)

        return ToolContext(
            conversation_id,
            first_source=run.first_source,
            report=lambda text: run.report(text, tool.characters),
            earlier=lambda call_id: _seen(result_of(path[-LATELY:], call_id)),
            is_named=knows,
        )

    async def _keep_files(self, run: ToolRun, result: ToolResult) -> None:
        """Keep the files that a tool made beside its result."""
        attachments = []
        for file in result.files:
            try:
                kept = await self._library.archive.keep_file(file.name, file.kind, file.content)
            except StoreError as error:
                run.message = replace(run.message, problem=str(error))
            else:
                attachments.append(kept)
        run.message = replace(run.message, attachments=tuple(attachments))

    async def _keep(
        self, conversation_id: str, messages: Sequence[Message], head: str | None = None
    ) -> str:
        """Write results; what stands against it is returned, empty when nothing does."""
        conversation = self._library.get(conversation_id)
        if head:
            conversation = self._library.touched(conversation_id, head=head)
        return await self._library.try_to_keep(conversation, *messages)


def _seen(content: str | None) -> str | None:
    """A result as models are sent it, so that places in it are the same."""
    return None if content is None else without_hidden(content)[0]
