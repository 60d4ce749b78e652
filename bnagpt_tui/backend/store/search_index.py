"""The search index's tables: brought up to date, and asked.

A row of the full-text table is a piece of a message, numbered by the time of the message, so
that the newest are found first and without looking at the others. Its tags, words like any
others to SQLite, say who the message is from and which conversation it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zlib import crc32

from ..models import Conversation, Hit, Message, Role, SearchResults
from ..naming import loosely
from .search_query import Query, parse
from .search_text import BEGIN, END, fragments, pieces, searchable

if TYPE_CHECKING:
    from sqlite3 import Connection

NAME_ROLE: Final = "name"
"""The role under which a conversation's name is found."""

_LOW_BITS: Final = 20
_MOST_MILLISECONDS: Final = (1 << (63 - _LOW_BITS)) - 1
_LAST: Final = (1 << 63) - 1
_MOST_TAGS: Final = 200
_SNIPPET_WORDS: Final = 20

_ROLES: Final = (*Role, NAME_ROLE)

_FIND: Final = f"""
SELECT conversation.id, conversation.name, message.id, message.role, message.created,
    snippet(words, 0, '{BEGIN}', '{END}', '…', {_SNIPPET_WORDS})
FROM words
CROSS JOIN message ON message.number = words.rowid
CROSS JOIN conversation ON conversation.number = message.conversation
WHERE words MATCH ? AND words.rowid BETWEEN ? AND ?%s
ORDER BY words.rowid DESC
"""  # noqa: S608 - nothing in it comes from outside


class StoppedError(Exception):
    """A conversation is not indexed to its end: the application is."""


