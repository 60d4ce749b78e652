"""One message as rows and strips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rich.segment import Segment
from textual.selection import Selection
from textual.strip import Strip

from bnagpt_tui.backend.models import Message, Role

from .markdown import EMPTY, Row, prefixed, row_of, wrap
from .markdown.cutting import Cutter
from .markdown.plain_cutting import PlainCutter
from .message_drawn import Pencil
from .message_excerpt import CodePlace, codes_at, copied, whole_code
from .message_look import GUTTER, MARGIN, Look
from .message_pencils import MarkdownPencil, PlainPencil
from .message_rows import State, foot_rows, head_rows
from .message_stack import FixedRows, Place, Section, Stack
from .message_text import LongText
from .tool_rows import code_of, output_of

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
        self._body: LongText | None = None
        self._thoughts: LongText | None = None
        self._stack = Stack(())
        self._strips: dict[int, Strip] = {}
        self._barred = False
        self._seen = (0, 1)
        self._build_body()
        self._build_thoughts()
        self._build_frame()

    @property
    def height(self) -> int:
        """How many rows there are; guessed in part where the message is very long."""
        return self._stack.height

    @property
    def is_cut(self) -> bool:
        """Whether all of the message was looked through; else `work` goes on with it."""
        return all(section.is_cut for section in self._stack.sections)

    def work(self) -> None:
        """Look through more of a message that is very long."""
        for text in (self._thoughts, self._body):
            if text and not text.is_cut:
                text.work()
        self._strips.clear()

    def realize(self, row: int, rows: int) -> int:
        """Make sure what is at some rows.

        Args:
            row: The place from which on to look.
            rows: How many rows from there on; those before it when negative.

        Returns:
            Where the place is, now that heights may have turned out to be others.
        """
        if not self._stack.is_long:
            return row
        height = self.height
        row = self._stack.realize(row, rows)
        if self.height != height:
            self._strips.clear()
        return row

    def row(self, index: int) -> Row:
        """One of the rows."""
        return self._stack.row(index)

    def line(self, index: int) -> int:
        """The line of a row in selections."""
        return self._stack.line(index)

    def place_of(self, row: int) -> Place:
        """The place in the text that a row begins with."""
        return self._stack.place_of(row)

    def row_of(self, place: Place) -> int:
        """The row that shows a place in the text."""
        return self._stack.row_of(place)

    def refit(self, width: int, look: Look) -> None:
        """Show a very long message in another width or look, without looking through it again."""
        self._width, self._look = width, look
        self._text_width = max(2, width - GUTTER - MARGIN)
        self._strips.clear()
        self._body = self._body and self._again(self._body)
        self._thoughts = self._thoughts and self._again(self._thoughts)
        self._build_frame()

    def _again(self, text: LongText) -> LongText:
        pencil = self._thoughts_pencil if text is self._thoughts else self._body_pencil
        again = self._begin(pencil, text.cutter)
        again.append("")
        if text.is_whole:
            again.finish()
        return again

    @property
    def is_long(self) -> bool:
        """Whether there is a text of several parts."""
        return self._stack.is_long

    def see(self, row: int, rows: int) -> None:
        """Take note of which rows are in view."""
        self._seen = row, rows

    @property
    def codes(self) -> list[CodePlace]:
        """The blocks of code that keys can act on.

        Those of a very long message are the ones in view.
        """
        if self._message.role is Role.TOOL:
            return [CodePlace(0, 0)] if code_of(self._message) else []
        if self._body is None or self._message.role is not Role.ASSISTANT:
            return []
        row, rows = self._seen
        return codes_at(self._body, row - self._stack.begin(self._body), rows)

    def code_number(self, index: int) -> int:
        """Which of `codes` begins at a row; -1 for none."""
        number = self.row(index).code
        if number < 0 or self._body is None or self._body.count == 1:
            return number
        part = self._body.find(index - self._stack.begin(self._body))
        codes, place = self.codes, CodePlace(part, number)
        return codes.index(place) if place in codes else -1

    def code(self, number: int) -> tuple[str, str]:
        """One of `codes`, and what its author called its language; empty for no name."""
        if self._message.role is Role.TOOL or self._body is None:
            return code_of(self._message), "python"
        return whole_code(self._body, self.codes[number])

    def copied(self, index: int, selection: Selection) -> Iterator[str]:
        """What a selection holds of the message.

        Args:
            index: Which message it is.
            selection: The selection.
        """
        yield from copied(self._stack, index, selection)

    def extend(self, text: str, reasoning: str) -> int:
        """Take more of the message.

        Returns:
            The first row that changed.
        """
        old = self._message
        self._message = replace(
            old, content=old.content + text, reasoning=old.reasoning + reasoning
        )
        changed = self.height
        if text and self._body is not None:
            begin = self._stack.begin(self._body)
            changed = begin + self._body.append(text)
        if reasoning or not old.content:
            if reasoning and self._thoughts:
                self._thoughts.append(reasoning)
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
        old, before = self._message, self._state
        self._message, self._state = message, state
        shows_more = message.role is Role.TOOL and state != before
        if message.content != old.content or shows_more:
            self._build_body()
        elif state.live != before.live and self._body is not None and not state.live:
            self._body.finish()
        if message.reasoning != old.reasoning or state.unfolded != before.unfolded:
            self._build_thoughts()
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
        text = message.content
        if message.role is Role.ASSISTANT:
            self._body = self._begin(self._body_pencil, Cutter())
        else:
            if message.role is Role.TOOL:
                text = output_of(
                    message, running=bool(self._state.running), unfolded=self._state.unfolded
                )
                if not text:
                    return
            self._body = self._begin(self._body_pencil, PlainCutter())
        self._body.append(text)
        if not self._state.live:
            self._body.finish()

    def _build_thoughts(self) -> None:
        """What the model thought, where it is unfolded."""
        self._thoughts = None
        if self._message.reasoning and self._state.unfolded:
            self._thoughts = self._begin(self._thoughts_pencil, PlainCutter())
            self._thoughts.append(self._message.reasoning.strip())

    @property
    def _body_pencil(self) -> Pencil:
        if self._message.role is Role.ASSISTANT:
            return MarkdownPencil(self._text_width, self._look.markdown)
        return PlainPencil(self._wrapped)

    @property
    def _thoughts_pencil(self) -> Pencil:
        return PlainPencil(self._set_in)

    def _begin(self, pencil: Pencil, cutter: Cutter | PlainCutter) -> LongText:
        waiting = row_of([("…", self._look.dim)])
        return LongText(pencil, cutter, self._text_width, waiting)

    def _wrapped(self, text: str) -> list[Row]:
        """What is no Markdown: a question, or a tool's output."""
        return wrap([(text, self._look.text)], self._text_width)

    def _set_in(self, text: str) -> list[Row]:
        rows = wrap([(text, self._look.reasoning)], max(2, self._text_width - 2))
        indent = ("  ", self._look.reasoning)
        return prefixed(rows, indent, indent, copied=False)

    def _build_frame(self) -> None:
        rest = self._message, self._state, self._text_width, self._look
        sections: list[Section] = [FixedRows(head_rows(*rest))]
        if self._thoughts:
            sections += [self._thoughts, FixedRows([EMPTY])]
        if self._body:
            sections.append(self._body)
        self._stack = Stack([*sections, FixedRows(foot_rows(*rest))])
