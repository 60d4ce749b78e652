"""Help for what has the focus: its keys, what they do, and the commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget


def key_rows(widget: Widget, keymap: Mapping[str, str]) -> list[tuple[str, str]]:
    """The keys that a widget's own class binds, each with what it does.

    Args:
        widget: Whose keys.
        keymap: The keys that the user chose, by the binding's id.
    """
    rows: list[tuple[str, str]] = []
    for base in type(widget).__mro__:
        if not base.__module__.startswith("bnagpt_tui"):
            break
        for binding in base.__dict__.get("BINDINGS", ()):
            shown = [
                widget.app.get_key_display(replace(binding, key=key, key_display=None))
                for key in keymap.get(binding.id, binding.key).split(",")
            ]
            also = f" (also {', '.join(shown[1:])})" if shown[1:] else ""
            rows.append((shown[0], binding.tooltip + also))
    return rows


class HelpScreen(ModalScreen[None]):
    """A page of keys.

    Args:
        sections: Titles, each with lines of key and meaning.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1", "leave", "back", id="help.leave", tooltip="Close the help"),
        Binding("j", "scroll(1)", "down", id="help.down", show=False, tooltip="Down"),
        Binding("k", "scroll(-1)", "up", id="help.up", show=False, tooltip="Up"),
    ]

    def __init__(self, sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = "Help"
            dialog.border_subtitle = "esc closes"
            yield Static(self._page())

    def action_scroll(self, lines: int) -> None:
        """Scroll the page by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Close the help."""
        self.dismiss(None)

    def _page(self) -> Content:
        width = max((len(key) for _, rows in self._sections for key, _ in rows), default=0)
        lines: list[Content] = []
        for title, rows in self._sections:
            lines.append(Content.styled(title, "bold $accent"))
            for key, meaning in rows:
                lines.append(Content.assemble((f"  {key:<{width}}", "bold"), f"  {meaning}"))
            lines.append(Content(""))
        return Content("\n").join(lines[:-1])
