"""What the prompt offers while a command is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.app import RenderResult


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that can stand in the prompt."""

    text: str
    """What is put into the prompt, as in `/model`."""
    meaning: str
    """What it does."""


class CompletionList(Widget):
    """The completions that fit what is typed, one of them chosen; never takes the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "completion-list--chosen",
        "completion-list--text",
        "completion-list--meaning",
    }

    completions: reactive[tuple[Completion, ...]] = reactive((), layout=True)
    """What is offered, best first; nothing hides the list."""

    chosen: reactive[int] = reactive(0)
    """The one that Tab or Enter takes."""

    def watch_completions(self, completions: tuple[Completion, ...]) -> None:
        """Begin at the best; show only what there is."""
        self.chosen = 0
        self.display = bool(completions)
        self.styles.height = min(len(completions), 8)

    @property
    def current(self) -> Completion | None:
        """The chosen completion; `None` when nothing is offered."""
        return self.completions[self.chosen] if self.completions else None

    def step(self, step: int) -> None:
        """Choose another."""
        if self.completions:
            self.chosen = (self.chosen + step) % len(self.completions)

    def render_line(self, y: int) -> Strip:
        """One completion."""
        top = max(0, self.chosen - self.size.height + 1)
        index = y + top
        if index >= len(self.completions):
            return Strip.blank(self.size.width, self.rich_style)
        completion = self.completions[index]
        text = self.get_component_rich_style("completion-list--text", partial=True)
        meaning = self.get_component_rich_style("completion-list--meaning", partial=True)
        style = self.rich_style
        if index == self.chosen:
            style += self.get_component_rich_style("completion-list--chosen", partial=True)
        width = max(len(item.text) for item in self.completions) + 2
        return Strip(
            [
                Segment(" " + completion.text.ljust(width), style + text),
                Segment(completion.meaning, style + meaning),
            ]
        ).adjust_cell_length(self.size.width, style)

    def render(self) -> RenderResult:
        """Nothing: `render_line` draws."""
        return ""
