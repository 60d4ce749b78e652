"""Keys in the order in which they were pressed, however fast they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget


async def do_binding(widget: Widget, event: events.Key) -> bool:
    """Run the action of a key at once, if it has one.

    Textual inserts a letter in the field that has the focus, but lets a key with a binding rise
    to the application first: letters that come close behind, as they do over SSH, overtake it.

    Args:
        widget: The field that has the focus.
        event: The key.

    Returns:
        Whether the key had an action: the event is dealt with.
    """
    if event.is_printable:
        return False
    active = widget.screen.active_bindings.get(event.key)
    if active is None or not active.enabled:
        return False
    if not await widget.app.run_action(active.binding.action, active.node):
        return False
    event.stop()
    event.prevent_default()
    return True
