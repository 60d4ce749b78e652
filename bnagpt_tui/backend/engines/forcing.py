"""What the settings force upon servers, read from tables of `config.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .groq.dialect import ANSWER_NAMES, Forced

EVERY_HOST: Final = "*"
"""The name of the table that holds for all servers."""

_KEYS: Final = (
    *("send", "omit", "answer_parameter", "system_role", "strict_turns", "most_tools"),
    "context_tokens",
)
_NEVER: Final = frozenset({"model", "messages", "stream"})


def forced(table: Mapping[str, object]) -> Forced:
    """What one table says.

    Args:
        table: With `send`, `omit`, `answer_parameter`, `system_role`, `strict_turns`,
            `most_tools`, `context_tokens`, all optional.

    Raises:
        TypeError: Something is unknown or malformed; the text says what it has to be.
    """
    if unknown := sorted(table.keys() - set(_KEYS)):
        raise TypeError(f"there is no “{unknown[0]}”; there are {', '.join(_KEYS)}")
    return Forced(
        send=_send(table.get("send", {})),
        omit=_omit(table.get("omit", [])),
        answer_name=_answer_name(table.get("answer_parameter", "")),
        system=_flag(table, "system_role"),
        strict=_flag(table, "strict_turns"),
        most_tools=_count(table, "most_tools"),
        context_tokens=_count(table, "context_tokens"),
    )


def forced_on(host: str, tables: Mapping[str, Forced]) -> Forced | None:
    """What is forced upon a host: by its name with the port, without it, or upon all."""
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return tables.get(host) or tables.get(bare) or tables.get(EVERY_HOST)


def _send(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not _NEVER.isdisjoint(value):
        raise TypeError("send is a table of parameters, as in { temperature = 0.2 }")
    return value


def _omit(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [None]
    if not all(isinstance(name, str) and name not in _NEVER for name in names):
        raise TypeError('omit is a list of parameters, as in ["stream_options"]')
    return tuple(names)


def _answer_name(value: object) -> str:
    if value not in {"", *ANSWER_NAMES}:
        raise TypeError(f"answer_parameter is {' or '.join(sorted(ANSWER_NAMES))}")
    return str(value)


def _flag(table: Mapping[str, object], name: str) -> bool | None:
    value = table.get(name)
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{name} is true or false")
    return value


def _count(table: Mapping[str, object], name: str) -> int:
    value = table.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{name} is a whole number, 0 or more")
    return value
