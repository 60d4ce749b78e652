"""What the tests of the store share: values, and files that fail when they are told to."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bnagpt_tui.backend.models import Conversation, Message, Outcome, Role
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.files import Files

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A fixed moment, so that values are equal from run to run."""

CHANGING = (
    "make_directory",
    "create",
    "open_lock",
    "open_to_append",
    "write",
    "sync",
    "sync_directory",
    "truncate",
    "replace",
    "link",
    "remove",
    "lock",
)
"""The operations that a save is made of, reading aside."""


def question(text: str = "Why?", **fields: Any) -> Message:
    """A question with a fixed time."""
    return Message(Role.USER, text, created=MONDAY, **fields)


def answer(text: str = "Because.", **fields: Any) -> Message:
    """An answer with a fixed time."""
    return Message(Role.ASSISTANT, text, created=MONDAY, **fields)


def partial(text: str, **fields: Any) -> Message:
    """An answer on its way."""
    return answer(text, outcome=Outcome.INTERRUPTED, **fields)


def conversation(name: str = "Capitals", *, minutes: int = 0, **fields: Any) -> Conversation:
    """A conversation that changed so many minutes after a fixed moment."""
    updated = MONDAY + timedelta(minutes=minutes)
    return Conversation(name, created=MONDAY, updated=updated, **fields)


class FaultyFiles(Files):
    """Files that count their operations and fail at the one that they are told."""

    def __init__(self) -> None:
        self.operations: list[str] = []
        """What was done, in order."""
        self.fail_at = -1
        """The number of the operation that fails; -1 for none."""
        self.error = errno.ENOSPC
        """What the system then says."""
        self.fails: Callable[[str], bool] = lambda operation: False
        """Whether an operation always fails."""

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        if name not in CHANGING:
            return method

        def watched(*arguments: Any, **options: Any) -> Any:
            number = len(self.operations)
            self.operations.append(name)
            if number == self.fail_at or self.fails(name):
                if name == "write":  # a full disk takes what it still can
                    descriptor, data = arguments
                    os.write(descriptor, data[: len(data) // 2])
                raise OSError(self.error, os.strerror(self.error))
            return method(*arguments, **options)

        return watched


def file_of(directory: Path, conversation_id: str) -> Path:
    """Where a conversation's journal lies."""
    return directory / "conversations" / f"{conversation_id}.jsonl"


TALK = [question("one"), answer("two"), question("three")]
"""A question, an answer and a question."""


def kept_talk(directory: Path) -> tuple[Conversation, Path]:
    """A conversation saved message by message, and its file."""
    kept = conversation(head=TALK[-1].id)
    repository = Repository(directory)
    for message in TALK:
        repository.save(kept, [message])
    repository.close()
    return kept, file_of(directory, kept.id)


def texts(messages: list[Message]) -> list[str]:
    return [message.content for message in messages]


class Patient(FaultyFiles):
    """Files whose writes wait until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.may_write = threading.Event()
        self.may_write.set()
        self.is_writing = threading.Event()

    def write(self, descriptor: int, data: bytes) -> None:
        self.is_writing.set()
        self.may_write.wait(30)
        super().write(descriptor, data)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in a thread
            await asyncio.sleep(0.005)


def break_disk(files: FaultyFiles) -> None:
    files.fails = lambda operation: operation in {"create", "open_to_append"}


def mend_disk(files: FaultyFiles) -> None:
    files.fails = lambda operation: False
