"""What somebody types to search, understood.

Words, the last of which may be unfinished; "phrases in quotes"; and the filters `role:user`,
`before:2026-01-31`, `after:2026`, `pinned:yes` and `in:name`. Nothing that can be typed is an
error: what makes no sense is passed over, with a remark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..models import Role
from ..naming import loosely
from ..text import one_line, visible
from .search_text import searchable

MOST_CHARACTERS: Final = 1000
"""Characters that are looked at; what follows them is passed over."""

MOST_WORDS: Final = 24
"""Words and phrases that are looked for; further ones are passed over."""

_PART: Final = re.compile(
    r"(?P<filter>role|before|after|pinned|in):(?=\s|$)"
    r'|(?:(?P<name>role|before|after|pinned|in):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))',
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_YES: Final = frozenset({"yes", "y", "true", "1", "on"})
_NO: Final = frozenset({"no", "n", "false", "0", "off"})


@dataclass(frozen=True, slots=True)
class Query:
    """A search, understood."""

    words: tuple[str, ...] = ()
    """Words and phrases, all of which are to be there, as FTS5 takes them: quoted."""
    roles: tuple[str, ...] = ()
    """Roles, one of which it is to be; empty for any."""
    after: datetime | None = None
    """The first moment that counts."""
    before: datetime | None = None
    """The first moment that counts no more."""
    pinned: bool | None = None
    """Whether the conversation is to be pinned; `None` for either."""
    names: tuple[str, ...] = ()
    """What the conversation's name is to hold, folded."""
    remark: str = ""
    """What could not be understood, in a sentence."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for at all."""
        return replace(self, remark="") == Query()


def parse(text: str) -> Query:
    """The search that a text asks for."""
    text = visible(text[:MOST_CHARACTERS])
    query = Query()
    last = None
    for match in _PART.finditer(text):
        last = match
        value = match["phrase"] or match["word"] or ""
        name = (match["name"] or match["filter"] or "").lower()
        query = _FILTERS[name](query, value) if name else _with_words(query, value)
    if query.words and _is_unfinished(text, last):
        query = replace(query, words=(*query.words[:-1], f"{query.words[-1]} *"))
    return query


def _is_unfinished(text: str, last: re.Match[str] | None) -> bool:
    """Whether the last thing typed is a word that may go on."""
    return bool(last and last["word"] and not last["name"] and last.end() == len(text))


def _with_words(query: Query, value: str) -> Query:
    if len(query.words) >= MOST_WORDS or not any(map(str.isalnum, value)):
        return query
    return replace(query, words=(*query.words, f'"{searchable(value)}"'))


def _with_role(query: Query, value: str) -> Query:
    fitting = [role for role in Role if value and role.startswith(value.lower())]
    if not fitting:
        return _with_remark(query, "role:", "user or assistant", value)
    return replace(query, roles=(*query.roles, *fitting))


def _with_after(query: Query, value: str) -> Query:
    day = _day(value)
    return replace(query, after=day) if day else _with_remark(query, "after:", _DATES, value)


def _with_before(query: Query, value: str) -> Query:
    day = _day(value)
    return replace(query, before=day) if day else _with_remark(query, "before:", _DATES, value)


def _with_pinned(query: Query, value: str) -> Query:
    if value.lower() in _YES | _NO:
        return replace(query, pinned=value.lower() in _YES)
    return _with_remark(query, "pinned:", "yes or no", value)


def _with_name(query: Query, value: str) -> Query:
    if not value.strip():
        return _with_remark(query, "in:", "a part of a conversation's name", value)
    return replace(query, names=(*query.names, loosely(value)))


def _with_remark(query: Query, name: str, wants: str, value: str) -> Query:
    instead = f", not “{one_line(value, 30)}”" if value else ""
    return replace(query, remark=f"{name} takes {wants}{instead}.")


def _day(value: str) -> datetime | None:
    """The beginning, here, of the day, month or year that is named."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    try:
        year, month, day = (int(part or 1) for part in match.groups())
        return datetime(year, month, day).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


_DATES: Final = "a date such as 2026-01-31"

_FILTERS: Final[dict[str, Callable[[Query, str], Query]]] = {
    "role": _with_role,
    "after": _with_after,
    "before": _with_before,
    "pinned": _with_pinned,
    "in": _with_name,
}
