"""What is sent for one round: to whom, how much of the conversation, and with which tools."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from . import context, tokens
from .errors import TooLargeError
from .models import Message, Role, now
from .offering import left_out, offered
from .outside import instructions_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .context import Budget, Context
    from .engines.base import Engine
    from .models import Limits, ToolSpec

TRIM: Final = "r sends it again with the oldest turns left out."
"""What helps when a request with earlier turns is too large."""

SHORTEN: Final = "It is this question alone: e puts it back into the prompt, to be shortened."
"""What helps when a question is too large by itself."""


_LATELY: Final = 200
"""Messages at a path's end in which used tools are looked for."""

GO_ON: Final = (
    "Your last message was cut off. Continue exactly where it stopped: repeat nothing, introduce "
    "nothing."
)
"""What a model is told, in that one request, that is to go on with its answer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent for one round."""

    model: str
    context: Context
    budget: Budget
    tools: tuple[ToolSpec, ...] = ()
    """The tools that the model is told of."""
    may_call: bool = True
    """Whether it may call one."""
    note: str = ""
    """What the user should know of the plan, in a sentence; mostly empty."""


class Planner:
    """Makes plans, and learns from how the requests went.

    Args:
        engine: Who answers.
        instructions: What every conversation begins with.
        context_tokens: The most tokens of a request and its answer; 0 follows model and plan.
        answer_tokens: The most tokens of an answer; 0 for a quarter of the whole.
        calendar: Tells the present moment, in UTC.
    """

    def __init__(
        self,
        engine: Engine,
        instructions: str = "",
        *,
        context_tokens: int = 0,
        answer_tokens: int = 0,
        calendar: Callable[[], datetime] = now,
    ) -> None:
        self._engine = engine
        self._instructions = instructions
        self._context_tokens = context_tokens
        self._answer_tokens = answer_tokens
        self._calendar = calendar
        self._calibration = tokens.Calibration()
        self._ceilings: dict[tuple[str, str], int] = {}
        self._limits: dict[tuple[str, str], Limits] = {}

    @property
    def limits(self) -> Limits | None:
        """What the last reply of the engine that answers said of the plan; `None` before one."""
        return self._limits.get((self._engine.title, ""))

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.note_limits(limits)

    def note_limits(self, limits: Limits, engine: str = "", model: str = "") -> None:
        """Note what a reply said of the plan; each model has limits of its own.

        Args:
            limits: What it said.
            engine: The title of the engine that was asked; empty for the one that answers.
            model: The model that was asked; empty for any.
        """
        title = engine or self._engine.title
        self._limits[title, ""] = self._limits[title, model] = limits

    def plan(
        self,
        model: str,
        path: Sequence[Message],
        tools: tuple[ToolSpec, ...] = (),
        *,
        may_call: bool = True,
        goes_on: bool = False,
    ) -> Plan:
        """What the model is sent, within what it and the plan take.

        Args:
            model: The model's id.
            path: The conversation from its root to its head.
            tools: The tools that the model is told of; none for one that knows of none.
            may_call: Whether one may be called in this round.
            goes_on: Whether the path ends with an answer that was cut and is to be gone on with.
        """
        info = self._engine.describe(model)
        limits = self._limits.get((self._engine.title, model)) or self.limits
        told = offered(tools, path[-_LATELY:], info.most_tools)
        note, tools = left_out(tools, told), told
        budget = context.budget(
            info,
            limits,
            context_tokens=self._context_tokens,
            answer_tokens=self._answer_tokens,
        )
        room = min(budget.request, self._ceilings.get((self._engine.title, model), budget.request))
        taken = sum(map(_tokens_of, tools))
        ending = (Message(Role.USER, GO_ON, id="go-on"),) if goes_on else ()

        def select(*, data: bool) -> Context:
            instructions = instructions_for(
                self._instructions, tools=bool(tools), data=data, moment=self._calendar()
            )
            factor = self._calibration.factor(model)
            return context.select(path, instructions, room, factor, taken=taken, ending=ending)

        selected = select(data=bool(tools))
        if not tools and any(message.role is Role.TOOL for message in selected.messages):
            selected = select(data=True)
        return Plan(model, selected, budget, tools, may_call, note)

    def learn(self, plan: Plan, counted: int, error: Exception | None) -> str:
        """Take in how a request went, so that the next plan is nearer to the truth.

        Args:
            plan: What was sent.
            counted: Tokens of the request as the service counted them; 0 when it did not.
            error: What ended it; `None` when nothing did.

        Returns:
            What the user can do about the error; empty when there is nothing to advise.
        """
        guessed = plan.context.guessed
        self._calibration.learn(plan.model, guessed=guessed, counted=counted)
        if not isinstance(error, TooLargeError):
            return ""
        tried = int(guessed * self._calibration.factor(plan.model))
        allowed = (error.limit - plan.budget.answer) if error.limit else tried
        self._ceilings[self._engine.title, plan.model] = max(min(allowed, tried * 3 // 4), 1)
        sent = plan.context.messages
        questions = sum(item.role is Role.USER and item.content != GO_ON for item in sent)
        return TRIM if questions > 1 else SHORTEN


@lru_cache(maxsize=512)
def _tokens_of_text(text: str) -> int:
    return tokens.estimate(text)


def _tokens_of(tool: ToolSpec) -> int:
    """Tokens that a tool's description has, guessed."""
    return _tokens_of_text(tool.name + tool.description + json.dumps(tool.parameters))
