"""The line at the bottom: the keys that do something at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.app import RenderResult
    from textual.binding import ActiveBinding


class HintLine(Widget):
    """The active bindings that want to be shown, as `key label`, as many as fit.

    The keys are those that work: a binding whose action cannot run now is left out, a remapped
    one is shown with the key that the user gave it.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"hint-line--key", "hint-line--label"}

    hints: reactive[tuple[tuple[str, str], ...]] = reactive(())
    """Key and label of each hint, in the order in which they are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._active: list[ActiveBinding] = []

    def on_mount(self) -> None:
        """Follow the bindings of whatever has the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh_hints())
        self.call_after_refresh(self.refresh_hints)

    def refresh_hints(self) -> None:
        """Read the active bindings anew."""
        if not self.is_attached or not self.screen.is_current:
            return
        active = self.screen.active_bindings.values()
        by_id: dict[str, ActiveBinding] = {}
        for item in active:
            if item.binding.show and item.enabled:
                by_id.setdefault(item.binding.id or item.binding.key, item)
        self._active = list(by_id.values())
        self.hints = tuple(
            (self.app.get_key_display(item.binding), item.binding.description)
            for item in self._active
        )

    def render_line(self, y: int) -> Strip:
        """The whole line."""
        key_style = self.get_component_rich_style("hint-line--key")
        label_style = self.get_component_rich_style("hint-line--label")
        segments: list[Segment] = [Segment(" ", label_style)]
        for index in self._fitting():
            key, label = self.hints[index]
            target = Style.from_meta({"hint": index})
            if len(segments) > 1:
                segments.append(Segment(" · ", label_style))
            segments.append(Segment(key, key_style + target))
            segments.append(Segment(f" {label}", label_style + target))
        return Strip(segments).adjust_cell_length(self.size.width, label_style)

    def _fitting(self) -> list[int]:
        """The hints that fit: the first ones, and always the last, which is the help."""
        widths = [len(key) + len(label) + 4 for key, label in self.hints]
        room = self.size.width + 1 - (widths[-1] if widths else 0)
        fitting: list[int] = []
        for index, width in enumerate(widths[:-1]):
            room -= width
            if room < 0:
                break
            fitting.append(index)
        return [*fitting, len(widths) - 1] if widths else []

    def render(self) -> RenderResult:
        """Nothing: `render_line` draws."""
        return ""

    async def on_click(self, event: events.Click) -> None:
        """Do what the hint under the mouse says."""
        index = event.style.meta.get("hint")
        if index is not None and index < len(self._active):
            event.stop()
            item = self._active[index]
            await self.app.run_action(item.binding.action, item.node)
