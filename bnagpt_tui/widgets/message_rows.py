"""The rows around what a message says: its header, its reasoning, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from bnagpt_tui.backend.models import Message, Outcome, Role
from bnagpt_tui.backend.text import one_line, visible

from .markdown import EMPTY, Row, Run, row_of, wrap
from .message_look import Look
from .tool_rows import MOST_LISTED, argument_rows, figures, is_folded, source_rows

_COUNTED: Final = 100_000
"""Characters of a text whose words are counted."""

MEMORY: Final = "the model remembers from here"
"""What the line above the first remembered message says."""


@dataclass(frozen=True, slots=True)
class KeyHints:
    """The keys that go on from a message, from where the focus is."""

    go_on: str = "tab enter"
    """Keys that go on with an answer that is not whole; empty when they would not."""
    again: str = "tab r"
    """Keys that have a question answered again; empty when they would not."""


NO_KEYS: Final = KeyHints("", "")
"""What is said of keys at a message that they do not act on."""


class Note(NamedTuple):
    """A line under a message."""

    text: str = ""
    """What is the matter."""
    go_on: str = ""
    """What the key does that goes on, as in `goes on`; empty when it does nothing."""
    again: str = ""
    """What the key does that has it answered again, as in `asks again`; empty for nothing."""


NO_NOTE: Final = Note()
"""Nothing to say under a message."""


@dataclass(frozen=True, slots=True)
class State:
    """What a message's look depends on beside the message."""

    live: bool = False
    """Whether it is being written."""
    unfolded: bool = False
    """Whether reasoning or tool output is shown in full."""
    memory_begins: bool = False
    """Whether it is the first message that the model is sent."""
    sibling: int = 1
    """Which of its siblings it is, counted from 1."""
    siblings: int = 1
    """How many there are."""
    note: Note = NO_NOTE
    """A line to show under it."""
    keys: KeyHints = NO_KEYS
    """The keys that act on it."""
    running: str = ""
    """On a tool's result: how it goes, as in `running 3 s`; empty when it does not run."""
    answered: bool = False
    """Whether the results of its tool calls stand under it."""


def head_rows(message: Message, state: State, width: int, look: Look) -> list[Row]:
    """What stands above the text."""
    rows: list[Row] = []
    if state.memory_begins:
        rows += [_rule(MEMORY, width, look.memory), EMPTY]
    rows.append(_spread(_name(message, look), (_figures(message, state), look.dim), width))
    rows.extend(_attachments(message, width, look))
    if message.reasoning or (state.live and not message.content):
        rows.extend(_reasoning(message, state, width, look))
    if message.role is Role.TOOL:
        rows += argument_rows(message, width, look, unfolded=state.unfolded)
        if is_folded(message) and not state.running:
            rows.append(_folded("output", message.content, state, width, look.tool))
    return rows


def foot_rows(message: Message, state: State, width: int, look: Look) -> list[Row]:
    """What stands under the text; the blank row between messages is the last of it."""
    rows: list[Row] = []
    calls = message.tool_calls if message.role is Role.ASSISTANT and not state.answered else ()
    for call in calls[:MOST_LISTED]:
        rows += wrap(
            [(f"→ {one_line(call.name)} {one_line(call.arguments, width)}", look.tool)], width
        )
    if len(calls) > MOST_LISTED:
        rows.append(row_of([(f"→ {len(calls) - MOST_LISTED} more calls", look.tool)]))
    if message.role is Role.ASSISTANT and message.sources:
        rows += [EMPTY, *source_rows(message.sources, width, look)]
    if not (state.live or state.running):
        ending = _ending(message, look)
        keys = _keys_after(message, state.keys) if ending else ""
        rows += wrap([*ending, (keys, look.dim)], width) if ending else []
    if state.note.text:
        rows += wrap([(_told(state.note, state.keys), look.note)], width)
    if state.siblings > 1:
        rows.append(row_of([(f"‹{state.sibling}/{state.siblings}›", look.dim)]))
    return [*rows, EMPTY]


def queued_rows(questions: tuple[str, ...], width: int, look: Look) -> list[Row]:
    """The questions that wait their turn."""
    return [
        row_of([(one_line(f"queued: {question}", max(8, width)), look.queued)])
        for question in questions
    ]


def _rule(title: str, width: int, style: Style) -> Row:
    text = f"── {title} "
    text += "─" * max(0, width - cell_len(text))
    text = text[:width]
    return Row((Segment(text, style),), len(text), len(text))


