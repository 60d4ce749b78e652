"""What an empty conversation shows: an invitation, and who will answer."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from ..backend.text import visible

INVITATION: Final = (
    ("enter", "sends what you type below"),
    ("ctrl+o", "finds an earlier conversation"),
    ("/", "shows the commands"),
    ("ctrl+p", "shows everything, with its key"),
    ("f1", "helps"),
)
"""Keys worth knowing before the first question, with what they do."""


class Welcome(Static):
    """A few lines in the middle of the empty chat pane."""

    engine: reactive[str] = reactive("")
    """Who answers, in one sentence; empty before it is known."""

    advice: reactive[str] = reactive("")
    """What would make it better, in one sentence; empty for nothing."""

    def on_mount(self) -> None:
        """Draw the first lines."""
        self._draw()

    def watch_engine(self) -> None:
        """Draw again."""
        self._draw()

    def watch_advice(self) -> None:
        """Draw again."""
        self._draw()

    def _draw(self) -> None:
        lines = [Content.styled("bnaGPT", "bold $accent"), Content("")]
        if self.engine:
            lines.append(Content(visible(self.engine)))
        if self.advice:
            lines.append(Content.styled(visible(self.advice), "$warning"))
        if self.engine or self.advice:
            lines.append(Content(""))
        width = max(len(key) for key, _ in INVITATION)
        for key, meaning in INVITATION:
            lines.append(
                Content.assemble((key.rjust(width), "bold $accent"), "  ", (meaning, "$muted"))
            )
        self.update(Content("\n").join(lines))
