"""A question with a few answers, each a button with a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from ..backend.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question."""

    id: str
    label: str
    key: str
    """The letter that gives this answer."""


class ConfirmScreen(ModalScreen[str | None]):
    """Returns the id of the answer, `None` when the question was left.

    Args:
        title: What it is about.
        question: The question, one or two sentences.
        answers: What can be answered; the first has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="confirm.leave", tooltip="Answer nothing"),
        Binding("up", "app.focus_previous", "up", id="confirm.up", show=False, tooltip="Up"),
        Binding("down", "app.focus_next", "down", id="confirm.down", show=False, tooltip="Down"),
    ]

    def __init__(self, title: str, question: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            yield Label(Content(one_line(self._question, 600)), classes="explanation")
            with Vertical(classes="answers"):
                for answer in self._answers:
                    label = Content.assemble((answer.key, "bold underline"), f"  {answer.label}")
                    yield Button(label, id=answer.id, compact=True)

    def on_key(self, event: events.Key) -> None:
        """Take an answer by its letter."""
        for answer in self._answers:
            if event.key == answer.key:
                event.stop()
                self.dismiss(answer.id)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id)

    def action_leave(self) -> None:
        """Answer nothing."""
        self.dismiss(None)
