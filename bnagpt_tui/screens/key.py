"""Take a Groq key, check it, keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ..backend.errors import EngineError
from ..widgets.field import Field

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ..backend.setup import Setup

CHECK: Final = "check-key"
"""The group of the worker that asks whether a key is good."""


class KeyScreen(ModalScreen[bool]):
    """Returns whether a new key is in use.

    Args:
        setup: Checks the key and keeps it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="key.leave", tooltip="Go on without a key"),
    ]

    _field = getters.query_one(Input)
    _answer = getters.query_one("#answer", Label)

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup

    def compose(self) -> ComposeResult:
        """Where a key comes from, the field, and what became of it."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Groq key"
            yield Label(
                "A key is free at console.groq.com/keys. It is checked with one request and "
                "kept in a file that only you can read.",
                classes="explanation",
            )
            yield Field(password=True, placeholder="gsk_…")
            yield Label("", id="answer")
            yield Label("enter check and keep · esc back", classes="keys")

    @on(Input.Submitted)
    def _check_entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self._answer.update("Asking Groq …")
            self._check(event.value)

    @work(group=CHECK, exclusive=True)
    async def _check(self, text: str) -> None:
        try:
            await self._setup.adopt_key(text)
        except EngineError as error:
            self._answer.update(Content(str(error)))
        except OSError as error:
            self._answer.update(Content(f"The key works, but could not be kept: {error.strerror}."))
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Go on without a key."""
        self.dismiss(False)
