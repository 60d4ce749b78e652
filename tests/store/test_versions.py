from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bnagpt_tui.backend.errors import (
    StoreUnwritableError,
)
from bnagpt_tui.backend.models import Attachment
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.lines import seal, unseal

from .store_support import (
    answer,
    conversation,
    file_of,
    kept_talk,
    question,
    texts,
)

MAP = {"name": "map.png", "kind": "image/png", "path": "p", "checksum": "c", "alt": "alt text"}


def test_a_newer_file_can_be_read_and_is_not_changed(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    first, *rest = path.read_bytes().splitlines(keepends=True)
    header = unseal(first.strip())
    assert header is not None
    newer = seal({**header, "version": 2}) + b"".join(rest) + seal([["twist", ["messages"], 5]])
    path.write_bytes(newer)
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert "newer" in repository.drain_reports()[0]
    repository.load(kept.id)
    assert repository.drain_reports() == []
    with pytest.raises(StoreUnwritableError, match="newer bnaGPT"):
        repository.save(kept, [answer("four")])
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert path.read_bytes() == newer


def test_an_older_format_is_upgraded_and_the_original_kept(tmp_path: Path) -> None:
    kept, asked = conversation(id="00000000000000aa"), question()
    record = msgspec.to_builtins(asked)
    lists: dict[str, list[str]] = {"attachments": [], "tool_calls": [], "sources": []}
    old = {
        "conversation": {"1": msgspec.to_builtins(kept)},
        "messages": {str(int(asked.id, 16)): {**record, **lists}},
    }
    path = file_of(tmp_path, kept.id)
    path.parent.mkdir()
    path.write_text(json.dumps(old))
    repository = Repository(tmp_path)
    assert repository.load(kept.id) == (kept, [asked])
    assert json.loads(path.read_text()) == old, "reading upgrades nothing"
    repository.save(kept, [answer("new")])
    original = tmp_path / "kept-aside" / f"{kept.id}-1.jsonl"
    assert json.loads(original.read_text()) == old
    assert str(original) in repository.drain_reports()[0]
    assert texts(Repository(tmp_path).load(kept.id)[1]) == ["Why?", "new"]


def test_unknown_fields_and_values_survive_a_round_trip(tmp_path: Path) -> None:
    repository, kept = Repository(tmp_path), conversation()
    asked = question()
    repository.save(kept, [asked])
    path, number = file_of(tmp_path, kept.id), str(int(asked.id, 16))
    with path.open("ab") as file:
        file.write(seal([["set", ["conversation", "1", "mood"], "sunny"]]))
        file.write(seal([["set", ["messages", number, "stars"], [1, {"deep": True}]]]))
        file.write(seal([["set", ["messages", number, "usage"], {"seconds": 1.5, "cost": 3}]]))
        file.write(seal([["set", ["messages", number, "outcome"], "postponed"]]))
        file.write(seal([["set", ["messages", number, "attachments"], [MAP]]]))
        file.write(seal([["set", ["drafts"], {"1": {"text": "…"}}]]))
    repository = Repository(tmp_path)
    loaded, [message] = repository.load(kept.id)
    assert (loaded, message.content) == (kept, "Why?")
    repository.save(replace(kept, name="Renamed"), [replace(message, content="Edited")])
    two = (replace(message.attachments[0], name="new.png"), Attachment("b", "c", "d", "e"))
    repository.save(kept, [replace(message, content="Edited", attachments=two)])
    text = path.read_text()
    assert all(word in text for word in ("sunny", '"deep":true', '"cost":3', "drafts"))
    assert text.splitlines()[-1].count('"alt":"alt text"') == 1
    again = Repository(tmp_path).load(kept.id)
    assert (again[0].name, again[1][0].content) == ("Capitals", "Edited")
    assert again[1][0].attachments == two
    assert again[1][0].usage == message.usage


def test_a_message_beyond_recognition_is_left_out_and_reported(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    with path.open("ab") as file:
        file.write(seal([["set", ["messages", "77"], {"content": "no role"}]]))
        file.write(seal([["set", ["messages", "eight"], {"role": "user"}]]))
        file.write(seal([["set", ["messages", "78"], {"role": "user", "content": "no id"}]]))
    repository = Repository(tmp_path)
    messages = repository.load(kept.id)[1]
    assert texts(messages) == ["one", "two", "three", "no id"]
    assert messages[-1].id == f"{78:016x}"
    assert "2 messages" in repository.drain_reports()[0]
