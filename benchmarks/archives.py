"""Archives to measure with: many conversations, or a long one; ours, and TinyDB's own."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from itertools import accumulate, product
from pathlib import Path
from random import Random
from typing import Final

from bnagpt_tui.backend.models import Conversation, Message, Role, now
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.files import Files

MESSAGES: Final = 20
"""Messages of each conversation of a large archive."""

MESSAGE_BYTES: Final = 400
"""Bytes of each of their texts."""

_COMMON: Final = """
the of and to a in is that it for was on are as with they be at one have this from or had by
a request crosses more hands than one would think each of them may wait
não pode perder nada nem a pergunta nem a metade da resposta que já chegou
"""

_SYLLABLES: Final = "ba ce di fo gu la me ni po ru sa te vi zo ção lé nü"

_TEXTS: Final = 2_000
"""Different texts; more messages say them again, under other numbers."""


class UnsyncedFiles(Files):
    """File operations that wait for no disk: what is made here is made to be thrown away."""

    def sync(self, descriptor: int) -> None:
        """Do nothing."""

    def sync_directory(self, path: Path) -> None:
        """Do nothing."""


@cache
def vocabulary() -> list[str]:
    """Words, the most used ones first."""
    return [*_COMMON.split(), *map("".join, product(_SYLLABLES.split(), repeat=3))]


@cache
def _texts() -> list[str]:
    """Texts of words as often used as they are in languages: the tenth a tenth of the first."""
    chance = Random(7)
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(words))))
    return [" ".join(chance.choices(words, cum_weights=weights, k=120)) for _ in range(_TEXTS)]


def text(number: int) -> str:
    """A text of about `MESSAGE_BYTES` bytes, which begins with the number."""
    joined = f"{number} {_texts()[number * 7919 % _TEXTS]}"
    return joined.encode()[:MESSAGE_BYTES].decode(errors="ignore")


def messages(length: int, seed: int, last: str = "") -> list[Message]:
    """The path of a conversation: questions and answers, each the child of the one before it.

    Args:
        length: How many.
        seed: Another for another conversation.
        last: What the last one ends with.
    """
    path: list[Message] = []
    for number in range(length):
        role = Role.ASSISTANT if number % 2 else Role.USER
        content = text(seed * length + number)
        if number == length - 1:
            content += f"\n\n{last}"
        path.append(Message(role, content, parent=path[-1].id if path else None))
    return path


def name_of(number: int) -> str:
    """The name of a conversation of a large archive."""
    return f"numbat {number:05}"


def build_archive(directory: Path, conversations: int) -> str:
    """Keep so many conversations in a directory; the id of the last used one is returned."""
    repository = Repository(directory, UnsyncedFiles())
    begin = now() - timedelta(days=30)
    last = ""
    for number in range(conversations):
        path = messages(MESSAGES, number)
        moment = begin + timedelta(seconds=number)
        conversation = Conversation(
            name_of(number), head=path[-1].id, named=True, created=moment, updated=moment
        )
        repository.save(conversation, path)
        last = conversation.id
    repository.close()
    return last


def build_pair(directory: Path, long: tuple[str, int], short: tuple[str, int], last: str) -> None:
    """Keep two conversations in a directory.

    Args:
        directory: Where.
        long: The name of one, and how many messages it has.
        short: The same of the other.
        last: What the last message of each ends with.
    """
    repository = Repository(directory, UnsyncedFiles())
    for name, length in (long, short):
        path = messages(length, length, last)
        repository.save(Conversation(name, head=path[-1].id, named=True), path)
    repository.close()


def build_tinydb(file: Path, conversations: int) -> None:
    """Write the same archive as TinyDB's `JSONStorage` would: a document per conversation."""
    documents = {}
    for number in range(conversations):
        kept = [_fields(message) for message in messages(MESSAGES, number)]
        documents[str(number + 1)] = {"name": name_of(number), "messages": kept}
    file.write_text(json.dumps({"_default": documents}), encoding="utf-8")


def _fields(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "parent": message.parent,
        "role": message.role.value,
        "content": message.content,
        "created": message.created.isoformat(),
    }
