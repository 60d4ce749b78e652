"""The screens' only door: conversations, questions, answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from .approvals import Approvals
from .branching import branch, choose, turn_to
from .errors import StoreError, StoreUnwritableError
from .history import PromptHistory
from .late_turns import LateTurns
from .library import Changes, Library
from .models import Conversation, Limits, ModelInfo, SearchResults, now
from .options import Calendar, ChatOptions
from .renaming import rename
from .tool_service import ToolService
from .toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .engines.base import Engine
    from .events import TurnEvent
    from .retry import Sleep
    from .setup import Setup
    from .store import Archive, Searcher
    from .store.glance import Glance
    from .tree import Path
    from .turns import Turns


class ChatService:
    """Conversations that are kept, and turns that are answered.

    `library` holds the conversations in memory, `tools` is the door to tools.

    Args:
        engine: Who answers.
        archive: Where everything is kept.
        options: What the settings say.
        sleep: Waits between retries; tests pass their own.
        calendar: Tells the present moment; tests pass their own.
        setup: Tells who answers and changes it; `None` where the engine is fixed.
        history: The prompts that were sent; `None` where none are.
        searcher: Searches in all conversations; `None` where nobody does.
        toolbox: The tools; `None` where there are none.
        approvals: Which tools may act.
    """

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        options: ChatOptions | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        calendar: Calendar = now,
        setup: Setup | None = None,
        history: PromptHistory | None = None,
        searcher: Searcher | None = None,
        toolbox: Toolbox | None = None,
        approvals: Approvals | None = None,
    ) -> None:
        self.engine = engine
        self.library = Library(archive)
        toolbox, approvals = toolbox or Toolbox(), approvals or Approvals()
        options = options or ChatOptions()

        def make() -> Turns:
            from .turns import Turns  # noqa: PLC0415  # the first picture does without

            return Turns(engine, self.library, options, toolbox, approvals, sleep, calendar)

        self._turns = LateTurns(make)
        self.tools = ToolService(engine, self.library, options, toolbox, approvals, self._turns)
        self.setup = setup
        self.history = history or PromptHistory(None)
        self._searcher = searcher

    async def start(self, *, verified: bool = True) -> None:
        """Read the list of conversations; unless verified, `catch_up` compares it with the files.

        Raises:
            StoreError: The list cannot be read.
        """
        await asyncio.gather(self.library.read(verified=verified), self._turns.prepare())

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """All kept conversations, pinned first, then the last used."""
        return self.library.listed

    @property
    def running(self) -> frozenset[str]:
        """Ids of the conversations that are being answered."""
        return frozenset(self.library.busy)

    @property
    def unsaved(self) -> frozenset[str]:
        """Ids of the conversations with something that is not on the disk yet."""
        return self.library.archive.unsaved

    def get(self, conversation_id: str) -> Conversation:
        """What is known of a conversation.

        Raises:
            ConversationNotFoundError: There is none with this id.
        """
        return self.library.get(conversation_id)

    def new(self, name: str = "", *, model: str = "") -> Conversation:
        """A conversation that is kept from its first question on."""
        return self.library.draft(name, model)

    async def find(self, name: str) -> Conversation:
        """The conversation of a name.

        Raises:
            ConversationNotFoundError: None has it.
        """
        return await self.library.archive.find(name)

    async def search(self, text: str) -> SearchResults:
        """What fits a search in all conversations, newest first.

        Raises:
            StoreError: It cannot be searched here.
        """
        if self._searcher is None:
            raise StoreError("There is no search here.")
        found = await self._searcher.search(text)
        return replace(found, hits=self.library.under_their_names(found.hits))

    async def catch_up(self, conversation_id: str) -> Changes:
        """Take in what another process changed: the list, and an open conversation.

        Raises:
            StoreError: The list cannot be read.
        """
        return await self.library.catch_up(conversation_id)

    async def glance(self, conversation_id: str) -> Glance | None:
        """The end of a long conversation, at once; `None` where `open` takes no longer."""
        return await self.library.glance(conversation_id)

    async def open(self, conversation_id: str, *, at: str | None = None) -> Conversation:
        """Read a conversation's messages, `at` being on its path if it can be; what is known of it.

        Raises:
            StoreError: It cannot be read.
        """
        await self.library.tree(conversation_id)
        if at:
            await turn_to(self.library, conversation_id, at)
        return self.library.get(conversation_id)

    def path(self, conversation_id: str) -> Path:
        """The messages from the root to the head of an open conversation."""
        return self.library.path(conversation_id)

    def position(self, conversation_id: str, message_id: str) -> tuple[int, int]:
        """Which of its siblings a message is, counted from 1, and how many there are."""
        return self.library.loaded(conversation_id).position(message_id)

    async def save_as(
        self, conversation_id: str, name: str, *, replacing: bool = False
    ) -> Conversation:
        """Give a conversation a name of the user's.

        Args:
            conversation_id: Which one.
            name: Its new name.
            replacing: Whether another conversation of this name goes to the trash.

        Raises:
            NameTakenError: Another has the name, and `replacing` is false.
            StoreError: It could not be written.
        """
        return await rename(self.library, conversation_id, name, replacing=replacing)

    async def pin(self, conversation_id: str, *, pinned: bool) -> None:
        """Pin a conversation to the top of the list, or let it go.

        Raises:
            StoreError: It could not be written.
        """
        await self.library.keep(replace(self.library.get(conversation_id), pinned=pinned))

    async def set_model(self, conversation_id: str, model: str) -> Conversation:
        """Choose the model that answers in a conversation from here on.

        Raises:
            StoreError: It could not be written.
        """
        changed = replace(self.library.get(conversation_id), model=model)
        await self.library.keep(changed)
        return changed

    async def delete(self, conversation_id: str) -> None:
        """Move a conversation to the trash.

        Raises:
            TurnRunningError: It is being answered.
            StoreError: It could not be moved.
        """
        await self.library.drop(conversation_id)

    async def undo_delete(self) -> Conversation | None:
        """Bring back what was deleted last; `None` when nothing was.

        Raises:
            StoreError: It could not be brought back.
        """
        return await self.library.undo_drop()

    async def branch(self, conversation_id: str, message_id: str) -> Conversation:
        """A new conversation that holds everything up to a message.

        Raises:
            StoreError: It could not be written.
        """
        return await branch(self.library, conversation_id, message_id)

    async def choose(self, conversation_id: str, message_id: str, step: int) -> str | None:
        """Turn to a sibling of a message; the id of the sibling, `None` at either end.

        Raises:
            StoreError: It could not be written.
        """
        return await choose(self.library, conversation_id, message_id, step)

    async def reports(self) -> list[str]:
        """What store and tools found wrong since they were asked last."""
        return [*await self.library.archive.drain_reports(), *self.tools.drain_reports()]

    def model_of(self, conversation_id: str) -> str:
        """The id of the model that would answer now; empty before the engine knows."""
        conversation = self.library.get(conversation_id)
        return self.engine.describe(conversation.model or self.engine.default_model).id

    @property
    def limits(self) -> Limits | None:
        """What the last reply said of the plan; `None` before the first."""
        return self._turns.limits

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models that can be asked at this moment.

        Raises:
            EngineError: The list could not be had.
        """
        return await self.engine.models()

    def send(self, conversation_id: str, text: str) -> AsyncGenerator[TurnEvent, None]:
        """Ask the next question of a conversation. Iterate inside `contextlib.aclosing`.

        Raises:
            TurnRunningError: The conversation is answering another question.
            StoreError: The conversation cannot be read.
        """
        return self._turns().send(conversation_id, text)

    def edit(
        self, conversation_id: str, message_id: str, text: str
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask a question in other words, as `send`; the earlier one stays beside it."""
        return self._turns().edit(conversation_id, message_id, text)

    def regenerate(self, conversation_id: str, message_id: str) -> AsyncGenerator[TurnEvent, None]:
        """Have the question of a message answered once more, as `send`; earlier answers stay."""
        return self._turns().regenerate(conversation_id, message_id)

    def go_on(self, conversation_id: str, message_id: str) -> AsyncGenerator[TurnEvent, None]:
        """Have an answer that was cut gone on with, as `send`: what comes belongs to it."""
        return self._turns().go_on(conversation_id, message_id)

    async def close(self) -> None:
        """Stop the answers that run, keep what came of them, and close store and engine.

        Raises:
            StoreUnwritableError: Something could not be written; the sentence says where it is.
        """
        await self._turns.stop()
        if self._searcher:
            await self._searcher.close()
        try:
            await self.library.archive.close()
        except StoreUnwritableError as error:
            lost = [(self.get(key), self.library.loaded(key)) for key in self.unsaved]
            from .rescue import rescue  # noqa: PLC0415  # seldom needed, and dear to import

            raise StoreUnwritableError(f"{error} {rescue(lost)}") from error
        finally:
            await asyncio.gather(self.engine.aclose(), self.tools.aclose())
