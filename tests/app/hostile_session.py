"""An application in which every value of every kind may hold a text that means harm."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.color import ColorSystem
from textual.geometry import Size
from textual.pilot import Pilot

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.errors import EngineError, RequestRefusedError
from bnagpt_tui.backend.events import Finished, FinishReason, ReasoningDelta, ToolCallDelta
from bnagpt_tui.backend.models import (
    Attachment,
    Conversation,
    Message,
    ModelInfo,
    Outcome,
    Role,
    Source,
    ToolCall,
)
from bnagpt_tui.backend.store import Archive, Repository, Searcher
from bnagpt_tui.terminal.drawable import drawable_update
from bnagpt_tui.terminal.picture import Picture
from bnagpt_tui.widgets.prompt import Prompt
from tests.fakes import DONE, Hands, ScriptedEngine, Sleeper, Step, make_chat
from tests.hostile import hostile, obeyed
from tests.terminal.frames import CONSOLE

KEYS = (
    ("f1",),
    ("f2",),
    ("ctrl+o",),
    ("ctrl+s",),
    ("ctrl+f", "p", "l", "a", "i", "n"),
    ("ctrl+p",),
    ("slash",),
)
"""Keys that open what shows such values; Escape leads back."""


def conversation(chance: random.Random) -> tuple[Conversation, list[Message]]:
    """A conversation with hostile words wherever there are words."""

    def text() -> str:
        return hostile(chance)

    call = ToolCall(text(), text(), text())
    file = Attachment(text(), text(), "0" * 64, "0" * 64)
    source = Source(1, text(), f"https://{text()}", text())
    messages = [
        Message(Role.SYSTEM, text()),
        Message(Role.USER, text(), attachments=(file,)),
        Message(
            Role.ASSISTANT,
            text(),
            reasoning=text(),
            model=text(),
            tool_calls=(call,),
            problem=text(),
        ),
        Message(Role.TOOL, text(), tool_calls=(call,), tool_call_id=call.id, sources=(source,)),
        Message(
            Role.ASSISTANT,
            text(),
            sources=(source,),
            outcome=chance.choice(list(Outcome)),
            problem=text(),
            model=text(),
        ),
    ]
    path: list[Message] = []
    for message in messages:
        path.append(replace(message, parent=path[-1].id if path else None))
    return Conversation(text(), head=path[-1].id, model=text(), named=True), path


def answer(chance: random.Random) -> list[Step]:
    """An answer with hostile words, names and ids; it may end in an error."""
    steps: list[Step] = [ReasoningDelta(hostile(chance)), hostile(chance)]
    if chance.random() < 0.5:
        steps.append(ToolCallDelta(0, hostile(chance), hostile(chance), hostile(chance)))
        steps.append(Finished(FinishReason.TOOL_CALLS, hostile(chance), completion_tokens=2))
    elif chance.random() < 0.5:
        error: EngineError = RequestRefusedError(hostile(chance))
        steps.append(error)
    else:
        steps.append(Finished(FinishReason.STOP, hostile(chance), completion_tokens=2))
    return steps


def sent(app: BnaGPTApp) -> Iterator[str]:
    """What the screen as it is makes a terminal be sent, in our way of drawing and Textual's."""
    update = app.screen._compositor.render_full_update()
    for colours in (ColorSystem.TRUECOLOR, ColorSystem.STANDARD):
        yield Picture(Size(*app.size), colours).draw(update)
    safe = drawable_update(update)
    assert safe is not None
    yield safe.render_segments(CONSOLE)


def check(app: BnaGPTApp) -> None:
    """Nothing on the screen commands the terminal, or floods it."""
    for sequence in sent(app):
        assert not obeyed(sequence)
        assert len(sequence) < 400_000
        sequence.encode()


async def visit(app: BnaGPTApp, pilot: Pilot[None], chance: random.Random) -> None:
    """Look at everything that there is to see."""
    check(app)
    app.notify(hostile(chance), title=hostile(chance), markup=False)
    for keys in KEYS:
        await pilot.press(*keys)
        await pilot.pause()
        check(app)
        await pilot.press("escape")
        await pilot.pause()
    await pilot.press("tab", "o", "up", "up", "o")
    await pilot.pause()
    check(app)


async def meet(directory: Path, seed: int) -> None:
    """Open the application on hostile values, have it answer, and look at it all.

    Args:
        directory: Where it keeps things.
        seed: What it meets.
    """
    chance = random.Random(seed)
    repository = Repository(directory)
    for _ in range(3):
        repository.save(*conversation(chance))
    engine = ScriptedEngine(
        [answer(chance) for _ in range(8)],
        title=hostile(chance),
        default_model=hostile(chance),
        offered=tuple(ModelInfo(hostile(chance), owner=hostile(chance)) for _ in range(4)),
        tools=True,
    )
    engine.scripts += [["end", DONE]] * 8
    chat = make_chat(
        engine,
        Archive(repository),
        sleep=Sleeper(),
        searcher=Searcher(directory, look_every=0),
        toolbox=Hands().box(),
    )
    app = BnaGPTApp(chat, opening=repository.conversations()[0].name)
    size = chance.choice([(120, 40), (80, 24), (40, 20), (12, 6)])
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        await visit(app, pilot, chance)
        await asked(app, pilot, hostile(chance))
        check(app)
        await visit(app, pilot, chance)


async def asked(app: BnaGPTApp, pilot: Pilot[None], text: str) -> None:
    """Send a question, and look on until it is answered."""
    prompt = app.screen_stack[0].query_one(Prompt)
    prompt.focus()
    prompt.put(f"say {text}")
    await pilot.press("enter")
    await pilot.pause()
    while app.chat.running:
        check(app)
        await pilot.pause()
    await pilot.pause()
