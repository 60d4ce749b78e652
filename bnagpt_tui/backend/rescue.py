"""The last resort: what the store would not take is put where something can be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .models import Conversation, Message
from .paths import PRIVATE_FILE
from .store.exporting import to_json


def rescue(conversations: Iterable[tuple[Conversation, Iterable[Message]]]) -> str:
    """Write conversations as files that `bnagpt import` reads; a sentence says where.

    The directory is a new one among the system's temporary files, readable by its owner alone.
    """
    try:
        directory = _write(conversations)
    except OSError as error:
        return f"They could not be put elsewhere either: {error.strerror}."
    return f"They are in {directory}: “bnagpt import {directory}/*.json” brings them back."


def _write(conversations: Iterable[tuple[Conversation, Iterable[Message]]]) -> Path:
    directory = Path(tempfile.mkdtemp(prefix="bnagpt-rescued-"))
    for conversation, messages in conversations:
        path = directory / f"{conversation.id}.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(to_json(conversation, list(messages)))
    return directory