def _spread(left: list[Run], right: Run, width: int) -> Row:
    """Runs at the left and one at the right, which gives way when there is no room."""
    size = sum(cell_len(text) for text, _ in left)
    free = width - size - cell_len(right[0])
    if free < 1 or not right[0]:
        first = wrap(left, width, words=False)[0]
        return first._replace(joint="\n")
    gap = " " * free
    return row_of([*left, (gap, right[1]), right], right=free + len(right[0]))


def _name(message: Message, look: Look) -> list[Run]:
    """Who the message is from."""
    match message.role:
        case Role.USER:
            return [("you", look.user)]
        case Role.ASSISTANT:
            model = one_line(message.model.rpartition("/")[2], 60)
            return [("bnaGPT", look.assistant), (f" · {model}" if model else "", look.dim)]
        case Role.TOOL:
            name = message.tool_calls[0].name if message.tool_calls else ""
            return [("tool", look.tool), (f" · {one_line(name, 60)}" if name else "", look.dim)]
        case Role.SYSTEM:
            return [("instructions", look.tool)]


def _figures(message: Message, state: State) -> str:
    """What stands at the right of the header."""
    if message.role is Role.TOOL:
        return figures(message, state.running)
    if state.live:
        if state.note.text:
            return "waiting…"
        return "writing…" if message.content or message.reasoning else "asking…"
    if message.usage is not None:
        return f"{message.usage.seconds:.1f} s · {message.usage.completion_tokens} tok"
    if message.role is Role.USER:
        return f"{message.created.astimezone():%H:%M}"
    return ""


def _attachments(message: Message, width: int, look: Look) -> list[Row]:
    return [
        row_of([(one_line(f"+ {file.name} · {file.kind}", max(8, width)), look.dim)])
        for file in message.attachments[:MOST_LISTED]
    ]


def _reasoning(message: Message, state: State, width: int, look: Look) -> list[Row]:
    """The model's thoughts, in one line or in full."""
    if not message.reasoning:
        return [row_of([("…", look.reasoning)])]
    rows = [_folded("reasoning", message.reasoning, state, width, look.reasoning)]
    if state.live and not message.content:
        rows = [_with_ellipsis(rows[0], look.reasoning)]
    return rows


def _with_ellipsis(row: Row, style: Style) -> Row:
    return row._replace(segments=(*row.segments, Segment(" …", style)), cells=row.cells + 2)


def _folded(what: str, text: str, state: State, width: int, style: Style) -> Row:
    """A line that says how much there is to unfold."""
    arrow = "▾" if state.unfolded else "▸"
    title = f"{arrow} {what} ({_amount(text)})"
    return row_of([(title[:width], style)])


def _amount(text: str) -> str:
    """How much a text is: in words, or in characters where counting words takes long."""
    if len(text) > _COUNTED:
        return f"{len(text):,} characters"
    words = len(text.split())
    return f"{words} {'word' if words == 1 else 'words'}"


def _ending(message: Message, look: Look) -> list[Run]:
    """How an answer ended, when it did not end well."""
    problem = visible(message.problem)
    match message.outcome:
        case Outcome.FAILED if message.role is Role.TOOL:
            return [(problem, look.problem)] if problem else []
        case Outcome.INTERRUPTED if message.role is Role.TOOL:
            return [("■ not done", look.stopped)]
        case Outcome.FAILED:
            return [(f"✗ {problem or 'No answer came.'}", look.problem)]
        case Outcome.INTERRUPTED:
            return [(f"■ {problem or 'stopped'}", look.stopped)]
        case Outcome.LENGTH:
            cut = f"… cut short: {problem or 'the model reached its longest answer'}"
            return [(cut, look.stopped)]
        case Outcome.COMPLETE:
            return []


def _keys_after(message: Message, keys: KeyHints) -> str:
    """What can be pressed after an answer that did not end well."""
    is_tool = message.role is Role.TOOL
    if is_tool and message.outcome is not Outcome.INTERRUPTED:
        return ""
    return _hinted(keys, "goes on", "" if is_tool else "sends again")


def _told(note: Note, keys: KeyHints) -> str:
    """A note, and what can be pressed."""
    return visible(note.text) + _hinted(keys, note.go_on, note.again)


def _hinted(keys: KeyHints, go_on: str, again: str) -> str:
    """Keys and what they do, behind what they are about."""
    pairs = (keys.go_on, go_on), (keys.again, again)
    return "".join(f" · {key} {meaning}" for key, meaning in pairs if key and meaning)
