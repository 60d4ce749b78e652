"""One message as rows and strips."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from rich.segment import Segment
from textual.strip import Strip

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.text import visible

from .markdown import MarkdownView, Row, wrap
from .message_look import Look
from .message_rows import State, foot_rows, head_rows
from .tool_rows import code_of, output_of

GUTTER: Final = 2
"""Columns left of the text: the cursor's bar and a space."""

MARGIN: Final = 1
"""Columns right of the text."""

MOST_STRIPS: Final = 300
"""Rows of one message that are kept ready for the screen."""


class MessageView:
    """How one message looks at one width.

    Args:
        message: The message.
        state: What else its look depends on.
        width: Columns of the whole row, gutter included.
        look: The styles.
    """

    def __init__(self, message: Message, state: State, width: int, look: Look) -> None:
        self._message = message
        self._state = state
        self._width = width
        self._look = look
        self._text_width = max(2, width - GUTTER - MARGIN)
        self._body: MarkdownView | None = None
        self._plain: list[Row] = []
        self._head: list[Row] = []
        self._foot: list[Row] = []
        self._strips: dict[int, Strip] = {}
        self._barred = False
        self._build_body()
        self._build_frame()

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self._head) + len(self._body_rows) + len(self._foot)

    @property
    def codes(self) -> list[str]:
        """The code of every block of code, in order."""
        if self._body is not None:
            return self._body.codes
        code = code_of(self._message) if self._message.role is Role.TOOL else ""
        return [code] if code else []

    @property
    def _body_rows(self) -> list[Row]:
        return self._body.rows if self._body is not None else self._plain

    def row(self, index: int) -> Row:
        """One of the rows."""
        if index < len(self._head):
            return self._head[index]
        index -= len(self._head)
        body = self._body_rows
        return body[index] if index < len(body) else self._foot[index - len(body)]

    def extend(self, text: str, reasoning: str) -> int:
        """Take more of the message.

        Returns:
            The first row that changed.
        """
        old = self._message
        self._message = replace(
            old, content=old.content + text, reasoning=old.reasoning + reasoning
        )
        head = len(self._head)
        changed = self.height
        if text and self._body is not None:
            changed = head + self._body.append(text)
        if reasoning or not old.content:
            self._build_frame()
            changed = 0
        for index in [index for index in self._strips if index >= changed]:
            del self._strips[index]
        return changed

    def update(self, message: Message, state: State) -> int:
        """Show another state of the message.

        Returns:
            The first row that changed.
        """
        same = message.content == self._message.content and state.live == self._state.live
        shows_more = message.role is Role.TOOL and state != self._state
        old = self._message
        self._message, self._state = message, state
        if message.content != old.content or shows_more:
            self._build_body()
        elif not same and self._body is not None and not state.live:
            self._body.finish()
        self._build_frame()
        self._strips.clear()
        return 0

    def strip(self, index: int, *, barred: bool) -> Strip:
        """A row ready for the screen.

        Args:
            index: Which row.
            barred: Whether the cursor's bar stands beside it.
        """
        if barred != self._barred or len(self._strips) >= MOST_STRIPS:
            self._barred = barred
            self._strips.clear()
        strip = self._strips.get(index)
        if strip is None:
            beside = barred and index < self.height - 1
            strip = self._strips[index] = self._drawn(self.row(index), barred=beside)
        return strip

    def _drawn(self, row: Row, *, barred: bool) -> Strip:
        ground = self._look.text
        bar = Segment("▌ ", self._look.bar) if barred else Segment("  ", ground)
        free = self._width - GUTTER - row.cells
        segments = [bar, *row.segments]
        if free > 0:
            segments.append(Segment(" " * free, ground))
        strip = Strip(segments, GUTTER + row.cells + max(0, free))
        return strip if free >= 0 else strip.crop(0, self._width)

    def _build_body(self) -> None:
        message = self._message
        self._body = None
        self._plain = []
        if message.role is Role.ASSISTANT:
            self._body = MarkdownView(self._text_width, self._look.markdown)
            self._body.append(message.content)
            if not self._state.live:
                self._body.finish()
        else:
            self._plain = self._plain_rows(message)

    def _plain_rows(self, message: Message) -> list[Row]:
        """What is no Markdown: a question, or as much of a tool's output as is to be seen."""
        text = visible(message.content)
        if message.role is Role.TOOL:
            text = output_of(
                message, running=bool(self._state.running), unfolded=self._state.unfolded
            )
            if not text:
                return []
        return wrap([(text, self._look.text)], self._text_width)

    def _build_frame(self) -> None:
        self._head = head_rows(self._message, self._state, self._text_width, self._look)
        self._foot = foot_rows(self._message, self._state, self._text_width, self._look)
