"""Markdown that grows: finished blocks are drawn once, the open end again and again.

Where a text may be cut is markdown-it's own finding. A block, or an item of a list at the top,
is finished when another one follows it whose first two lines are complete: no rule looks further
ahead than that to decide where a block begins. Link definitions are the exception, since they
act backwards; a definition that changes what is finished has everything drawn once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bnagpt_tui.backend.text import Cleaner

from .blocks import BlockRenderer, item_marker, line_of, spans
from .open_fence import OpenFence
from .palette import Palette
from .parser import labels_in, parse_blocks
from .rows import EMPTY, Row
from .words import GROWING

if TYPE_CHECKING:
    from markdown_it.token import Token

_FENCE: Final = re.compile(r"(?:[ \t]*\n)*(?:(`{3,})([^\n`]*)|(~{3,})([^\n]*))\n")
_LONG: Final = 20_000
"""Characters of a block that is not drawn again for each piece that comes."""

_GROWTH: Final = 1.1
"""How much such a block has to grow before it is."""

_LISTS: Final = frozenset({"bullet_list_open", "ordered_list_open"})


class _Piece(NamedTuple):
    """A block of the text, or one item of a list at its top."""

    tokens: Sequence[Token]
    line: int
    """Where it begins."""
    after: int
    """Where what stands before it ends."""
    opening: Token | None = None
    """For an item: what opens its list."""
    number: int = 0
    """For an item: how many came before it in this parse."""


class _Cut(NamedTuple):
    """A list that goes on where the open end begins."""

    first: int
    """The number of its next item."""
    apart: bool
    """Whether a blank line stands between its items here."""


class _Start(NamedTuple):
    """Where a piece begins in what was drawn."""

    piece: _Piece
    row: int
    codes: int
    apart: bool


def _pieces(tokens: Sequence[Token]) -> Iterator[_Piece]:
    """The pieces of a parsed text."""
    after = 0
    for start, end in spans(tokens):
        block = tokens[start:end]
        opening = block[0]
        if opening.type in _LISTS:
            inside = block[1:-1]
            for number, (first, last) in enumerate(spans(inside)):
                item = inside[first:last]
                line = line_of(item[0])
                yield _Piece(item, line, line if number else after, opening, number)
        else:
            yield _Piece(block, line_of(opening), after)
        after = opening.map[1] if opening.map else after


class Surroundings(NamedTuple):
    """What a text is a part of."""

    prefix: str = ""
    """What has to stand before it for it to be read as what it is."""
    in_table: bool = False
    """Whether it begins inside a table."""
    references: Mapping[str, Any] = {}
    """The definitions of links in other parts, as the parser keeps them."""


def _addresses(references: Mapping[str, Any]) -> dict[str, str]:
    """Where labels lead."""
    return {label: str(reference["href"]) for label, reference in references.items()}


class MarkdownView:
    """A Markdown text as rows, for one width.

    However a text arrives, once it is finished its rows are those of the text drawn at once.

    Args:
        width: Columns to draw in.
        palette: The styles.
        surroundings: What the text is a part of.
    """

    def __init__(
        self, width: int, palette: Palette, surroundings: Surroundings | None = None
    ) -> None:
        self._width = max(2, width)
        self._palette = palette
        self._around = surroundings or Surroundings()
        self._is_whole = False
        self._cleaner = Cleaner()
        self._tail = self._around.prefix
        self._before: list[str] = []
        self._labels: set[str] = set()
        self._cut: _Cut | None = None
        self._references: dict[str, Any] = dict(self._around.references)
        self._known = _addresses(self._references)
        self._stable_rows = 0
        self._codes: list[str] = []
        self._languages: list[str] = []
        self._stable_codes = 0
        self._fence: OpenFence | None = None
        self._drawn = 0
        self.rows: list[Row] = []
        """Everything that is drawn."""

    @property
    def codes(self) -> list[str]:
        """The code of every block of code, in order."""
        if self._fence is None:
            return self._codes
        return [*self._codes[: self._stable_codes], self._fence.code_in(self._tail)]

    @property
    def languages(self) -> list[str]:
        """What their author called the languages of these; empty for no name."""
        if self._fence is None:
            return self._languages
        return [*self._languages[: self._stable_codes], self._fence.language]

    def append(self, text: str) -> int:
        """Take more of the text.

        Returns:
            The first row that changed; the number of rows when none did.
        """
        self._tail += self._cleaner.clean(text)
        if self._fence is not None and (grown := self._fence.grow(self._tail)) is not None:
            first, rows = grown
            return self._replace(self._stable_rows + bool(self._stable_rows) + first, rows)
        if self._drawn < len(self._tail) < _GROWTH * self._drawn and self._drawn > _LONG:
            return len(self.rows)
        changed = self._draw()
        if self._cut is None and (start := _FENCE.match(self._tail)) is not None:
            self._fence = OpenFence(start, self._width, self._palette, self._stable_codes)
            if self._fence.grow(self._tail) is None:
                self._fence = None
        return changed

    def finish(self, text: str = "", *, in_code: bool = False) -> int:
        """Draw the end of the text as it will stay.

        Args:
            text: What still comes of it.
            in_code: Whether it ends inside code that goes on elsewhere.

        Returns:
            The first row that changed; the number of rows when none did.
        """
        self._tail += self._cleaner.clean(text) + self._cleaner.rest()
        self._is_whole = not in_code
        return self._draw()

    def _replace(self, start: int, rows: list[Row]) -> int:
        """Put rows in place of all from `start` on; the first that is another is returned."""
        old = self.rows
        same = start
        for row in rows:
            if same >= len(old) or old[same] != row:
                break
            same += 1
        if same == len(old) == start + len(rows):
            return same
        old[same:] = rows[same - start :]
        return same

    def _draw(self) -> int:
        """Draw the open end, and let go of what is finished in it."""
        self._fence = None
        self._drawn = len(self._tail)
        references = dict(self._references)
        env: dict[str, Any] = {"references": references, GROWING: not self._is_whole}
        tokens = parse_blocks(self._tail, env)
        known = _addresses(references)
        changed = {label for label, _ in known.items() ^ self._known.items()}
        self._known = known
        if changed & self._labels:
            return self._draw_all()
        lines = self._tail.split("\n")
        renderer = BlockRenderer(
            lines,
            env,
            self._width,
            self._palette,
            self._stable_codes,
            in_table=self._around.in_table and not self._before,
        )
        starts: list[_Start] = []
        rows: list[Row] = []
        for piece in _pieces(tokens):
            apart = self._is_apart(piece, renderer, first=not starts)
            starts.append(_Start(piece, len(rows), len(renderer.codes), apart))
            if apart and (rows or self._stable_rows):
                rows.append(EMPTY)
            rows.extend(self._render(piece, renderer))
        first = self._replace(self._stable_rows, rows)
        self._codes[self._stable_codes :] = renderer.codes
        self._languages[self._stable_codes :] = renderer.languages
        self._let_go(lines, starts, references)
        return first

    def _draw_all(self) -> int:
        """Draw the whole text once more."""
        self._tail = "".join((*self._before, self._tail))
        self._before.clear()
        self._labels.clear()
        self._cut = None
        self._references = dict(self._around.references)
        self._stable_rows = self._stable_codes = 0
        return self._draw()

    def _is_apart(self, piece: _Piece, renderer: BlockRenderer, *, first: bool) -> bool:
        """Whether a blank row stands before a piece."""
        if first and self._cut is not None:
            return self._cut.apart
        return not piece.number or renderer.after_blank(piece.tokens[0])

    def _render(self, piece: _Piece, renderer: BlockRenderer) -> list[Row]:
        if piece.opening is None:
            return renderer.render(piece.tokens)
        return renderer.render_item(piece.tokens, item_marker(piece.opening, self._bears(piece), 0))

    def _bears(self, piece: _Piece) -> int:
        """How many items stand before an item, those included that are no longer parsed."""
        if self._cut is None or piece.opening is None or line_of(piece.opening) > 0:
            return piece.number
        return piece.number + self._cut.first - int(piece.opening.attrs.get("start", 1))

    def _let_go(
        self, lines: list[str], starts: Sequence[_Start], references: dict[str, Any]
    ) -> None:
        """Cut the open end before its last piece whose first two lines are complete."""
        complete = len(lines) - 1
        for start in reversed(starts[1:]):
            if start.piece.line + 2 <= complete:
                break
        else:
            return
        piece = start.piece
        finished = "\n".join(lines[: piece.after]) + "\n"
        self._tail = self._tail[len(finished) :]
        self._before.append(finished)
        self._labels |= labels_in(finished)
        self._references = {
            label: reference
            for label, reference in references.items()
            if label in self._references or reference["map"][0] < piece.after
        }
        self._stable_rows += start.row
        self._stable_codes += start.codes
        self._cut = self._cut_before(start)

    def _cut_before(self, start: _Start) -> _Cut | None:
        """What the open end goes on with when it begins at a piece."""
        piece = start.piece
        if piece.opening is None or not piece.number:
            return None
        first = int(piece.opening.attrs.get("start", 1)) + self._bears(piece)
        return _Cut(first, start.apart)
