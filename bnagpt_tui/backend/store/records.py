"""Domain values and the records that stand for them in a database.

A record keeps what it has and this program does not know, so that a newer bnaGPT and an older
one can share a store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final, TypeVar, get_type_hints

import msgspec

from ..models import Conversation, Message

RECORD_VERSION: Final = 1
"""The version of the records that this program writes."""

_Value = TypeVar("_Value", Conversation, Message)

_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{16}")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_HINTS: Final = {kind: get_type_hints(kind) for kind in (Conversation, Message)}


def document_number(value_id: str) -> int:
    """The number under which TinyDB keeps the record of the value with this id.

    It depends on the id alone, so two processes that keep different values never use the same.
    """
    if _HEXADECIMAL.fullmatch(value_id):
        return int(value_id, 16)
    return int.from_bytes(blake2b(value_id.encode(errors="replace"), digest_size=8).digest())


def record(value: Conversation | Message, kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields to store of a value.

    Args:
        value: What to store.
        kept: The record as it is stored; `None` for a new one.

    Returns:
        The fields that the record must have. Those of a new record that say no more than the
        default are left out.
    """
    new = _clean(msgspec.to_builtins(value))
    if kept is None:
        new = {key: entry for key, entry in new.items() if not _is_default(value, key)}
        return {"version": RECORD_VERSION, **new}
    return {
        key: _merged(kept.get(key), entry)
        for key, entry in new.items()
        if key in kept or not _is_default(value, key)
    }


def _is_default(value: Conversation | Message, name: str) -> bool:
    field: Field[Any] = type(value).__dataclass_fields__[name]
    return field.default is not MISSING and bool(getattr(value, name) == field.default)


def _merged(kept: Any, new: Any) -> Any:
    """The new entry, with what only the kept one has inside."""
    if isinstance(kept, dict) and isinstance(new, dict):
        return {**kept, **{key: _merged(kept.get(key), entry) for key, entry in new.items()}}
    if isinstance(kept, list) and isinstance(new, list | tuple):
        paired = [_merged(old, entry) for old, entry in zip(kept, new, strict=False)]
        return [*paired, *new[len(paired) :]]
    return new


def _clean(entry: Any) -> Any:
    """The entry without halves of characters, which no file can hold."""
    if isinstance(entry, str):
        try:
            entry.encode()
        except UnicodeEncodeError:
            return _SURROGATES.sub("\ufffd", entry)
        return entry
    if isinstance(entry, dict):
        return {key: _clean(inner) for key, inner in entry.items()}
    if isinstance(entry, list | tuple):
        return [_clean(inner) for inner in entry]
    return entry


def conversation_from(
    kept: Mapping[str, Any], conversation_id: str, name: str = "Recovered"
) -> Conversation:
    """The conversation that a record stands for.

    Args:
        kept: The record; entries that make no sense are passed over.
        conversation_id: The id to give it, whatever the record says.
        name: The name to give it when the record has none.
    """
    if kept.get("id") != conversation_id or "name" not in kept:
        kept = {"name": name, **kept, "id": conversation_id}
    conversation = _converted(kept, Conversation) or Conversation(name, conversation_id)
    if conversation.created.tzinfo and conversation.updated.tzinfo:
        return conversation
    return replace(
        conversation, created=_aware(conversation.created), updated=_aware(conversation.updated)
    )


def message_from(kept: Mapping[str, Any], number: int) -> Message | None:
    """The message that a record stands for; `None` when it is beyond recognition.

    Args:
        kept: The record; entries that make no sense are passed over.
        number: Its number in the database, from which a lost id is found again.
    """
    message = _converted(kept if "id" in kept else {**kept, "id": f"{number:016x}"}, Message)
    if message is None or message.created.tzinfo:
        return message
    return replace(message, created=_aware(message.created))


def _converted(kept: Mapping[str, Any], kind: type[_Value]) -> _Value | None:
    try:
        return msgspec.convert(kept, kind)
    except msgspec.ValidationError:
        pass
    sound = {name: kept[name] for name in _HINTS[kind] if _is_sound(kept, name, kind)}
    try:
        return msgspec.convert(sound, kind)
    except msgspec.ValidationError:
        return None


def _is_sound(kept: Mapping[str, Any], name: str, kind: type[Any]) -> bool:
    if name not in kept:
        return False
    try:
        msgspec.convert(kept[name], _HINTS[kind][name])
    except msgspec.ValidationError:
        return False
    return True


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
