"""What `config.toml` says of one server, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from ...child_environment import is_ours
from ...text import one_line

SECONDS: Final = 60.0
"""How long a call may take when nothing is said."""

_KEYS: Final = ("command", "args", "env", "url", "headers", "seconds")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*")
_VARIABLE: Final = re.compile(r"[^=\0]+")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """One server: a program to start, or an address to speak to."""

    name: str
    """What its tools' names begin with."""
    command: str = ""
    """The program; it speaks on its standard input and output."""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables that it gets beside the harmless ones."""
    address: str = field(default="", repr=False)
    """Where it listens, in place of a program; may bear a key."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What goes along with each request to the address."""
    seconds: float = SECONDS
    """How long a call may take."""

    @property
    def origin(self) -> str:
        """What is started or spoken to, in a form that is never shown."""
        return repr((self.command, self.arguments, self.address))


def is_private(variable: str) -> bool:
    """Whether a variable is bnaGPT's own and given to no server."""
    return is_ours(variable) or variable.startswith("BNAGPT_")


def server_options(name: str, table: Mapping[str, object]) -> ServerOptions:
    """The options that a table of `config.toml` holds.

    Args:
        name: The table's name.
        table: Its keys: `command`, `args` and `env`, or `url` and `headers`; and `seconds`.

    Raises:
        TypeError: Something is unknown or malformed; the text says what it has to be.
    """
    # Two underscores part a server's name from its tool's: no other pair gives the same whole.
    if not _NAME.fullmatch(name) or "__" in name or name.endswith("_"):
        raise TypeError(
            "a server's name has 1 to 32 letters, digits, “-” and single “_”, of which none is last"
        )
    for key in table:
        if key not in _KEYS:
            raise TypeError(f"there is no “{one_line(key, 40)}”; there are {', '.join(_KEYS)}")
    if bool(table.get("command")) == bool(table.get("url")):
        raise TypeError("it needs either a command or a url")
    for key in ("headers",) if table.get("command") else ("args", "env"):
        if key in table:
            other = "url" if key == "headers" else "command"
            raise TypeError(f"{key} goes with {other}")
    return ServerOptions(
        name,
        command=_text(table, "command"),
        arguments=_texts(table, "args"),
        environment=_environment(table),
        address=_address(table),
        headers=_headers(table),
        seconds=_seconds(table),
    )


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(f"{key} is a text in quotes")
    return value


def _texts(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list | tuple) or not all(
        isinstance(item, str) and "\0" not in item for item in value
    ):
        raise TypeError(f'{key} is a list of texts, as in ["--verbose"]')
    return tuple(value)


def _pairs(table: Mapping[str, object], key: str, example: str) -> Mapping[str, str]:
    value = table.get(key, {})
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and isinstance(item, str) for name, item in value.items()
    ):
        raise TypeError(f"{key} is a table of texts, as in {example}")
    return value


def _environment(table: Mapping[str, object]) -> Mapping[str, str]:
    pairs = _pairs(table, "env", '{ TOKEN = "…" }')
    for name, value in pairs.items():
        if not _VARIABLE.fullmatch(name) or "\0" in value:
            raise TypeError("env has names without “=”, and texts without NUL")
        if is_private(name):
            raise TypeError(f"env has {name}, which is given to no server")
    return pairs


def _headers(table: Mapping[str, object]) -> Mapping[str, str]:
    pairs = _pairs(table, "headers", '{ Authorization = "Bearer …" }')
    for name, value in pairs.items():
        if not _HEADER.fullmatch(name) or not _PRINTABLE.fullmatch(value):
            raise TypeError("headers have plain names, and texts of printable ASCII")
    return pairs


def _address(table: Mapping[str, object]) -> str:
    value = _text(table, "url")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not _PRINTABLE.fullmatch(value) or " " in value:
        raise TypeError('url is an address, as in "https://example.org/mcp"')
    return value


def _seconds(table: Mapping[str, object]) -> float:
    value = table.get("seconds", SECONDS)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 3600:
        raise TypeError("seconds is a number above 0, at most 3600")
    return float(value)
