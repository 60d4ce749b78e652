"""`bnagpt ask`: one question, one answer, on standard output as it comes."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from ..backend.assemble import build_asking, build_engine
from ..backend.events import (
    Noted,
    NotKept,
    TextDelta,
    TextWasReasoning,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Waiting,
)
from ..backend.models import Message, Outcome
from ..backend.text import Cleaner, one_line
from . import DONE, FAILED, WRONG_USAGE
from .answering import answering
from .standard_input import compose, standard_input

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncGenerator

    from ..backend.events import TurnEvent
    from ..backend.settings import Settings
    from .console import Console

DEMO: Final = "This was the small demo model. Set GROQ_API_KEY for a real one, or say --local."
"""What standard error is told when nobody better was there to answer."""


WAS_REASONING: Final = "What is printed so far was the model's reasoning; the answer follows."
"""What standard error is told when an answer turns out to begin only now."""


def run_ask(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Ask, and print the answer: as it comes, or whole as JSON.

    Raises:
        BnaGPTError: No answer could be asked for.
    """
    question = compose(_clean(" ".join(arguments.question)), standard_input(console))
    if not question:
        console.complain("There is nothing to ask: give a question, or pipe one in.")
        return WRONG_USAGE
    engine = build_engine(settings)
    model = getattr(arguments, "model", "")
    name = _clean(arguments.save or "")
    chat = build_asking(settings, engine, allow=arguments.allow, keeping=bool(name))
    turn = answering(chat, name, question, model, arguments.allow, console.complain)
    status = asyncio.run(_print(turn, console, as_json=arguments.json))
    if status == DONE and engine.is_demo and not settings.local:
        console.complain(DEMO)
    return status


def _clean(argument: str) -> str:
    """An argument without the bytes that were no UTF-8."""
    return argument.encode("utf-8", "replace").decode()


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
                elif isinstance(event, TextWasReasoning):
                    paper.end()
                    if not as_json:
                        console.complain(WAS_REASONING)
                elif isinstance(event, Waiting | Noted | NotKept | ToolStarted):
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
        self._cleaner = Cleaner(uncrowding=console.out.isatty())
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


def _notice(event: Waiting | Noted | NotKept | ToolStarted) -> str:
    """What standard error is told while the answer is on its way."""
    if isinstance(event, NotKept):
        return event.reason
    if isinstance(event, Noted):
        return event.sentence
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
