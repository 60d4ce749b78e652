"""Turns: a question is kept, sent with what the model is to remember, and answered."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .calling import Calls
from .calls import are_whole, can_go_on, users_call
from .errors import NothingAskedError, TurnRunningError
from .library import Library
from .models import Limits, Message, Outcome, Role, new_id, now
from .origins import Origin, Origins
from .planning import Planner
from .turn import Beginning, TurnRunner

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from .approvals import Approvals
    from .engines.base import Engine
    from .events import TurnEvent
    from .options import Calendar, ChatOptions
    from .retry import Sleep
    from .toolbox import Toolbox

CLOSING_SECONDS: Final = 5.0
"""How long closing waits for answers that are being stopped."""

_TURN_END: Final = 64
"""Messages at a path's end among which a broken-off turn's calls are looked for."""


class Turns:
    """Runs the turns of all conversations, one at a time in each."""

    def __init__(
        self,
        engine: Engine,
        library: Library,
        options: ChatOptions,
        toolbox: Toolbox,
        approvals: Approvals,
        sleep: Sleep,
        calendar: Calendar = now,
    ) -> None:
        self._engine = engine
        self._library = library
        self._options = options
        self._calendar = calendar
        self._planner = Planner(
            engine,
            options.instructions,
            context_tokens=options.context_tokens,
            answer_tokens=options.answer_tokens,
            calendar=calendar,
        )
        self._origins = Origins()
        self._calls = Calls(library, toolbox, approvals, self._origins, calendar=calendar)
        self._runner = TurnRunner(
            engine,
            library,
            self._planner,
            self._calls,
            toolbox,
            self._origins,
            rounds=options.tool_rounds,
            journal_seconds=options.journal_seconds,
            sleep=sleep,
            calendar=calendar,
        )
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def limits(self) -> Limits | None:
        """What the last reply said of the plan; `None` before the first."""
        return self._planner.limits

    async def send(self, conversation_id: str, text: str) -> AsyncGenerator[TurnEvent, None]:
        """Ask the next question; see `ChatService.send`."""
        await self._library.tree(conversation_id)
        beginning = Beginning(self._question(text, self._library.get(conversation_id).head))
        async with aclosing(self._turn(conversation_id, beginning)) as events:
            async for event in events:
                yield event

    async def edit(
        self, conversation_id: str, message_id: str, text: str
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask a question in other words; see `ChatService.edit`."""
        tree = await self._library.tree(conversation_id)
        beginning = Beginning(self._question(text, tree[message_id].parent))
        async with aclosing(self._turn(conversation_id, beginning)) as events:
            async for event in events:
                yield event

    async def regenerate(
        self, conversation_id: str, message_id: str
    ) -> AsyncGenerator[TurnEvent, None]:
        """Have a question answered once more; see `ChatService.regenerate`."""
        await self._library.tree(conversation_id)
        beginning = self._again(conversation_id, message_id)
        async with aclosing(self._turn(conversation_id, beginning)) as events:
            async for event in events:
                yield event

    async def go_on(self, conversation_id: str, message_id: str) -> AsyncGenerator[TurnEvent, None]:
        """Go on with an answer that was cut; see `ChatService.go_on`."""
        tree = await self._library.tree(conversation_id)
        cut = tree[message_id]
        if not can_go_on(cut):
            raise NothingAskedError("There is nothing of this answer to go on with.")
        if self._library.get(conversation_id).head != cut.id or tree.tip(cut.id) != cut.id:
            cut = replace(cut, id=new_id())  # what followed it goes on following what it was
        async with aclosing(self._turn(conversation_id, Beginning(cut=cut))) as events:
            async for event in events:
                yield event

    async def resume(self, conversation_id: str) -> AsyncGenerator[TurnEvent, None]:
        """Go on with a turn that was broken off between tools; see `ChatService.resume`."""
        await self._library.tree(conversation_id)
        beginning = self._rest(self._library.path(conversation_id)[-_TURN_END:])
        async with aclosing(self._turn(conversation_id, beginning)) as events:
            async for event in events:
                yield event

    async def use_tool(
        self,
        conversation_id: str,
        name: str,
        arguments: Mapping[str, object],
        *,
        question: str = "",
    ) -> AsyncGenerator[TurnEvent, None]:
        """Run a tool for the user; see `ChatService.use_tool`."""
        await self._library.tree(conversation_id)
        head = self._library.get(conversation_id).head
        asked = self._question(question, head) if question else None
        call = users_call(name, arguments)
        self._origins.note(conversation_id, (call,), Origin.USER)
        drafts = self._calls.drafts((call,), asked.id if asked else head)
        beginning = Beginning(asked, results=drafts, asks=bool(question))
        async with aclosing(self._turn(conversation_id, beginning)) as events:
            async for event in events:
                yield event

    async def stop(self) -> None:
        """Stop every turn and wait until what came of it is kept."""
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSING_SECONDS)

    def _question(self, text: str, parent: str | None) -> Message:
        return Message(Role.USER, text, parent=parent, created=self._calendar())

    def _again(self, conversation_id: str, message_id: str) -> Beginning:
        """What a second answer begins with: the question, and what the user had found for it.

        Raises:
            NothingAskedError: There is no question above the message.
        """
        path = self._library.path(conversation_id)
        if (place := path.index_of(message_id)) is None:  # it stands on another branch
            path = self._library.loaded(conversation_id).path(message_id)
            place = len(path) - 1
        begin = next((at for at in range(place, -1, -1) if path[at].role is Role.USER), None)
        if begin is None:
            raise NothingAskedError("There is no question above this that could be answered again.")
        end = begin
        # What stands right under a question was brought before anybody answered: by the user.
        while end + 1 < len(path) and (found := path[end + 1]).role is Role.TOOL:
            if found.outcome is Outcome.INTERRUPTED:
                break
            end += 1
        return Beginning(path[begin]) if end == begin else Beginning(head=path[end].id)

    def _rest(self, path: Sequence[Message]) -> Beginning:
        """What a broken-off turn still owes at a path's end: results, and an answer."""
        results: list[Message] = []
        before: Message | None = None
        for message in reversed(path):
            if message.role is not Role.TOOL:
                before = message
                break
            results.append(message)
        known = {result.tool_call_id for result in results}
        calls = before.tool_calls if before and are_whole(before) else ()
        undone = [
            item
            for item in reversed(results)
            if item.outcome is Outcome.INTERRUPTED and item.tool_calls  # a file may name no call
        ]
        owed = [call for call in calls if call.id not in known]
        drafts = (*undone, *self._calls.drafts(owed, path[-1].id if path else None))
        is_awaited = before is not None and (before.role is Role.USER or bool(before.tool_calls))
        return Beginning(results=drafts, asks=is_awaited or not drafts)

    async def _turn(
        self, conversation_id: str, beginning: Beginning
    ) -> AsyncGenerator[TurnEvent, None]:
        if conversation_id in self._library.busy:
            raise TurnRunningError("This conversation is still answering.")
        task = asyncio.current_task()
        tools = self._options.tools_on(self._library.get(conversation_id))
        self._library.busy.add(conversation_id)
        self._library.archive.begin_answer(conversation_id)
        if task:
            self._tasks.add(task)
        try:
            async with aclosing(
                self._runner.run(conversation_id, beginning, tools=tools)
            ) as events:
                async for event in events:
                    yield event
        finally:
            self._library.busy.discard(conversation_id)
            self._library.archive.end_answer(conversation_id)
            if task:
                self._tasks.discard(task)
