"""The line at the top: which conversation, which model, how fast, how much is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..backend.text import one_line

if TYPE_CHECKING:
    from textual.app import RenderResult


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line tells."""

    name: str = ""
    """The conversation's name; empty for a new one."""
    model: str = ""
    """The model that answers here."""
    engine: str = ""
    """Where it runs, when that is not Groq."""
    state: str = ""
    """What goes on: `writing`, `waiting 12 s`; empty for nothing."""
    tokens: int = 0
    """Tokens of the answer, or of the last one."""
    rate: float = 0.0
    """Tokens each second."""
    tokens_left: int | None = None
    """What is left of the minute's tokens; `None` when nobody said."""
    tokens_limit: int = 0
    """The minute's tokens."""
    tools: str = ""
    """Whether the model may use tools, in two words."""
    unsaved: bool = False
    """Whether something of this conversation is not on the disk."""


def thousands(count: int) -> str:
    """A count in few characters, as in `950`, `6.1k`, `250k`."""
    if count < 1000:
        return str(count)
    short = f"{count / 1000:.1f}".removesuffix(".0") if count < 100_000 else str(count // 1000)
    return f"{short}k"


class StatusLine(Widget):
    """One line of facts; what does not fit goes first from the least important."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status-line--brand",
        "status-line--name",
        "status-line--warning",
    }

    status: reactive[Status] = reactive(Status())
    """What is shown."""

    def render_line(self, y: int) -> Strip:
        """The whole line."""
        width = self.size.width
        style = self.rich_style
        name = self._title()
        facts = self._facts(width - cell_len(name[1].text) - 12)
        used = sum(segment.cell_length for segment in (*name, *facts))
        gap = Segment(" " * max(1, width - used - 1), style)
        strip = Strip([*name, gap, *facts, Segment(" ", style)])
        return strip.adjust_cell_length(width, style).apply_style(style)

    def render(self) -> RenderResult:
        """Nothing: `render_line` draws."""
        return ""

    def _title(self) -> list[Segment]:
        brand = self.get_component_rich_style("status-line--brand")
        style = self.get_component_rich_style("status-line--name")
        name = one_line(self.status.name) or "New conversation"
        longest = max(12, self.size.width - 44)
        if cell_len(name) > longest:
            name = set_cell_size(name, longest - 1).rstrip() + "…"
        segments = [Segment(" bnaGPT ", brand), Segment(f"  {name}", style)]
        if self.status.unsaved:
            warning = self.get_component_rich_style("status-line--warning")
            segments.append(Segment(" ● unsaved", warning))
        return segments

    def _facts(self, room: int) -> list[Segment]:
        """The facts that fit, most important last so that the model stays at its place."""
        status = self.status
        facts = [one_line(status.model.rpartition("/")[2], 28)]
        if status.engine:
            facts.append(status.engine)
        if status.state:
            facts.append(status.state)
        if status.tools:
            facts.append(status.tools)
        if status.tokens:
            facts.append(f"{thousands(status.tokens)} tok")
        if status.rate:
            facts.append(f"{status.rate:.0f} tok/s")
        if status.tokens_left is not None:
            left, limit = thousands(status.tokens_left), thousands(status.tokens_limit)
            facts.append(f"{left}/{limit} tokens/min")
        facts = [fact for fact in facts if fact]
        while len(facts) > 1 and cell_len(" · ".join(facts)) > room:
            facts.pop(0 if len(facts) == 2 and status.state else -1)
        return [Segment(" · ".join(facts), self._dim())]

    def _dim(self) -> Style:
        return self.rich_style
