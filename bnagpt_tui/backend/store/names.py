"""Finding the conversation that somebody means by a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Final

from ..errors import ConversationNotFoundError
from ..models import Conversation
from ..naming import folded
from ..text import one_line

_COMPARED: Final = 80
"""Characters of a name that are looked at for likeness."""

_SHOWN: Final = 5
"""Names that are listed when several fit."""


def find(conversations: Iterable[Conversation], name: str) -> Conversation:
    """The conversation that is meant: by its exact name, a like name, a beginning or its id.

    Args:
        conversations: Those to choose from.
        name: What the user wrote.

    Returns:
        The conversation. No two have one name where names are looked after; of such as have,
        the one that was made first, which is the one that keeps the name.

    Raises:
        ConversationNotFoundError: None fits, or the beginning fits several.
    """
    conversations = list(conversations)
    oldest_first = sorted(conversations, key=lambda each: (each.created, each.id))
    wanted = folded(name)
    rules: tuple[Callable[[Conversation], bool], ...] = (
        lambda each: folded(each.name) == wanted,
        lambda each: each.id == name,
    )
    for fits in rules:
        if found := next(filter(fits, oldest_first), None):
            return found
    newest_first = sorted(conversations, key=lambda each: each.updated, reverse=True)
    return _by_beginning(newest_first, name)


def _by_beginning(conversations: list[Conversation], name: str) -> Conversation:
    wanted = folded(name)
    found = [each for each in conversations if wanted and folded(each.name).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    shown = one_line(name, _COMPARED)
    if found:
        raise ConversationNotFoundError(
            f"Several conversations begin with “{shown}”: {_listed(found[:_SHOWN])}. "
            "Write more of the name."
        )
    nearest = _nearest(conversations, wanted)
    hint = f" Did you mean {_listed([nearest])}?" if nearest else ""
    raise ConversationNotFoundError(f"There is no conversation named “{shown}”.{hint}")


def _nearest(conversations: list[Conversation], wanted: str) -> Conversation | None:
    by_name = {folded(each.name)[:_COMPARED]: each for each in reversed(conversations)}
    close = get_close_matches(wanted[:_COMPARED], by_name, n=1, cutoff=0.5)
    return by_name[close[0]] if close else None


def _listed(conversations: list[Conversation]) -> str:
    return ", ".join(f"“{one_line(each.name, _COMPARED)}”" for each in conversations)
