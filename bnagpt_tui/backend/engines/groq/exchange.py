"""Messages in the order in which services take them: each tool call with its result behind it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ...calls import fit_id, values_of
from ...models import Message, Role, ToolCall

NO_ANSWER: Final = "(This was not answered.)"
"""What stands, for services that insist on turns, where an answer was broken off."""

NO_QUESTION: Final = "(This conversation begins with an answer.)"
"""What stands, for services that want the user first, before an answer to no question."""

NO_RESULT: Final = "There is no result: the call was broken off."
"""What a service is told of a call that was never done."""


def paired(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages with exactly one result behind each call, as services insist.

    A result without a call, such as that of a tool that the user ran, gets one; a call without a
    result is told to have none. Each call and its result have an id that fits, and that no other
    call of the same answer has: what is kept may hold anything.
    """
    waiting: list[tuple[str, ToolCall]] = []
    for message in messages:
        if message.role is Role.TOOL:
            place = _place_of(message.tool_call_id, waiting)
            if place is None:
                yield from _unanswered(waiting)
                made = _call_for(message)
                yield made
                waiting, place = [(message.tool_call_id, made.tool_calls[0])], 0
            _, call = waiting.pop(place)
            yield replace(message, tool_call_id=call.id)
            continue
        yield from _unanswered(waiting)
        waiting = []
        if message.role is Role.ASSISTANT and message.tool_calls:
            calls = _with_own_ids(message.tool_calls)
            waiting = list(zip((call.id for call in message.tool_calls), calls, strict=True))
            message = replace(message, tool_calls=calls)  # noqa: PLW2901  # with ids that fit
        yield message
    yield from _unanswered(waiting)


def joined(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages with neighbouring questions as one: those whose answers never came."""
    question: Message | None = None
    for message in messages:
        if message.role is Role.USER:
            question = _together(question, message) if question else message
            continue
        if question:
            yield question
            question = None
        yield message
    if question:
        yield question


def in_strict_turns(messages: Iterable[Message]) -> list[Message]:
    """The messages as strict templates want them: the user first, then both in turns."""
    head: list[Message] = []
    turns: list[Message] = []
    for message in messages:
        last = turns[-1] if turns else None
        if message.role is Role.SYSTEM:
            head.append(message)
        elif last is None:
            opening = () if message.role is Role.USER else (Message(Role.USER, NO_QUESTION),)
            turns += (*opening, message)
        elif last.role is message.role and last.role is not Role.TOOL and not last.tool_calls:
            turns[-1] = _together(last, message)
        elif last.role is Role.TOOL and message.role is Role.USER:
            turns += (Message(Role.ASSISTANT, NO_ANSWER), message)
        else:
            turns.append(message)
    return head + turns


def without_system(messages: Iterable[Message]) -> list[Message]:
    """The messages with the instructions at the beginning of the first question."""
    known = list(messages)
    told = [message.content for message in known if message.role is Role.SYSTEM]
    rest = [message for message in known if message.role is not Role.SYSTEM]
    place = next((at for at, each in enumerate(rest) if each.role is Role.USER), None)
    if not told:
        return rest
    if place is None:
        return [Message(Role.USER, "\n\n".join(told)), *rest]
    content = "\n\n".join((*told, rest[place].content))
    return [*rest[:place], replace(rest[place], content=content), *rest[place + 1 :]]


def _together(first: Message, second: Message) -> Message:
    """Two messages of one role as one."""
    content = "\n\n".join(filter(None, (first.content, second.content)))
    return replace(first, content=content, tool_calls=second.tool_calls)


def flattened(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages for a model that knows nothing of tools: results become part of a question."""
    asked: Message | None = None
    for message in messages:
        if message.role is Role.TOOL:
            message = _told(message)  # noqa: PLW2901  # the same message in other words
        if message.role is Role.USER:
            content = f"{asked.content}\n\n{message.content}" if asked else message.content
            asked = replace(message, content=content)
            continue
        if message.role is Role.ASSISTANT and not message.content:
            continue
        if asked:
            yield asked
            asked = None
        yield replace(message, tool_calls=())
    if asked:
        yield asked


def arguments_of(call: ToolCall) -> str:
    """A call's arguments as a JSON object, which services insist on even in what is past."""
    if call.arguments and values_of(call.arguments) is not None:
        return call.arguments
    return json.dumps({"unreadable": call.arguments})


def _place_of(call_id: str, waiting: Sequence[tuple[str, ToolCall]]) -> int | None:
    """Which of the calls that wait a result is of; `None` when it is of none."""
    return next((place for place, (known, _) in enumerate(waiting) if known == call_id), None)


def _with_own_ids(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """The calls of one answer, each with an id that fits and that no other of them has."""
    used: dict[str, ToolCall] = {}
    for call in calls:
        free, number = fit_id(call.id), 1
        while free in used:
            number += 1
            free = fit_id(f"{call.id} {number}")
        used[free] = replace(call, id=free)
    return tuple(used.values())


def _unanswered(waiting: Sequence[tuple[str, ToolCall]]) -> Iterator[Message]:
    for _, call in waiting:
        yield Message(Role.TOOL, NO_RESULT, tool_call_id=call.id)


def _call_for(result: Message) -> Message:
    """An answer that asks for what there is a result of."""
    known = result.tool_calls[0] if result.tool_calls else ToolCall("", "tool", "{}")
    call = replace(known, id=fit_id(result.tool_call_id))
    return Message(Role.ASSISTANT, tool_calls=(call,))


def _told(result: Message) -> Message:
    """A result as a user would hand it in."""
    if not result.tool_calls:
        return replace(result, role=Role.USER)
    call = result.tool_calls[0]
    content = f"Result of {call.name} {call.arguments}:\n{result.content}"
    return replace(result, role=Role.USER, content=content, tool_calls=())
