"""Give a conversation a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ..backend.text import one_line
from ..widgets.field import Field

if TYPE_CHECKING:
    from textual.app import ComposeResult

LONGEST_NAME: Final = 200
"""Characters of a name that can be typed."""


class NameScreen(ModalScreen[str | None]):
    """Returns the name, `None` when the dialog was left.

    Args:
        name: The name to begin with.
        title: What is named.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="name.leave", tooltip="Keep the name as it is"),
    ]

    _field = getters.query_one(Input)

    def __init__(self, name: str, *, title: str = "Save under a name") -> None:
        super().__init__()
        self._given = one_line(name, LONGEST_NAME)
        self._title = title

    def compose(self) -> ComposeResult:
        """The field and what its keys do."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            yield Field(self._given, max_length=LONGEST_NAME)
            yield Label("enter save · esc back", classes="keys")

    def on_mount(self) -> None:
        """Select the whole name, so that typing replaces it."""
        self._field.select_all()

    @on(Input.Submitted)
    def _save(self, event: Input.Submitted) -> None:
        event.stop()
        name = one_line(event.value, LONGEST_NAME)
        if name:
            self.dismiss(name)

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)
