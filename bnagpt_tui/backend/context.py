"""What of a conversation fits into one request, and what has to be left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from . import tokens
from .models import Limits, Message, ModelInfo, Role
from .outside import LEAST_RESULT, as_data, result_room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNKNOWN_LIMIT: Final = 8000
"""Tokens a request may have while nobody has said otherwise: the free plan's minute."""

LEAST_ANSWER: Final = 512
"""Tokens that an answer gets at least: reasoning models give nothing at all with less."""

_SHARE_OF_ANSWER: Final = 4
_MOST_ANSWER: Final = 16_384

_count = lru_cache(maxsize=8192)(tokens.estimate)


@dataclass(frozen=True, slots=True)
class Budget:
    """How a request's tokens are shared out."""

    request: int
    """Tokens for instructions and messages."""
    answer: int
    """Tokens for the answer."""
    is_bound: bool = True
    """Whether the answer is cut at these tokens; else it ends where the model ends it."""


@dataclass(frozen=True, slots=True)
class Context:
    """The part of a path that is sent."""

    messages: tuple[Message, ...]
    """Instructions first, then the newest turns that fit."""
    begins: str | None
    """The id of the first message that is sent; `None` when nothing was left out."""
    guessed: int
    """Tokens of all that is sent, as `tokens.estimate` sees them, uncalibrated."""


def budget(
    model: ModelInfo, limits: Limits | None, *, context_tokens: int = 0, answer_tokens: int = 0
) -> Budget:
    """How many tokens request and answer may have.

    Args:
        model: The model that will be asked.
        limits: What the last reply said of the plan; `None` before the first reply.
        context_tokens: The user's own limit; 0 for none.
        answer_tokens: The user's own longest answer; 0 for a quarter of the whole.
    """
    minute = (limits.tokens if limits and limits.tokens else UNKNOWN_LIMIT) if model.metered else 0
    whole = min(model.context_window, context_tokens or minute or model.context_window)
    answer = answer_tokens or min(whole // _SHARE_OF_ANSWER, _MOST_ANSWER)
    answer = min(answer, model.max_completion_tokens, whole // 2)
    answer = max(answer, min(LEAST_ANSWER, whole // 2))
    is_bound = model.metered or bool(answer_tokens)
    return Budget(request=max(whole - answer, 0), answer=answer, is_bound=is_bound)


def size(message: Message, *, is_paired: bool = False) -> int:
    """Tokens of one message in a request, guessed.

    Args:
        message: The message.
        is_paired: Whether it is the result of an answer's call; for any other the wire makes up
            such an answer.
    """
    called = () if is_paired else message.tool_calls
    calls = sum(_count(call.name) + _count(call.arguments) for call in called)
    return tokens.MESSAGE_OVERHEAD + _count(message.content) + calls


def turns_backwards(path: Sequence[Message]) -> Iterator[list[Message]]:
    """Yield the path's turns, the last one first: a question and all that follows it.

    Messages that are not sent are left out. No more of the path is read than is asked for.
    """
    turn: list[Message] = []
    for message in filter(_is_sent, reversed(path)):
        turn.insert(0, message)
        if message.role is Role.USER:
            yield turn
            turn = []
    if turn:
        yield turn


def select(
    path: Sequence[Message],
    instructions: str,
    room: int,
    factor: float = 1.0,
    *,
    taken: int = 0,
    ending: tuple[Message, ...] = (),
) -> Context:
    """The newest whole turns that fit, oldest first, after the instructions.

    The last turn is always sent: without it there is no question. What tools brought in it is
    cut as far as is needed, the oldest first.

    Args:
        path: The conversation from its root to the question.
        instructions: What the model is told first; may be empty.
        room: Tokens that the request may have.
        factor: The model's calibration: real tokens for each guessed one.
        taken: Tokens that the request has beside messages, guessed.
        ending: What is sent behind the last turn, as a part of it. The answer before it, which it
            is about, is cut to its end if it is too long.
    """
    head = (Message(Role.SYSTEM, instructions, id="instructions"),) if instructions else ()
    guessed = taken + sum(size(message) for message in head)
    most = result_room(room)
    kept: list[list[Message]] = []
    whole = True
    for turn in turns_backwards(path):
        sent = [as_data(message, most) for message in turn]
        if not kept:
            turn, sent = [*turn, *ending], [*sent, *ending]  # noqa: PLW2901  # it is one turn
            sent = _fitting(turn, sent, int(room / factor) - guessed)
            sent = _with_end_of_answer(sent, int(room / factor) - guessed, len(ending))
        cost = _cost(sent)
        if kept and (guessed + cost) * factor > room:
            whole = False
            break
        kept.append(sent)
        guessed += cost
    messages = tuple(message for turn in reversed(kept) for message in turn)
    begins = None if whole or not messages else messages[0].id
    return Context(messages=head + messages, begins=begins, guessed=guessed)


def _fitting(turn: list[Message], sent: list[Message], room: int) -> list[Message]:
    """A turn with the results of tools cut further, the oldest first, until it fits."""
    cost = _cost(sent)
    for place, message in enumerate(turn):
        if cost <= room:
            break
        if message.role is Role.TOOL:
            cost -= size(sent[place])
            sent[place] = as_data(message, LEAST_RESULT)
            cost += size(sent[place])  # what a call takes is in both, or in none
    return sent


def _with_end_of_answer(sent: list[Message], room: int, endings: int) -> list[Message]:
    """A turn with the answer before what ends it cut to its end, until it fits."""
    excess = _cost(sent) - room
    if not endings or excess <= 0 or len(sent) <= endings:
        return sent
    answer = sent[-1 - endings]
    tokens_left = max(size(answer) - excess, 1)
    kept = max(LEAST_RESULT, len(answer.content) * tokens_left // max(size(answer), 1))
    shorter = replace(answer, content=answer.content[-kept:])
    return [*sent[: -1 - endings], shorter, *sent[-endings:]]


def _cost(turn: Sequence[Message]) -> int:
    """Tokens of a turn in a request, guessed."""
    made = {call.id for item in turn if item.role is Role.ASSISTANT for call in item.tool_calls}
    return sum(size(item, is_paired=item.tool_call_id in made) for item in turn)


def _is_sent(message: Message) -> bool:
    """Whether a message says anything to a model: an answer that never began does not."""
    return message.role is not Role.ASSISTANT or bool(message.content or message.tool_calls)
