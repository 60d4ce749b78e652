"""The styles of the log, resolved from the style sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rich.style import Style

from .markdown import Palette

GUTTER: Final = 2
"""Columns left of the text: the cursor's bar and a space."""

MARGIN: Final = 1
"""Columns right of the text."""

PREFIX: Final = "message-log--"
"""What the names of the log's component classes begin with."""

_MARKDOWN: Final = (
    "heading",
    "link",
    "literal",
    "math",
    "bullet",
    "quote",
    "frame",
    "code",
    "code-frame",
    "code-language",
    "code-comment",
    "code-keyword",
    "code-operator",
    "code-function",
    "code-type",
    "code-string",
    "code-number",
    "code-error",
)
_OWN: Final = (
    "dim",
    "user",
    "assistant",
    "tool",
    "problem",
    "stopped",
    "reasoning",
    "memory",
    "queued",
    "note",
    "more",
    "bar",
    "hint",
)
COMPONENTS: Final = frozenset(PREFIX + name for name in (*_MARKDOWN, *_OWN))
"""The component classes that the style sheet gives looks to."""


@dataclass(frozen=True)
class Look:
    """A style for each part of the log; every one is complete."""

    markdown: Palette = field(default_factory=Palette)
    """What the text of answers is drawn with."""
    text: Style = field(default_factory=Style.null)
    """Running text, and the ground of everything else."""
    dim: Style = field(default_factory=Style.null)
    """Figures and times."""
    user: Style = field(default_factory=Style.null)
    """The name over a question."""
    assistant: Style = field(default_factory=Style.null)
    """The name over an answer."""
    tool: Style = field(default_factory=Style.null)
    """Tools: their calls, and the name over what they returned."""
    problem: Style = field(default_factory=Style.null)
    """What went wrong."""
    stopped: Style = field(default_factory=Style.null)
    """That an answer is not whole."""
    reasoning: Style = field(default_factory=Style.null)
    """What the model thought."""
    memory: Style = field(default_factory=Style.null)
    """The line where the model's memory begins."""
    queued: Style = field(default_factory=Style.null)
    """Questions that wait their turn."""
    note: Style = field(default_factory=Style.null)
    """The line under a live answer."""
    more: Style = field(default_factory=Style.null)
    """The marker of more text below."""
    bar: Style = field(default_factory=Style.null)
    """The bar beside the current message."""
    hint: Style = field(default_factory=Style.null)
    """The letter that picks a block of code."""


def resolve(text: Style, component: Callable[[str], Style]) -> Look:
    """The look that a style sheet gives.

    Args:
        text: The widget's own style.
        component: Gives the style of a component class.
    """
    own = {name: component(PREFIX + name) for name in _OWN}
    styles = {name.replace("-", "_"): component(PREFIX + name) for name in _MARKDOWN}
    return Look(markdown=Palette(text=text, dim=own["dim"], **styles), text=text, **own)
