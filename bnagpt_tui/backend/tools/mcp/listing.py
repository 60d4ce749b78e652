"""What servers list, as tools of this program."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import msgspec

from ...addresses import addresses_of
from ...calls import LONGEST_NAME, fit_name
from ...errors import ToolArgumentsError
from ...halves import call_json
from ...hidden import without_hidden
from ...models import ToolSpec
from ...permission import Consent
from ...text import one_line
from ..base import Asks, Tool, ToolContext, ToolResult
from ..web.consent import consent_to

_DESCRIPTION: Final = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A tool as its server described it, checked for its form alone."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    reads_only: bool
    """Whether the server says that it changes nothing. Nothing but its word stands behind that."""


Call: TypeAlias = Callable[[Listed, Mapping[str, Any], ToolContext], Awaitable[ToolResult]]
"""Does a call: takes the tool as its server listed it, and the arguments."""


def tools_from(
    server: str, listed: Iterable[Listed], call: Call, seconds: float, *, origin: str = ""
) -> tuple[Tool, ...]:
    """The tools of one server, each under a name of its own.

    Args:
        server: The server's name.
        listed: What it listed.
        call: Does a call.
        seconds: How long a call may take.
        origin: What is started, or spoken to, under that name.
    """
    taken: dict[str, Tool] = {}
    for item in listed:
        name = _free_name(f"{server}__{item.name}", taken)
        taken[name] = Tool(
            ToolSpec(name, _described(server, item), _plain(item.parameters)),
            _run(name, item, call),
            acts=not item.reads_only,
            asks=_asks(name) if item.reads_only else None,
            mark=_mark(item, origin),
            seconds=seconds,
        )
    return tuple(taken.values())


def _free_name(wanted: str, taken: Mapping[str, Tool]) -> str:
    """The name with what services refuse replaced, and a number when it is taken."""
    plain = fit_name(wanted)
    name, number = plain, 1
    while name in taken:
        number += 1
        ending = f"_{number}"
        name = plain[: LONGEST_NAME - len(ending)] + ending
    return name


def _described(server: str, item: Listed) -> str:
    """What a model is told that a tool does; nothing in it that its user could not see."""
    return one_line(f"{server}: {without_hidden(item.description)[0]}", _DESCRIPTION)


def _plain(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without characters that nobody sees."""
    try:
        written = json.dumps(parameters, ensure_ascii=False)
        plain: Mapping[str, Any] = json.loads(without_hidden(written)[0])
    except (TypeError, ValueError, RecursionError):
        return {"type": "object"}
    return plain


def _mark(item: Listed, origin: str) -> str:
    """What tells a tool from another: a permission for one is none for what it becomes."""
    about = (origin, item.name, item.description, item.parameters, item.reads_only)
    told = json.dumps(about, sort_keys=True, default=str)
    return blake2b(told.encode(), digest_size=8).hexdigest()


def _asks(name: str) -> Asks:
    """Says what the user is asked before a tool that only reads: about addresses nobody named.

    What it says of itself does not hold it from fetching them, and that is how a page could have
    a conversation sent away.
    """

    async def ask(context: ToolContext, arguments: str) -> Consent | None:
        addresses = list(addresses_of(_read(arguments, name)))
        return await consent_to(addresses, context) if addresses else None

    return ask


def _run(
    name: str, item: Listed, call: Call
) -> Callable[[ToolContext, str], Awaitable[ToolResult]]:
    async def run(context: ToolContext, arguments: str) -> ToolResult:
        return await call(item, _read(arguments, name), context)

    return run


def _read(arguments: str, name: str) -> Mapping[str, Any]:
    """The arguments as values.

    Raises:
        ToolArgumentsError: They are not a JSON object.
    """
    try:
        return msgspec.json.decode(call_json(arguments), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ToolArgumentsError(
            f"{name} was not run: its arguments are not a JSON object ({error}). Call it again "
            "with one that fits its schema."
        ) from None
