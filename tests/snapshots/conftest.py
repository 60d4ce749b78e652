"""What stands still in a snapshot: the clock, the time zone, the age of a conversation."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.models import (
    Conversation,
    Message,
    Outcome,
    Role,
    Source,
    ToolCall,
    Usage,
)
from bnagpt_tui.backend.store import Archive, Repository
from bnagpt_tui.backend.toolbox import Toolbox
from tests.fakes import ScriptedEngine

ASKED = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
"""When every question of the snapshots was asked."""

ANSWER = """\
**Canberra** e **Wellington**, respectivamente.

| País | Capital | População |
|---|---|---:|
| Austrália | Canberra | 456 mil |
| Nova Zelândia | Wellington | 212 mil |

```python
capitals = {"AU": "Canberra", "NZ": "Wellington"}
for country, city in capitals.items():
    print(f"{country}: {city}")
```

1. Both are *not* the largest city.
2. See [the list](https://example.org/capitals).
"""


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are the same everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def talk(
    name: str,
    question: str,
    answer: str,
    *,
    minutes: float = 0.0,
    reasoning: str = "",
    outcome: Outcome = Outcome.COMPLETE,
    problem: str = "",
    pinned: bool = False,
) -> tuple[Conversation, list[Message]]:
    """A conversation of one turn, last used so many minutes ago."""
    asked = Message(Role.USER, question, created=ASKED)
    answered = Message(
        Role.ASSISTANT,
        answer,
        parent=asked.id,
        reasoning=reasoning,
        created=ASKED,
        model="openai/gpt-oss-120b",
        usage=Usage(120, 84, 1.2) if answer else None,
        outcome=outcome,
        problem=problem,
    )
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    conversation = Conversation(name, head=answered.id, pinned=pinned, updated=moment)
    return conversation, [asked, answered]


def keep_some(repository: Repository) -> None:
    """Keep a few conversations."""
    reasoning = "The user asks for two capitals. Canberra, not Sydney; Wellington, not Auckland."
    question = "Qual é a capital da Austrália? E da Nova Zelândia?"
    cut = "The connection was cut in the middle of the answer. Press r to ask again."
    for conversation, messages in (
        talk("Capitais do mundo", question, ANSWER, minutes=2.5, reasoning=reasoning, pinned=True),
        talk("mutex or semaphore", "Which one?", "It depends.", minutes=90),
        talk(
            "release notes",
            "Write them.",
            "## Release notes\n\nThis version brings",
            minutes=180,
            outcome=Outcome.INTERRUPTED,
        ),
        talk(
            "deploy checklist",
            "What comes first?",
            "First, make sure that",
            minutes=4400,
            outcome=Outcome.FAILED,
            problem=cut,
        ),
    ):
        repository.save(conversation, messages)


def result(
    call: ToolCall,
    content: str,
    *,
    sources: tuple[Source, ...] = (),
    outcome: Outcome = Outcome.COMPLETE,
) -> Message:
    """What a tool brought."""
    return Message(
        Role.TOOL,
        content,
        tool_calls=(call,),
        tool_call_id=call.id,
        sources=sources,
        outcome=outcome,
        created=ASKED,
        usage=Usage(seconds=0.8),
    )


def keep_rounds(repository: Repository, question: str, *rounds: Message | ToolCall) -> None:
    """Keep a conversation named `Tools`.

    Args:
        repository: Where.
        question: What was asked.
        rounds: What came then: a result with the answer that called for it before it, an
            answer, or a call that was not done.
    """
    messages = [Message(Role.USER, question, created=ASKED)]
    for item in rounds:
        calls = item.tool_calls if isinstance(item, Message) else (item,)
        if calls:
            asked = Message(
                Role.ASSISTANT,
                parent=messages[-1].id,
                tool_calls=calls,
                created=ASKED,
                model="openai/gpt-oss-120b",
                usage=Usage(120, 84, 1.2),
            )
            messages.append(asked)
        if isinstance(item, Message):
            messages.append(replace(item, parent=messages[-1].id, created=ASKED))
    repository.save(Conversation("Tools", head=messages[-1].id), messages)


@pytest.fixture
def kept(repository: Repository) -> Repository:
    """A store with a few conversations."""
    keep_some(repository)
    return repository


def application(
    repository: Repository,
    opening: str = "",
    *,
    engine: ScriptedEngine | None = None,
    theme: str = "bnagpt",
    toolbox: Toolbox | None = None,
) -> BnaGPTApp:
    """The application over a store, with a clock that stands still."""
    engine = engine or ScriptedEngine(default_model="openai/gpt-oss-120b")
    app = BnaGPTApp(
        ChatService(engine, Archive(repository), calendar=lambda: ASKED, toolbox=toolbox),
        opening=opening,
        theme=theme,
        clock=lambda: 1000.0,
    )
    app.animation_level = "none"
    return app
