"""One message of another program made a message of ours, whoever it is from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..models import Message, Outcome, Role, ToolCall, new_id
from ..text import one_line
from .import_tree import NO_QUESTION, Node
from .import_values import counted, derived_id, quoted, role, text

if TYPE_CHECKING:
    from datetime import datetime

    from .import_content import Content, Step
    from .import_values import Findings

_KINDS_TOLD: Final = 5


@dataclass(slots=True)
class Tally:
    """What of one conversation did not come in as what it is, for one sentence each."""

    lost: list[str] = field(default_factory=list)
    """What an export does not bring along: a noun for each."""
    unknown: list[str] = field(default_factory=list)
    """Kinds of content that were kept as they stand in the file."""
    speakers: list[str] = field(default_factory=list)
    """Roles that bnaGPT does not know, whose words were kept."""
    empty: int = 0
    """Messages in which there was nothing."""

    def tell(self, name: str, findings: Findings) -> None:
        """Say it all of a conversation of this name."""
        missing = [counted(number, noun) for noun, number in sorted(Counter(self.lost).items())]
        if missing:
            findings.problem(f"{quoted(name)} came without {', '.join(missing)}.")
        if self.empty:
            findings.problem(f"{quoted(name)} came without {counted(self.empty, 'empty message')}.")
        if self.unknown:
            findings.problem(
                f"{quoted(name)}: {counted(len(self.unknown), 'part')} of a kind that bnaGPT does "
                f"not know ({_kinds(self.unknown)}) came in as it stands in the file."
            )
        if self.speakers:
            findings.problem(
                f"{quoted(name)}: {counted(len(self.speakers), 'message')} from somebody whom "
                f"bnaGPT does not know ({_kinds(self.speakers)}) came in under that name."
            )


@dataclass(slots=True)
class Written:
    """One message as a file has it."""

    ids: tuple[str, ...]
    """What its id is derived from; nothing for a fresh one."""
    speaker: str
    """The role, in the file's own word."""
    content: Content
    created: datetime
    model: str = ""
    outcome: Outcome = Outcome.COMPLETE
    problem: str = ""
    parent: str | None = None
    children: tuple[str, ...] = ()
    tool: str = ""
    """On a tool's result: the tool."""
    arguments: str = ""
    """On a tool's result: what it was called with."""


def node_of(written: Written, tally: Tally) -> Node:
    """The place in the tree that a message has, with all that it says."""
    content = written.content
    tally.lost += content.lost
    tally.unknown += content.unknown
    speaker = role(written.speaker)
    steps = tuple(_step(step, place, written) for place, step in enumerate(content.steps))
    said = content.text or _in_place_of_text(content, steps)
    said = said or (content.reasoning if speaker is Role.USER else "")
    if speaker is Role.USER and not said and not steps:
        question = _message(Role.USER, NO_QUESTION, written)
        return Node(written.parent, None, written.children, stand_in=question)
    if not (said or content.thoughts or written.problem or steps):
        tally.empty += speaker is not None and content.is_empty
        return Node(written.parent, None, written.children)
    if speaker in {None, Role.TOOL}:
        return Node(written.parent, _others(written, said, tally), written.children, steps=steps)
    message = _message(speaker or Role.TOOL, said, written)
    if not (said or content.thoughts or written.problem):
        message, steps = steps[-1], steps[:-1]
    return Node(written.parent, message, written.children, steps=steps)


def _in_place_of_text(content: Content, steps: tuple[Message, ...]) -> str:
    """What stands for a message of pictures alone."""
    if steps or content.thoughts or not content.lost:
        return ""
    named = ", ".join(counted(n, noun) for noun, n in sorted(Counter(content.lost).items()))
    return f"({named} not in the imported file)"


def _message(speaker: Role, said: str, written: Written) -> Message:
    is_answer = speaker is Role.ASSISTANT
    return Message(
        speaker,
        said,
        id=_id(written.ids),
        reasoning=written.content.reasoning if is_answer else "",
        created=written.created,
        model=written.model if is_answer else "",
        outcome=written.outcome,
        problem=written.problem,
    )


def _others(written: Written, said: str, tally: Tally) -> Message:
    """The words of a tool, or of somebody unknown: shown as a tool's, so that nobody obeys them."""
    name = written.tool
    if role(written.speaker) is not Role.TOOL:
        name = one_line(written.speaker, 60) or "unknown"
        tally.speakers.append(name)
    reasoning = written.content.reasoning
    said = "\n\n".join(filter(None, (reasoning, said)))
    return _result(name or "tool", written.arguments, said, written, written.ids)


def _step(step: Step, place: int, written: Written) -> Message:
    ids = (*written.ids, f"step {place}") if written.ids else ()
    return _result(step.name, step.arguments, step.result, written, ids)


def _result(
    name: str, arguments: str, said: str, written: Written, ids: tuple[str, ...]
) -> Message:
    identifier = _id(ids)
    call = ToolCall(f"import_{identifier}", one_line(name, 80), arguments)
    return Message(
        Role.TOOL,
        said,
        id=identifier,
        created=written.created,
        tool_calls=(call,),
        tool_call_id=call.id,
    )


def _id(ids: tuple[str, ...]) -> str:
    return derived_id(*ids) if ids else new_id()


def _kinds(names: list[str]) -> str:
    told = list(dict.fromkeys(one_line(text(name), 40) for name in names))
    return ", ".join(told[:_KINDS_TOLD]) + (", …" if len(told) > _KINDS_TOLD else "")
