"""Presses any key at any moment in the real application, at any size; whatever raises, raises here.

`python -m tests.torture --round keys` does so for as long as one likes.
"""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from textual import events

import bnagpt_tui.app
from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.errors import StreamBrokenError, UnreachableError
from bnagpt_tui.backend.events import (
    EngineEvent,
    Finished,
    FinishReason,
    ReasoningDelta,
    TextDelta,
)
from bnagpt_tui.backend.store import Archive, Repository, Searcher
from tests.fakes import CALLS, DONE, Hands, ScriptedEngine, Sleeper, call, make_chat
from tests.waiting import until

SIZES: Final = ((120, 40), (80, 24), (40, 20), (20, 5), (79, 24), (3, 2), (1, 1), (200, 60))
"""Columns and rows."""

KEYS: Final = (
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "shift+tab"),
    *("enter", "escape", "backspace", "delete", "space", "ctrl+j", "insert", "f1", "f2", "f5"),
    *(f"ctrl+{letter}" for letter in "cdefklnopstuwxy"),
    *("ctrl+home", "ctrl+end", "ctrl+left", "ctrl+right", "shift+up", "shift+end", "alt+enter"),
    *("left_square_bracket", "right_square_bracket", "slash", "question_mark", "at", "minus"),
)
"""Keys that are no letters; those that end or suspend the application are left out."""

WORDS: Final = ("/", "/model ", "/save x", "/web rain", "/tools", "hello", "é漢字", "my draft")
"""What is typed in a burst."""

_CHARACTERS: Final = {"slash": "/", "question_mark": "?", "at": "@", "minus": "-", "space": " "}
_ANSWER: Final = (
    "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\n- [ ] x\n"
)


@dataclass
class _AnyEngine(ScriptedEngine):
    """Answers in one of many ways, now and then slowly, or not at all."""

    chance: random.Random = field(default_factory=random.Random)

    async def stream(self, request: Request) -> AsyncGenerator[EngineEvent, None]:
        kind = self.chance.randrange(8)
        yield ReasoningDelta("Let me think.\n")
        for piece in _ANSWER.splitlines(keepends=True):
            await asyncio.sleep(0.002 if kind < 2 else 0)
            yield TextDelta(piece)
        if kind == 3:
            raise StreamBrokenError("It broke off.")
        if kind == 4:
            raise UnreachableError("Nobody is there.")
        if kind == 5:
            yield Finished(FinishReason.LENGTH, "test-model")
        elif kind in {6, 7} and request.tools:
            yield call("c1", "act" if kind == 6 else "look", '{"code":"1","what":"rain"}')
            yield CALLS
        else:
            yield DONE


class _HomeApp(BnaGPTApp):
    """The application, which opens nothing outside."""

    CSS_PATH = str(Path(bnagpt_tui.app.__file__).with_name("styles.tcss"))

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open nothing."""


def _event(key: str) -> events.Key:
    character = key if len(key) == 1 else _CHARACTERS.get(key)
    return events.Key(key, character)


async def _step(app: BnaGPTApp, chance: random.Random) -> str:
    """Do one thing to the application; return what, for the report of a failure."""
    kind = chance.random()
    if kind < 0.06:
        text = chance.choice(WORDS)
        for character in text:
            app.post_message(events.Key("space" if character == " " else character, character))
        return repr(text)
    if kind < 0.08:
        app.post_message(events.Paste(chance.choice(WORDS) * chance.choice((1, 50))))
        return "paste"
    key = chance.choice(KEYS) if kind < 0.7 else chance.choice(string.ascii_letters)
    app.post_message(_event(key))
    return key


async def press_anything(directory: Path, chance: random.Random, *, keys: int) -> list[str]:
    """Open the application and press keys; return them all.

    Args:
        directory: Where conversations are kept.
        chance: What decides.
        keys: How many keys to press, or things to do like resizing.

    Raises:
        Exception: Whatever the application raised.
    """
    engine = _AnyEngine(chance=chance, tools=True)
    chat = make_chat(
        engine,
        Archive(Repository(directory)),
        sleep=Sleeper(),
        searcher=Searcher(directory, look_every=0),
        toolbox=Hands().box(),
    )
    app = _HomeApp(chat)
    app.longest_wait = 0.1
    done: list[str] = []
    async with app.run_test(size=chance.choice(SIZES), notifications=True) as pilot:
        for _ in range(keys):
            if chance.random() < 0.01:
                size = chance.choice(SIZES)
                done.append(str(size))
                await pilot.resize_terminal(*size)
            done.append(await _step(app, chance))
            pace = chance.random()
            if pace < 0.5:
                await until(lambda: app.has_heard or not app.is_running)
            elif pace < 0.7:
                await asyncio.sleep(0)
            if not app.is_running:
                break
        await until(lambda: app.has_heard or not app.is_running)
    return done
