"""Addresses of pages: which of them a conversation names, and which could carry something away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from .models import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from .models import Message

DATA: Final = "Data from standard input"
"""What stands, on a line of its own, above what was piped in with a question: it names nothing."""

LONGEST: Final = 200
"""Characters of path and query that an address may have and still be like any other."""

_PIPED: Final = re.compile(rf"^{DATA}.*:$", re.MULTILINE)
_MOST_ENDINGS: Final = 8
_PORTS: Final = {"http": 80, "https": 443}
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\\s]")
_WRITTEN: Final = re.compile(r"\bhttps?://[^\s<>\"`]+", re.IGNORECASE)
_BARE: Final = re.compile(
    r"(?<![\w@./:-])(?:(?:[\w-]+\.)+[^\W\d_]{2,24}|\d{1,3}(?:\.\d{1,3}){3}|localhost)"
    r"(?::\d{1,5})?(?:[/?][^\s<>\"`]*)?(?![\w@])",
    re.IGNORECASE,
)
_ANYWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:[/\\]{2}[^\s<>\"`]+", re.IGNORECASE)
_ENDINGS: Final = ".,;:!?'\"*_~)]}>»”’…。，、；：！？）】』」"
_PRINTABLE: Final = re.compile(r"[!-~]+")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST_MIXED: Final = 24
_LONGEST_WORD: Final = 40


class Place(NamedTuple):
    """What of an address is asked for, in the one way in which it is written here."""

    scheme: str
    host: str
    """With the port, where that is not the usual one."""
    path: str
    """With the query."""


def place_of(address: str) -> Place | None:
    """What an address asks for; `None` for what is no plain address of a page.

    Two spellings of the same address give the same; what is sent to no server counts for nothing.
    """
    parts = _parts(address)
    if parts is None:
        return None
    host = _host(parts)
    if host is None:
        return None
    path = _written(parts.path) or "/"
    path = path.rstrip("/") or "/"
    return Place(parts.scheme, host, path + (f"?{_written(parts.query)}" if parts.query else ""))


def is_plain(address: str) -> bool:
    """Whether an address is short and ordinary: it has no room for more than where it leads."""
    parts = _parts(address)
    if parts is None or parts.fragment or "#" in address:
        return False
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if len(rest) > LONGEST:
        return False
    try:
        text = unquote_to_bytes(rest).decode()
    except UnicodeDecodeError:
        return False
    if _UNFIT.search(text.replace(" ", "")) or _ESCAPE.search(text):
        return False
    return not any(map(_is_blob, _WORD.findall(text)))


def addresses_in(text: str) -> Iterator[str]:
    """Yield every address that a text names, with and without what may only end a sentence.

    One that is written without `https://` is yielded without it.
    """
    for pattern in (_WRITTEN, _BARE):
        for match in pattern.finditer(text):
            yield from _endings(match.group())


def addresses_of(value: object) -> Iterator[str]:
    """Yield every address with a scheme in a JSON value, however deep."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield from (match.group() for match in _ANYWHERE.finditer(item))
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item


def is_named(messages: Iterable[Message], address: str, searching: Collection[str]) -> bool:
    """Whether the user wrote an address, or a search found it.

    What stands in a page, in an answer or in any other result names nothing.

    Args:
        messages: The conversation.
        address: The address.
        searching: The names of the tools that search.
    """
    wanted = place_of(address)
    if wanted is None:
        return False
    read: set[str] = set()
    for message in messages:
        if message.role is Role.USER and _user_names(message.content, wanted):
            return True
        if message.role is Role.TOOL:
            called = message.tool_calls[0].name if message.tool_calls else ""
            if called not in searching:
                read |= {source.address for source in message.sources}
                continue
        found = (item.address for item in message.sources if item.address not in read)
        if message.role in {Role.TOOL, Role.ASSISTANT} and any(
            _is_same(place_of(each), wanted) for each in found
        ):
            return True
    return False


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are of the same host, `www.` or not."""
    first, second = place_of(one), place_of(other)
    if first is None or second is None:
        return False
    is_worse = first.scheme == "https" and second.scheme == "http"
    return not is_worse and first.host.removeprefix("www.") == second.host.removeprefix("www.")


def _user_names(text: str, wanted: Place) -> bool:
    text = _PIPED.split(text, maxsplit=1)[0]
    host = wanted.host.partition(":")[0]
    if "xn--" not in host and host not in text.lower():
        return False  # long texts are not looked through for nothing
    for address in addresses_in(text):
        if "://" in address:
            if _is_same(place_of(address), wanted):
                return True
        elif place_of(f"{wanted.scheme}://{address}") == wanted:
            return True
    return False


def _is_same(named: Place | None, wanted: Place) -> bool:
    """Whether one names the other; what was named as safe is not asked for in the clear."""
    if named is None or named[1:] != wanted[1:]:
        return False
    return wanted.scheme in {named.scheme, "https"}


def _parts(address: str) -> SplitResult | None:
    """The parts of a page's address; `None` where programs may read it in different ways."""
    address = address.strip()
    if _UNFIT.search(address):
        return None
    try:
        parts = urlsplit(address)
        known = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or not known:
        return None
    return None if "@" in parts.netloc or "%" in parts.netloc else parts


def _host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        try:
            import idna  # noqa: PLC0415  # seldom needed; httpx writes hosts with it, too

            host = idna.encode(host, uts46=True).decode()
        except (ImportError, UnicodeError):
            return None
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    return host if port in {None, _PORTS[parts.scheme]} else f"{host}:{port}"


def _written(text: str) -> str:
    """A path or a query with each character written in one way."""

    def plain(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match.group().upper()

    encoded = "".join(
        each
        if each.isascii()
        else "".join(f"%{byte:02X}" for byte in each.encode("utf-8", "replace"))
        for each in text
    )
    return _ESCAPE.sub(plain, encoded)


def _endings(written: str) -> Iterator[str]:
    """Yield an address, and what is left of it without characters that may be the sentence's."""
    if not written.isascii() and (printable := _PRINTABLE.match(written)):
        yield printable.group()
    yield written
    for _ in range(_MOST_ENDINGS):
        if not written or written[-1] not in _ENDINGS:
            return
        written = written[:-1]
        yield written


def _is_blob(word: str) -> bool:
    """Whether a run of letters and digits is longer than words and numbers are."""
    if len(word) >= _LONGEST_WORD:
        return True
    is_mixed = any(map(str.isdigit, word)) or not (word.islower() or word[1:].islower())
    return word.isascii() and is_mixed and len(word) >= _LONGEST_MIXED
