"""How one server wants to be asked for one model: what was learned, and what the user forces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...offering import MOST_TOOLS

ANSWER_NAMES: Final = ("max_completion_tokens", "max_tokens")
"""The names of the longest answer's parameter, the newer first."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes for a model; at first, everything."""

    omitted: tuple[str, ...] = ()
    """Parameters that it refuses, sorted."""
    answer_name: str = ""
    """What it calls the longest answer; empty for the usual name."""
    longest_answer: int = 0
    """Tokens of an answer that it lets one ask for; 0 where it did not say."""
    most_tools: int = MOST_TOOLS
    """How many tools it takes in a request."""
    system: bool = True
    """Whether it takes instructions as a message of their own."""
    strict: bool = False
    """Whether its template wants the user first, and then both in turns."""
    streams: bool = True
    """Whether it sends an answer while it is being written."""
    efforts: tuple[str, ...] = ()
    """The values that it takes for `reasoning_effort`; empty where it did not say."""

    @property
    def tools(self) -> bool:
        """Whether it takes tools at all."""
        return "tools" not in self.omitted and self.most_tools > 0


@dataclass(frozen=True, slots=True)
class Forced:
    """What the user's settings say of a server; it goes before what was learned."""

    send: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that each request has, by name."""
    omit: tuple[str, ...] = ()
    """Parameters that no request has."""
    answer_name: str = ""
    """What the longest answer's parameter is called."""
    system: bool | None = None
    """Whether instructions are a message of their own; `None` leaves it to what is learned."""
    strict: bool | None = None
    """Whether user and assistant take turns strictly; `None` leaves it to what is learned."""
    most_tools: int = 0
    """How many tools a request may have; 0 leaves it to what is learned."""
    context_tokens: int = 0
    """The window of the server's models; 0 leaves it to what the server says."""


def fit_effort(model: str, value: object, efforts: tuple[str, ...] = ()) -> str:
    """A value of `reasoning_effort` that a model takes, nearest to a wished one.

    Args:
        model: The model.
        value: What is wished.
        efforts: What the model takes, where its server said so.

    Returns:
        The value; empty where the parameter is better left out.
    """
    wished = str(value).lower()
    known = efforts or (("low", "medium", "high") if "gpt-oss" in model.lower() else ())
    if not known or wished in known:
        return wished
    if wished not in _EFFORTS or wished == "default":
        return ""
    ranked = [effort for effort in known if effort in _EFFORTS and effort != "default"]
    place = _EFFORTS.index(wished)
    return min(ranked, key=lambda effort: abs(_EFFORTS.index(effort) - place), default="")


_EFFORTS: Final = ("none", "minimal", "low", "medium", "default", "high", "xhigh", "max")
"""Values of `reasoning_effort` that some model takes, from the least on."""
