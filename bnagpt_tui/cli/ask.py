"""`bnagpt ask`: one question, one answer, on standard output as it comes."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from ..backend.addresses import DATA
from ..backend.assemble import build_asking, build_engine
from ..backend.errors import RequestRefusedError
from ..backend.events import NotKept, TextDelta, ToolEnded, ToolStarted, TurnEnded, Waiting
from ..backend.hidden import without_hidden
from ..backend.models import Message, Outcome
from ..backend.outside import told_hidden
from ..backend.text import one_line
from . import DONE, FAILED, WRONG_USAGE
from .console import Cleaner

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncGenerator

    from ..backend.chat import ChatService
    from ..backend.events import TurnEvent
    from ..backend.settings import Settings
    from .console import Console

MOST_INPUT: Final = 4 * 1024 * 1024
"""Bytes of standard input that are read at the most."""

DEMO: Final = "This was the small demo model. Set GROQ_API_KEY for a real one, or say --local."
"""What standard error is told when nobody better was there to answer."""


def run_ask(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Ask, and print the answer: as it comes, or whole as JSON.

    Raises:
        BnaGPTError: No answer could be asked for.
    """
    question = compose(_clean(" ".join(arguments.question)), _standard_input())
    if not question:
        console.complain("There is nothing to ask: give a question, or pipe one in.")
        return WRONG_USAGE
    engine = build_engine(settings)
    model = getattr(arguments, "model", "")
    name = _clean(arguments.save)
    chat = build_asking(settings, engine, allow=arguments.allow, keeping=bool(name))
    answering = _answering(chat, name, question, model)
    status = asyncio.run(_print(answering, console, as_json=arguments.json))
    if status == DONE and engine.is_demo and not settings.local:
        console.complain(DEMO)
    return status


def compose(question: str, piped: str) -> str:
    """The question with what was piped in, which is named as data; either may be empty.

    The fence is longer than any in the data, so that nothing in it ends the data early. What no
    reader of the data sees is taken out of it, which is told beside it.
    """
    question = question.strip()
    piped, hidden = without_hidden(piped)
    remark = f" {told_hidden(hidden)}" if hidden else ""
    if not question or not piped.strip():
        return question or f"{piped.strip()}{remark}"
    longest = max(map(len, re.findall("`+", piped)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{question}\n\n{DATA}{remark}:\n\n{fence}\n{piped.rstrip()}\n{fence}"


def _standard_input() -> str:
    """What is piped in, whatever its encoding; empty when somebody sits at the terminal.

    Raises:
        RequestRefusedError: It is too much for any model.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    data = sys.stdin.buffer.read(MOST_INPUT + 1)
    if len(data) > MOST_INPUT:
        raise RequestRefusedError(
            f"Standard input holds more than {MOST_INPUT // 1024**2} MB, which no model reads."
        )
    return data.decode("utf-8", "replace")


def _clean(argument: str) -> str:
    """An argument without the bytes that were no UTF-8."""
    return argument.encode("utf-8", "replace").decode()


async def _answering(
    chat: ChatService, name: str, question: str, model: str
) -> AsyncGenerator[TurnEvent, None]:
    """The next turn of the conversation of this name, or the first of a new one."""
    try:
        if name:
            await chat.start()
        conversation = chat.library.named(name) if name else None
        if conversation is None:
            conversation = chat.new(name, model=model)
        elif model:
            await chat.set_model(conversation.id, model)
        async with aclosing(chat.send(conversation.id, question)) as events:
            async for event in events:
                yield event
    finally:
        await chat.close()


async def _print(
    events: AsyncGenerator[TurnEvent, None], console: Console, *, as_json: bool
) -> int:
    """Print what comes, and return the exit status that its end asks for."""
    paper = Paper(console, silent=as_json)
    ended: TurnEnded | None = None
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, TextDelta):
                    paper.write(event.text)
                elif isinstance(event, Waiting | NotKept | ToolStarted):
                    console.complain(_notice(event))
                elif isinstance(event, ToolEnded) and event.result.outcome is Outcome.FAILED:
                    console.complain(one_line(event.result.content, 300))
                elif isinstance(event, TurnEnded):
                    ended = event
    finally:
        paper.end()
    if ended is None:
        raise AssertionError("every turn ends with TurnEnded")
    if as_json:
        console.value(_record(ended))
    else:
        _list_sources(ended.answer, console)
    return _status(ended.answer, console)


def _list_sources(answer: Message, console: Console) -> None:
    """Print the pages that the answer cites, under it."""
    if answer.sources:
        console.line()
    for source in answer.sources:
        console.line(f"[{source.number}] {one_line(source.title)} {one_line(source.address, 2000)}")


class Paper:
    """Where the answer's text goes, piece by piece, and ends with a line's end.

    Args:
        console: Where it is printed.
        silent: Whether nothing is printed after all.
    """

    def __init__(self, console: Console, *, silent: bool) -> None:
        self._console = console
        self._silent = silent
        self._cleaner = Cleaner()
        self._last = "\n"

    def write(self, text: str) -> None:
        """Print a piece at once."""
        if text and not self._silent:
            self._last = text[-1]
            self._console.write(self._cleaner.clean(text))
            self._console.flush()

    def end(self) -> None:
        """Print what was held back, and end the line if it has not ended."""
        self._console.write(self._cleaner.rest())
        if self._last not in "\r\n":
            self._console.line()
        self._last = "\n"


def _notice(event: Waiting | NotKept | ToolStarted) -> str:
    """What standard error is told while the answer is on its way."""
    if isinstance(event, NotKept):
        return event.reason
    if isinstance(event, ToolStarted):
        call = event.result.tool_calls[0]
        return f"{one_line(call.name, 80)} {one_line(call.arguments, 120)}"
    return (
        f"{event.reason} Trying again in {max(event.seconds, 1):.0f} s "
        f"({event.attempt} of {event.attempts})."
    )


def _status(answer: Message, console: Console) -> int:
    """The exit status for an answer, with a word about one that is not whole."""
    if answer.outcome is Outcome.FAILED:
        console.complain(answer.problem)
        return FAILED
    if answer.outcome is Outcome.LENGTH:
        console.complain("The answer is cut short: the model reached its longest answer.")
    return DONE


def _record(ended: TurnEnded) -> dict[str, Any]:
    """The answer as a script wants it."""
    answer, usage = ended.answer, ended.answer.usage
    return {
        "text": answer.content,
        "reasoning": answer.reasoning,
        "model": answer.model,
        "outcome": answer.outcome.value,
        "problem": answer.problem,
        "sources": [
            {"number": item.number, "title": item.title, "address": item.address}
            for item in answer.sources
        ],
        "conversation": ended.conversation.name,
        "usage": usage
        and {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "seconds": usage.seconds,
        },
    }
