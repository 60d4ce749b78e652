"""Take a key, check it, keep it: Groq's, or that of the server that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ..backend.errors import EngineError, PlainHttpError
from ..widgets.field import Field
from .plain_http import allowed_plain_http

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ..backend.setup import Setup

CHECK: Final = "check-key"
"""The group of the worker that asks whether a key is good."""


class KeyScreen(ModalScreen[bool]):
    """Returns whether a new key is in use.

    Args:
        setup: Checks the key and keeps it.
        groq: Whether it is Groq's whoever answers.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="key.leave", tooltip="Go on without a key"),
    ]

    _field = getters.query_one(Input)
    _answer = getters.query_one("#answer", Label)

    def __init__(self, setup: Setup, *, groq: bool = False) -> None:
        super().__init__()
        self._setup = setup
        self._groq = groq
        self._host = "" if groq else setup.key_host

    def compose(self) -> ComposeResult:
        """Where a key comes from, the field, and what became of it."""
        host = self._host
        whence = f"The key of {host}." if host else "A key is free at console.groq.com/keys."
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Key" if host else "Groq key"
            yield Label(
                f"{whence} It is checked with one request, kept in a file that only you can read, "
                "and sent nowhere else.",
                classes="explanation",
                markup=False,
            )
            yield Field(password=True, placeholder="" if host else "gsk_…")
            yield Label("", id="answer")
            yield Label("enter check and keep · esc back", classes="keys")

    @on(Input.Submitted)
    def _check_entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self._answer.update(Content(f"Asking {self._host or 'Groq'} …"))
            self._check(event.value)

    @work(group=CHECK, exclusive=True)
    async def _check(self, text: str) -> None:
        try:
            await self._setup.adopt_key(text, groq=self._groq)
        except PlainHttpError as error:
            if await allowed_plain_http(self.app, self._setup, error):
                self._check(text)
            else:
                self._answer.update(Content(str(error)))
        except EngineError as error:
            self._answer.update(Content(str(error)))
        except OSError as error:
            self._answer.update(Content(f"The key works, but could not be kept: {error.strerror}."))
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Go on without a key."""
        self.dismiss(False)
