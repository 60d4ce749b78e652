"""The keys of the log."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

LOG_KEYS: Final[list[BindingType]] = [
    Binding("j", "next", "next", id="log.next", tooltip="Next message", show=False),
    Binding("k", "previous", "previous", id="log.previous", tooltip="Previous message", show=False),
    Binding("g", "first", "first", id="log.first", tooltip="First message", show=False),
    Binding(
        "G,end", "last", "last", id="log.last", tooltip="Last message, and stay there", show=False
    ),
    Binding("y", "copy", "copy", id="log.copy", tooltip="Copy the message, or what is selected"),
    Binding("c", "copy_code", "copy code", id="log.copy_code", tooltip="Copy a block of code"),
    Binding("x", "run_code", "run", id="log.run", tooltip="Run a block of Python in the sandbox"),
    Binding("o", "open", "open", id="log.open", tooltip="Open a source or a file"),
    Binding("e", "edit", "edit", id="log.edit", tooltip="Edit the question and send it again"),
    Binding("r", "regenerate", "again", id="log.regenerate", tooltip="Have it answered again"),
    Binding(
        "enter",
        "continue",
        "go on",
        id="log.continue",
        tooltip="Go on with an answer that is not whole",
    ),
    Binding(
        "b",
        "branch",
        "branch",
        id="log.branch",
        tooltip="Go on from here in a new conversation",
        show=False,
    ),
    Binding(
        "left_square_bracket",
        "sibling(-1)",
        "other answer",
        id="log.previous_sibling",
        tooltip="Previous of several answers",
        key_display="[",
        show=False,
    ),
    Binding(
        "right_square_bracket",
        "sibling(1)",
        "other answer",
        id="log.next_sibling",
        tooltip="Next of several answers",
        key_display="]",
        show=False,
    ),
    Binding(
        "space", "fold", "unfold", id="log.fold", tooltip="Fold or unfold reasoning and tool output"
    ),
    Binding(
        "v",
        "paper",
        "paper",
        id="log.paper",
        tooltip="The plain text, to select with the mouse",
        show=False,
    ),
]
"""Every key with a name under which it can be remapped."""
