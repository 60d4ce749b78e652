"""Files to be imported, made and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bnagpt_tui.backend.errors import ImportFileError
from bnagpt_tui.backend.models import Conversation, Message, Role
from bnagpt_tui.backend.store.exporting import to_json
from bnagpt_tui.backend.store.importing import ImportResult, read_import

SAVED = {
    "Capitais": [
        {"role": "user", "content": "Qual é a capital da Austrália?"},
        {"role": "assistant", "content": "Canberra"},
    ],
    "../../etc/passwd": [{"role": "user", "content": "hi"}],
}


def read(file: Path, value: Any) -> ImportResult:
    if not isinstance(value, bytes):
        value = (value if isinstance(value, str) else json.dumps(value)).encode()
    file.write_bytes(value)
    return read_import(file)


def refused(file: Path, value: Any) -> str:
    with pytest.raises(ImportFileError) as caught:
        read(file, value)
    return str(caught.value)


def own(**changes: Any) -> dict[str, Any]:
    question = Message(Role.USER, "Q", id="q")
    answer = Message(Role.ASSISTANT, "A", id="a", parent="q")
    exported: dict[str, Any] = json.loads(
        to_json(Conversation("Own", id="0123456789abcdef", head="a"), [question, answer])
    )
    return exported | changes
