"""Keeps the focus where it is when word of a widget's being hidden comes late."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget


def keep_focus(widget: Widget, event: events.Hide) -> None:
    """Have a widget that is shown again by now pass over that it was hidden.

    Textual says so behind the layout, and takes the focus away for it. A widget that was hidden
    and shown by quick keys has the focus again by then, and what is typed is for it.

    Args:
        widget: What was hidden.
        event: The word of it.
    """
    if all(node.display for node in widget.ancestors_with_self):
        event.prevent_default()
