"""Which servers lend tools, as `config.toml` says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CALL_SECONDS: Final = 60.0
"""How long a call may take when nothing else is said."""

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_KEYS: Final = frozenset({"command", "args", "env", "url", "headers", "seconds"})


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """A program that is started, or a service that is asked."""

    name: str
    command: str = ""
    """The program; empty for a service."""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables that it gets beside the few that every program needs; bnaGPT's keys are not
    among them."""
    address: str = ""
    """The service's URL; empty for a program."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the service is sent with every request."""
    seconds: float = CALL_SECONDS
    """How long a call may take."""


def server_options(name: str, table: Mapping[str, Any]) -> ServerOptions:
    """What a table `[mcp_servers.NAME]` says.

    Raises:
        TypeError: It makes no sense; the text says what it has to be.
    """
    if not _NAME.fullmatch(name):
        raise TypeError("a server's name has up to 32 letters, digits, “-” and “_”")
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        raise TypeError(f"there is no “{unknown[0]}”; there are {', '.join(sorted(_KEYS))}")
    command, address = _text(table, "command"), _text(table, "url")
    if bool(command) == bool(address):
        raise TypeError("it needs either a command or a url")
    if address and not address.startswith(("https://", "http://")):
        raise TypeError("its url begins with https://")
    arguments = table.get("args", [])
    if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
        raise TypeError("args is a list of texts")
    seconds = table.get("seconds", CALL_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise TypeError("seconds is a number above 0")
    return ServerOptions(
        name,
        command,
        tuple(arguments),
        _texts(table, "env"),
        address,
        _texts(table, "headers"),
        float(seconds),
    )


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text in quotes")
    return value


def _texts(table: Mapping[str, Any], name: str) -> dict[str, str]:
    value = table.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise TypeError(f"{name} is a table of texts")
    return dict(value)
