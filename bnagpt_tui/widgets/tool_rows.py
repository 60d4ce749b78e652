"""The rows of a tool's card: what it was called with, how it goes, what it brought."""

from __future__ import annotations

import json
from typing import Final

from rich.style import Style

from bnagpt_tui.backend.calls import values_of
from bnagpt_tui.backend.models import Message, Outcome, Source, ToolCall
from bnagpt_tui.backend.text import one_line, visible

from .markdown import ADDRESS, Row, prefixed, row_of, wrap
from .markdown.code import code_rows
from .message_look import Look

FOLDED_LINES: Final = 6
"""Lines of code that a folded card shows."""

TAIL_LINES: Final = 5
"""Lines of output that are shown while a tool runs, or of what went wrong."""

MOST_SHOWN: Final = 20_000
"""Characters of a result that the log shows; the paper view has all of it."""

MOST_LISTED: Final = 200
"""Sources, calls and files that are listed under or over a message."""

_TAIL: Final = 20_000
"""Characters at the end of an output that its last lines are looked for in."""

_CODE: Final = "code"


def arguments_of(call: ToolCall) -> dict[str, str]:
    """A call's arguments as texts by their names; what is no JSON object has the name ``."""
    values = values_of(call.arguments)
    if values is None:
        return {"": call.arguments}
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
    }


def code_of(message: Message) -> str:
    """The code that a call runs; empty for any other call."""
    return arguments_of(message.tool_calls[0]).get(_CODE, "") if message.tool_calls else ""


def argument_rows(message: Message, width: int, look: Look, *, unfolded: bool) -> list[Row]:
    """What the tool was called with: code in a box, everything else a line each."""
    if not message.tool_calls:
        return []
    rows: list[Row] = []
    for name, value in arguments_of(message.tool_calls[0]).items():
        title = f"{one_line(name, 40)}: " if name else ""
        if name == _CODE:
            rows += _code(value, width, look, unfolded=unfolded)
        elif unfolded:
            rows += wrap([(title, look.dim), (_within(value), look.text)], width)
        else:
            text = one_line(value, max(8, width - len(title)))
            rows += wrap([(title, look.dim), (text, look.text)], width)
    return rows


def _within(text: str) -> str:
    """As much of a text as the log shows."""
    if len(text) <= MOST_SHOWN:
        return visible(text)
    return f"{visible(text[:MOST_SHOWN])}\n… {len(text) - MOST_SHOWN} more characters: v shows all"


def _code(code: str, width: int, look: Look, *, unfolded: bool) -> list[Row]:
    count = code.rstrip("\n").count("\n") + 1
    lines = visible(code[:MOST_SHOWN]).rstrip("\n").split("\n")
    shown = lines if unfolded or count <= FOLDED_LINES + 1 else lines[:FOLDED_LINES]
    rows = code_rows("\n".join(shown), "python", width, look.markdown, 0)
    if len(shown) < count:
        more = f"… {count - len(shown)} more lines"
        rows.insert(-1, row_of([("│ ", look.markdown.code_frame), (more[: width - 2], look.dim)]))
    return rows


def figures(message: Message, running: str) -> str:
    """What stands at the right of the card's header."""
    if running:
        return running
    parts = []
    if message.outcome is Outcome.FAILED:
        parts.append("✗ failed")
    elif message.outcome is Outcome.INTERRUPTED:
        return ""
    if message.usage:
        parts.append(f"{message.usage.seconds:.1f} s")
    if message.sources:
        parts.append(f"{len(message.sources)} source{'s' * (len(message.sources) != 1)}")
    return " · ".join(parts)


def output_of(message: Message, *, running: bool, unfolded: bool) -> str:
    """The part of a result that is shown: all of it, its end, or nothing."""
    if unfolded:
        return _within(message.content)
    if running or message.outcome is not Outcome.COMPLETE or code_of(message):
        text = visible(message.content[-_TAIL:])
        return "\n".join(text.rstrip("\n").split("\n")[-TAIL_LINES:])
    return ""


def is_folded(message: Message) -> bool:
    """Whether there is more of the output than is shown while it is not unfolded."""
    lines = message.content[-_TAIL:].rstrip("\n").count("\n") + 1
    has_tail = message.outcome is not Outcome.COMPLETE or bool(code_of(message))
    is_more = lines > TAIL_LINES or len(message.content) > _TAIL
    return bool(message.content) and (not has_tail or is_more)


def source_rows(sources: tuple[Source, ...], width: int, look: Look) -> list[Row]:
    """The pages that an answer refers to, one a line, each a link."""
    rows = []
    for source in sources[:MOST_LISTED]:
        number = f"[{source.number}] "
        host = one_line(source.address.partition("://")[2].partition("/")[0], 40)
        room = max(8, width - len(number) - len(host) - 3)
        title = one_line(source.title or source.address, room)
        link = look.markdown.link + Style.from_meta({ADDRESS: source.address})
        rows += prefixed(
            wrap([(title, link), (f" · {host}", look.dim)], max(2, width - len(number))),
            (number, look.dim),
            (" " * len(number), look.dim),
            copied=True,
        )
    if len(sources) > MOST_LISTED:
        rows.append(row_of([(f"… {len(sources) - MOST_LISTED} more: o opens them", look.dim)]))
    return rows
