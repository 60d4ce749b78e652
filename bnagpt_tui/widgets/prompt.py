"""Where questions are written: several lines, earlier ones within reach, the draft never lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from ..backend.text import harmless
from .graphemes import boundary_after, boundary_at, boundary_before
from .late_hide import keep_focus
from .recall import Recall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.document._document import Location

PLACEHOLDER: Final = "Ask anything. / for commands"
"""What stands in the empty prompt."""

_COMPLETION_KEYS: Final = frozenset({"up", "down", "tab", "enter", "escape"})


class Prompt(TextArea):
    """A text field that grows with its text; Enter sends, Ctrl+J begins a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "send", id="prompt.send", tooltip="Send the question"),
        Binding(
            "ctrl+j,shift+enter,alt+enter",
            "newline",
            "new line",
            id="prompt.newline",
            tooltip="Begin a new line",
        ),
    ]

    @dataclass
    class Submitted(Message):
        """The user sends what stands in the prompt.

        Attributes:
            prompt: The prompt it stood in.
            text: The text, without white space round it; never empty.
        """

        prompt: Prompt
        text: str

        @property
        def control(self) -> Prompt:
            """The prompt, for `on` selectors."""
            return self.prompt

    @dataclass
    class Typed(Message):
        """The text changed, by keys or otherwise.

        Attributes:
            prompt: The prompt it stands in.
            text: The text as it stands.
        """

        prompt: Prompt
        text: str

        @property
        def control(self) -> Prompt:
            """The prompt, for `on` selectors."""
            return self.prompt

    @dataclass
    class CompletionKey(Message):
        """A key that chooses among completions, while some are offered.

        Attributes:
            prompt: The prompt that has the focus.
            key: `up`, `down`, `tab`, `enter` or `escape`.
        """

        prompt: Prompt
        key: str

        @property
        def control(self) -> Prompt:
            """The prompt, for `on` selectors."""
            return self.prompt

    completing_for: str | None = None
    """The text for which completions are offered; `None` while there are none."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            id=id,
            compact=True,
            highlight_cursor_line=False,
            placeholder=PLACEHOLDER,
            tab_behavior="focus",
        )
        self.cursor_blink = False
        self._recall = Recall()

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus if it is shown again by now."""
        keep_focus(self, event)

    @property
    def completing(self) -> bool:
        """Whether some keys choose among completions: they are offered for what stands here."""
        return self.completing_for == self.text

    @property
    def draft(self) -> str:
        """What stands in the prompt, white space and all."""
        return self.text

    def remember(self, prompts: Sequence[str]) -> None:
        """Take earlier prompts, oldest first, for the up and down keys."""
        self._recall = Recall(prompts)

    def put(self, text: str) -> None:
        """Set the text, made harmless, and stand at its end."""
        self.load_text(harmless(text))
        self.move_cursor(self.document.end)

    def give_back(self, text: str) -> None:
        """Put text in front of what stands here, so that neither is lost."""
        if text:
            self.put(f"{text}\n{self.text}" if self.text.strip() else text)

    def action_submit(self) -> None:
        """Send the text, if there is any."""
        text = self.text.strip()
        if not text:
            return
        self._recall.add(text)
        self.load_text("")
        self.post_message(self.Submitted(self, text))

    def action_newline(self) -> None:
        """Break the line at the cursor."""
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        """Move a line up; from the first one, to the prompt before this."""
        if select or self.wrapped_document.location_to_offset(self.cursor_location).y > 0:
            super().action_cursor_up(select)
        elif (earlier := self._recall.earlier(self.text)) is not None:
            self.put(earlier)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move a line down; from the last one, to the prompt after this, the draft at last."""
        last = self.wrapped_document.height - 1
        if select or self.wrapped_document.location_to_offset(self.cursor_location).y < last:
            super().action_cursor_down(select)
        elif (later := self._recall.later(self.text)) is not None:
            self.put(later)

    # What a user sees as one character is one, however many Unicode makes of it.

    def get_cursor_left_location(self) -> Location:
        """The place in front of the visible character before the cursor."""
        row, column = self.cursor_location
        if not column:
            return super().get_cursor_left_location()
        return row, boundary_before(self.document[row], column)

    def get_cursor_right_location(self) -> Location:
        """The place behind the visible character at the cursor."""
        row, column = self.cursor_location
        if column >= len(self.document[row]):
            return super().get_cursor_right_location()
        return row, boundary_after(self.document[row], column)

    def get_cursor_up_location(self) -> Location:
        """The place above the cursor."""
        return self._at_boundary(super().get_cursor_up_location())

    def get_cursor_down_location(self) -> Location:
        """The place below the cursor."""
        return self._at_boundary(super().get_cursor_down_location())

    def get_target_document_location(self, event: events.MouseEvent) -> Location:
        """The place that the mouse points at."""
        return self._at_boundary(super().get_target_document_location(event))

    def _at_boundary(self, location: Location) -> Location:
        row, column = location
        return row, boundary_at(self.document[row], column)

    def on_key(self, event: events.Key) -> None:
        """Leave Enter to the binding that sends, and keys to open completions."""
        if self.completing and event.key in _COMPLETION_KEYS:
            event.stop()
            event.prevent_default()
            self.post_message(self.CompletionKey(self, event.key))
        elif event.key == "enter":
            event.prevent_default()

    def _on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self, self.text))
