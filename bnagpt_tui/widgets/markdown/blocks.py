"""Blocks of Markdown as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from .code import code_rows
from .inline import inline_runs, written_runs
from .palette import Palette
from .part import FILLER
from .rows import EMPTY, Row, Run, prefixed, row_of, wrap
from .table import Table, table_rows
from .words import DEFINITION

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

    Drawing: TypeAlias = Callable[[Sequence[Token], int, int], list[Row]]

NARROWEST: Final = 12
"""In fewer columns than this, lists and quotes are no longer set in."""

_BULLETS: Final = "•◦▪"
_BLANK: Final = re.compile(r"[\s>]*")
_TASK: Final = re.compile(r"\[([ xX])\][ \n]")


def spans(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where each of the blocks that stand side by side begins and ends."""
    start = depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if not depth:
            yield start, index + 1
            start = index + 1


def line_of(token: Token) -> int:
    """The line of the source on which a block begins."""
    return token.map[0] if token.map else 0


class BlockRenderer:
    """Draws the blocks of one parsed text.

    Args:
        lines: The source, by lines.
        env: The parser's environment, with the link definitions.
        width: Columns to draw in.
        palette: The styles.
        first_code: The number of the first code block that is met.
        in_table: Whether the text begins with the first two lines of a table that was begun before.
    """

    def __init__(
        self,
        lines: Sequence[str],
        env: EnvType,
        width: int,
        palette: Palette,
        first_code: int,
        *,
        in_table: bool = False,
    ) -> None:
        self._lines = lines
        self._env = env
        self._width = width
        self._palette = palette
        self._first_code = first_code
        self._in_table = in_table
        self._drawing: dict[str, Drawing] = {
            "paragraph_open": self._paragraph,
            "heading_open": self._heading,
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "blockquote_open": self._quote,
            "table_open": self._table,
            "fence": self._code,
            "code_block": self._code,
            "html_block": self._html,
            "hr": self._rule,
            DEFINITION: self._definition,
        }
        self.codes: list[str] = []
        """The code of every block of code met so far."""
        self.languages: list[str] = []
        """What their author called the languages of these; empty for no name."""

    def render(self, tokens: Sequence[Token]) -> list[Row]:
        """One block at the top of the text."""
        return self._block(tokens, self._width, 0)

    def render_item(self, tokens: Sequence[Token], marker: str) -> list[Row]:
        """One item of a list at the top of the text."""
        return self._item(tokens, marker, self._width, 0)

    def after_blank(self, token: Token) -> bool:
        """Whether the source has a blank line before a block."""
        line = line_of(token)
        return line > 0 and _BLANK.fullmatch(self._lines[line - 1]) is not None

    def _siblings(self, tokens: Sequence[Token], width: int, depth: int) -> list[Row]:
        """Blocks inside another, set apart where the source sets them apart."""
        rows: list[Row] = []
        for start, end in spans(tokens):
            if rows and self.after_blank(tokens[start]):
                rows.append(EMPTY)
            rows.extend(self._block(tokens[start:end], width, depth))
        return rows

    def _block(self, tokens: Sequence[Token], width: int, depth: int) -> list[Row]:
        draw = self._drawing.get(tokens[0].type, self._plain)
        return draw(tokens, width, depth)

    def _plain(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        """What is shown as it was written."""
        text = tokens[0].content
        if self._in_table and not line_of(tokens[0]):
            text = text.split("\n", 2)[-1]
        return wrap([(text, self._palette.text)], width)

    def _definition(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        """Definitions of links: a reader wants to see where numbers in a text lead."""
        return wrap(written_runs(tokens[0].content.rstrip("\n"), self._palette), width)

    def _html(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        return wrap([(tokens[0].content.rstrip("\n"), self._palette.dim)], width)

    def _rule(self, _tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        rule = "─" * width
        return [Row((Segment(rule, self._palette.frame),), width, len(rule))]

    def _paragraph(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        content = tokens[1].content
        return [] if content == FILLER else wrap(self._runs(content, self._palette.text), width)

    def _runs(self, content: str, base: Style) -> list[Run]:
        if (task := _TASK.match(content)) is not None:
            mark = "☐ " if task[1] == " " else "☑ "
            return [
                (mark, base),
                *inline_runs(content[task.end() :], self._env, self._palette, base),
            ]
        return inline_runs(content, self._env, self._palette, base)

    def _heading(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        content, tag = tokens[1].content, tokens[0].tag
        low = tag not in {"h1", "h2"}
        style = self._palette.text + self._palette.strong if low else self._palette.heading
        rows = wrap(inline_runs(content, self._env, self._palette, style), width)
        if tag == "h1":
            rule = "━" * max(row.cells for row in rows)
            rows.append(Row((Segment(rule, self._palette.frame),), len(rule), len(rule)))
        return rows

    def _code(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        token = tokens[0]
        code = token.content.removesuffix("\n")
        number = self._first_code + len(self.codes)
        self.codes.append(code)
        self.languages.append((token.info.split() or [""])[0].lower())
        return code_rows(code, token.info, width, self._palette, number)

    def _quote(self, tokens: Sequence[Token], width: int, depth: int) -> list[Row]:
        inside = tokens[1:-1]
        if width - 2 < NARROWEST:
            return self._siblings(inside, width, depth)
        bar = ("▎ ", self._palette.quote)
        rows = self._siblings(inside, width - 2, depth)
        return prefixed(rows or [EMPTY], bar, bar, copied=False)

    def _list(self, tokens: Sequence[Token], width: int, depth: int) -> list[Row]:
        rows: list[Row] = []
        inside = tokens[1:-1]
        for number, (start, end) in enumerate(spans(inside)):
            if rows and self.after_blank(inside[start]):
                rows.append(EMPTY)
            marker = item_marker(tokens[0], number, depth)
            rows.extend(self._item(inside[start:end], marker, width, depth))
        return rows

    def _item(self, tokens: Sequence[Token], marker: str, width: int, depth: int) -> list[Row]:
        indent = cell_len(marker)
        narrow = width - indent < NARROWEST
        rows = self._siblings(tokens[1:-1], width if narrow else width - indent, depth + 1)
        bullet = (marker, self._palette.bullet)
        if narrow:
            return [row_of([bullet]), *rows]
        space = (" " * indent, self._palette.text)
        return prefixed(rows or [EMPTY], bullet, space, copied=True)

    def _table(self, tokens: Sequence[Token], width: int, _depth: int) -> list[Row]:
        lines: list[list[list[Run]]] = []
        alignments: list[str] = []
        for index, token in enumerate(tokens):
            if token.type == "tr_open":
                lines.append([])
            elif token.type == "inline":
                opening = tokens[index - 1]
                head = opening.type == "th_open"
                base = self._palette.text + self._palette.strong if head else self._palette.text
                lines[-1].append(inline_runs(token.content, self._env, self._palette, base))
                if head:
                    alignments.append(str(opening.attrs.get("style", "")).rpartition(":")[2])
        is_begun = self._in_table and not line_of(tokens[0])
        table = Table(lines[0], lines[1:], alignments, is_begun=is_begun)
        return table_rows(table, width, self._palette)


def item_marker(opening: Token, number: int, depth: int) -> str:
    """What stands before an item.

    Args:
        opening: The token that opens the list.
        number: How many items came before.
        depth: How many lists this one is in.
    """
    if opening.type == "bullet_list_open":
        return f"{_BULLETS[depth % len(_BULLETS)]} "
    return f"{int(opening.attrs.get('start', 1)) + number}. "
