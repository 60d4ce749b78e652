"""The real application over a scripted engine and a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from textual import events
from textual.pilot import Pilot

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.models import Message
from bnagpt_tui.backend.store import Archive, Repository, Searcher
from bnagpt_tui.screens.chat import ChatScreen
from tests.fakes import ScriptedEngine, Sleeper, Step, make_chat
from tests.waiting import until


@dataclass
class Session:
    """A running application, and what a test wants to know of it."""

    app: BnaGPTApp
    pilot: Pilot[None]
    chat: ChatService
    engine: ScriptedEngine
    repository: Repository

    @property
    def screen(self) -> ChatScreen:
        """The chat screen, also behind a dialog."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def messages(self) -> Sequence[Message]:
        """The path of the open conversation."""
        return self.chat.path(self.screen.open_id)

    def shown(self) -> str:
        """All text of the screen, row by row."""
        return "\n".join(
            "".join(segment.text for segment in strip)
            for strip in self.app.screen._compositor.render_strips()
        )

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each when the one before it was dealt with."""
        for key in keys:
            await self.pilot.press(key)
            await until(lambda: self.app.has_heard or not self.app.is_running)
        await self.pilot.pause()

    async def burst(self, text: str, *, then: Sequence[str] = ()) -> None:
        """Type a text so fast that all of it is there at once, and keys behind it."""
        for character in text:
            key = "space" if character == " " else character
            self.app.post_message(events.Key(key, character))
        for key in then:
            self.app.post_message(events.Key(key, None))
        arrived = asyncio.Event()
        self.app.call_later(arrived.set)
        await arrived.wait()
        await until(lambda: self.app.has_heard)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*(("space" if c == " " else c) for c in text))

    async def ask(self, text: str) -> None:
        """Type a question, send it, and wait for the end of its answer."""
        self.screen.prompt.focus()
        self.screen.prompt.put(text)
        await self.press("enter")
        await self.settled()

    async def settled(self) -> None:
        """Wait until no conversation is being answered and the screen shows so."""
        await until(lambda: not self.chat.running and not self.screen.asking)
        await self.pilot.pause()

    async def sees(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        try:
            await until(lambda: text in self.shown(), seconds=30)
        except TimeoutError:
            pytest.fail(f"{text!r} is not on the screen:\n{self.shown()}")


class OpenApp(Protocol):
    """Opens the application: `async with open_app([script], size=(80, 24)) as session`."""

    def __call__(
        self,
        scripts: Sequence[Sequence[Step]] = (),
        *,
        size: tuple[int, int] = (120, 40),
        engine: ScriptedEngine | None = None,
        name: str = "",
        prepare: Callable[[ChatService], Awaitable[None]] | None = None,
        keys: Mapping[str, str] | None = None,
        **options: object,
    ) -> AbstractAsyncContextManager[Session]: ...


@pytest.fixture
def open_app(repository: Repository, tmp_path: Path) -> OpenApp:
    """Opens the application: `async with open_app([script], size=(80, 24)) as session`."""

    @asynccontextmanager
    async def opening(
        scripts: Sequence[Sequence[Step]] = (),
        *,
        size: tuple[int, int] = (120, 40),
        engine: ScriptedEngine | None = None,
        name: str = "",
        prepare: Callable[[ChatService], Awaitable[None]] | None = None,
        keys: Mapping[str, str] | None = None,
        **options: object,
    ) -> AsyncIterator[Session]:
        engine = engine or ScriptedEngine([*scripts])
        searcher = Searcher(tmp_path / "data", look_every=0)
        chat = make_chat(
            engine,
            Archive(repository),
            sleep=Sleeper(),
            searcher=searcher,
            **options,  # type: ignore[arg-type]  # by name
        )
        if prepare:
            await prepare(chat)
        app = BnaGPTApp(chat, opening=name, keys=keys)
        async with app.run_test(size=size, notifications=True) as pilot:
            session = Session(app, pilot, chat, engine, repository)
            await pilot.pause()
            yield session

    return opening
