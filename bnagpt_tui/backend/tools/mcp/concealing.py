"""What a server must not give away: keys, taken out of what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from ...text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .options import ServerOptions

_SHORTEST: Final = 4
"""Characters; what is shorter stands in too many words to be taken out of them."""

_LOOKED_AT: Final = 100_000
"""Characters of a text; what is shown of it is far less."""


def without_secrets(text: str, options: ServerOptions) -> str:
    """The text with every value of the server's environment, headers and address drawn as `…`."""
    for secret in sorted(set(_secrets(options)), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def short(text: str, options: ServerOptions, limit: int = 300) -> str:
    """The text on one line of so many characters at the most, without secrets."""
    return one_line(without_secrets(text[:_LOOKED_AT], options), limit)


def _secrets(options: ServerOptions) -> Iterator[str]:
    """Everything secret, whole and in the parts in which it may be repeated."""
    values = [*options.environment.values(), *options.headers.values()]
    if options.address:
        parts = urlsplit(options.address)
        place = (parts.username, parts.password, parts.query, parts.path.strip("/"))
        values += [value for value in place if value]
        values += [value for pair in parts.query.split("&") for value in pair.split("=")[1:]]
        values += parts.path.split("/")
    for value in values:
        for part in (value, unquote(value), quote(value), *value.split()):
            if len(part) >= _SHORTEST:
                yield part