class FileState(NamedTuple):
    """What tells one state of a conversation's file from another."""

    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A conversation as it is to be in the index."""

    conversation: Conversation
    """What is known of it."""
    messages: tuple[Message, ...]
    """All its messages, also those beside the path."""
    state: FileState
    """The file that it was read from."""


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Change the index in the block, or nothing of it.

    Raises:
        sqlite3.DatabaseError: It cannot be changed.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def states(connection: Connection) -> dict[str, FileState]:
    """The files that the index is from, by conversation."""
    rows = connection.execute("SELECT id, size, modified FROM conversation")
    return {row[0]: FileState(row[1], row[2]) for row in rows}


def state(connection: Connection, conversation_id: str) -> FileState | None:
    """The file that a conversation's part of the index is from; `None` when it has none."""
    found = connection.execute(
        "SELECT size, modified FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    return FileState(*found) if found else None


def forget(connection: Connection, conversation_id: str) -> None:
    """Take a conversation out of the index; in a transaction."""
    numbers = [number for _, _, number in _rows(connection, _number(connection, conversation_id))]
    _remove(connection, numbers)
    connection.execute("DELETE FROM conversation WHERE id = ?", (conversation_id,))


def take(
    connection: Connection, new: Indexed, is_stopped: Callable[[], bool] = lambda: False
) -> None:
    """Make the index say what a conversation says; in a transaction.

    It costs what changed, once the messages are compared by their checksums.

    Args:
        connection: The index.
        new: The conversation.
        is_stopped: Asked now and then whether to give it up.

    Raises:
        StoppedError: It was given up.
        sqlite3.DatabaseError: The index cannot be changed.
    """
    talk = new.conversation
    connection.execute(
        "INSERT INTO conversation(id, name, folded, pinned, size, modified)"
        " VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET name = excluded.name,"
        " folded = excluded.folded, pinned = excluded.pinned, size = excluded.size,"
        " modified = excluded.modified",
        (talk.id, talk.name, loosely(talk.name), talk.pinned, *new.state),
    )
    number = _number(connection, talk.id)
    wanted = {(text.id, text.checksum): text for text in _texts(new)}
    kept = set()
    outdated = []
    for message_id, checksum, row in _rows(connection, number):
        if (message_id, checksum) in wanted:
            kept.add((message_id, checksum))
        else:
            outdated.append(row)
    _remove(connection, outdated)
    for key in wanted.keys() - kept:
        if is_stopped():
            raise StoppedError
        _add(connection, number, wanted[key], is_stopped)


def find(connection: Connection, text: str, limit: int) -> SearchResults:
    """What a search finds; how much is indexed is left open.

    Args:
        connection: The index.
        text: What was typed.
        limit: The most hits.

    Raises:
        sqlite3.DatabaseError: The index is of no use.
    """
    query = parse(text)
    if query.is_empty:
        return SearchResults((), 0, 0, query.remark)
    hits: dict[tuple[str, str], Hit] = {}
    with closing(connection.execute(*_statement(connection, query))) as rows:
        for row in rows:
            hits.setdefault((row[0], row[2]), _hit(row))
            if len(hits) >= limit:
                break
    return SearchResults(tuple(hits.values()), 0, 0, query.remark)


class _Text(NamedTuple):
    """Something with words in it."""

    id: str
    role: str
    created: datetime
    text: str
    checksum: int


def _texts(new: Indexed) -> Iterator[_Text]:
    """Yield what is to be found of a conversation: its messages, and a name of the user's."""
    talk = new.conversation
    if talk.named:
        yield _text("", NAME_ROLE, talk.created, talk.name)
    for message in new.messages:
        if message.content:
            yield _text(message.id, message.role, message.created, message.content)


def _text(message_id: str, role: str, created: datetime, text: str) -> _Text:
    data = f"{role} {created.isoformat()} {text}".encode(errors="replace")
    return _Text(message_id, role, created, text, crc32(data))


def _number(connection: Connection, conversation_id: str) -> int:
    found = connection.execute(
        "SELECT number FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    return found[0] if found else -1


def _rows(connection: Connection, number: int) -> list[tuple[str, int, int]]:
    return connection.execute(
        "SELECT id, checksum, number FROM message WHERE conversation = ?", (number,)
    ).fetchall()


def _remove(connection: Connection, numbers: Iterable[int]) -> None:
    rows = [(number,) for number in numbers]
    connection.executemany("DELETE FROM words WHERE rowid = ?", rows)
    connection.executemany("DELETE FROM message WHERE number = ?", rows)


def _add(
    connection: Connection, conversation: int, text: _Text, is_stopped: Callable[[], bool]
) -> None:
    created = text.created.timestamp()
    spread = crc32(f"{conversation} {text.id}".encode()) >> 22
    number = _first_number(created) + (text.created.microsecond % 1000 << 10) + spread
    tags = f"{text.role} {_tag(conversation)}"
    for piece in map(searchable, pieces(text.text)):
        if is_stopped():
            raise StoppedError
        number = _free(connection, number)
        connection.execute(
            "INSERT INTO message VALUES(?, ?, ?, ?, ?, ?)",
            (number, conversation, text.id, text.role, created, text.checksum),
        )
        connection.execute(
            "INSERT INTO words(rowid, text, tags) VALUES(?, ?, ?)", (number, piece, tags)
        )


def _free(connection: Connection, number: int) -> int:
    """The number, or one a little lower when it is taken: moments may be equal in an import."""
    step = 1
    while connection.execute("SELECT 1 FROM message WHERE number = ?", (number,)).fetchone():
        number, step = number - step, min(step * 2, 1 << 30)
    return number


def _first_number(timestamp: float) -> int:
    """The lowest number that a row of this moment has."""
    return max(0, min(int(timestamp * 1000), _MOST_MILLISECONDS)) << _LOW_BITS


def _tag(conversation: int) -> str:
    return f"c{conversation}"


def _statement(connection: Connection, query: Query) -> tuple[str, list[Any]]:
    """The SQL of a search, and its values."""
    roles = f"tags : ({' OR '.join(query.roles or _ROLES)})"
    words = [f"text : {word}" for word in query.words]
    condition = ""
    if query.pinned is not None or query.names:
        chosen = _chosen(connection, query)
        if len(chosen) > _MOST_TAGS:
            condition = f" AND message.conversation IN ({', '.join(map(str, chosen))})"
        else:
            words.append(f"tags : ({' OR '.join(map(_tag, chosen)) or 'none'})")
    first = _first_number(query.after.timestamp()) if query.after else -_LAST
    last = _first_number(query.before.timestamp()) - 1 if query.before else _LAST
    if query.roles or not words:
        words.append(roles)
    return _FIND % condition, [" AND ".join(words), first, last]


def _chosen(connection: Connection, query: Query) -> list[int]:
    """The numbers of the conversations that the filters let through."""
    conditions = ["instr(folded, ?)"] * len(query.names)
    if query.pinned is not None:
        conditions.append("pinned" if query.pinned else "NOT pinned")
    rows = connection.execute(
        f"SELECT number FROM conversation WHERE {' AND '.join(conditions)}",  # noqa: S608 - as above
        query.names,
    )
    return [number for (number,) in rows]


def _hit(row: tuple[Any, ...]) -> Hit:
    conversation_id, name, message_id, role, created, snippet = row
    return Hit(
        conversation_id,
        name,
        message_id,
        None if role == NAME_ROLE else Role(role),
        datetime.fromtimestamp(created, UTC),
        fragments(snippet),
    )
