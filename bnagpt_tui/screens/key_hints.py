"""The keys that lead on from the messages, told from where the focus is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.binding import Binding

from ..widgets.message_keys import LOG_KEYS
from ..widgets.message_rows import KeyHints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual.binding import BindingType
    from textual.widget import Widget

NEXT: Final = "chat.next"
"""The id of the binding that leads to the next pane."""

PREVIOUS: Final = "chat.previous"
"""The id of the binding that leads to the previous pane."""


class KeyNames:
    """The keys of bindings, as the user has them and as they are written.

    Args:
        bindings: Those of the screen; those of the messages are known.
        chosen: Keys that the user chose, by the binding's id.
        display: Writes a binding's key.
    """

    def __init__(
        self,
        bindings: Iterable[BindingType],
        chosen: Mapping[str, str],
        display: Callable[[Binding], str],
    ) -> None:
        all_bindings = (*bindings, *LOG_KEYS)
        self._bindings = {item.id: item for item in all_bindings if isinstance(item, Binding)}
        self._chosen = chosen
        self._display = display

    def name(self, binding_id: str) -> str:
        """The first key of a binding."""
        binding = self._bindings[binding_id]
        key = self._chosen.get(binding_id, binding.key).partition(",")[0].strip()
        return self._display(replace(binding, key=key, key_display=None))

    def hints(self, panes: Sequence[Widget], focused: Widget | None, target: Widget) -> KeyHints:
        """The keys that act on a message, with those before them that lead to the messages.

        Args:
            panes: All panes in their order.
            focused: What has the focus.
            target: The pane with the messages.
        """
        way = self._way(panes, focused, target)
        go_on, again = self.name("log.continue"), self.name("log.regenerate")
        return KeyHints(" ".join((*way, go_on)), " ".join((*way, again)))

    def _way(
        self, panes: Sequence[Widget], focused: Widget | None, target: Widget
    ) -> tuple[str, ...]:
        """The keys that lead from one pane to another; none when it has the focus."""
        end = panes.index(target)
        if focused not in panes:  # a field in a pane: the next pane is the first one
            return (self.name(NEXT),) * (end + 1)
        at = panes.index(focused)
        forward, back = (end - at) % len(panes), (at - end) % len(panes)
        return (self.name(NEXT),) * forward if forward <= back else (self.name(PREVIOUS),) * back
