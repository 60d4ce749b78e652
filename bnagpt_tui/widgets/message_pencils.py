"""How the parts of a text are drawn: as Markdown, or as they were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from bnagpt_tui.backend.text import visible

from .markdown import EMPTY, MarkdownView, Palette, Row
from .markdown.fences import Fences
from .markdown.parser import labels_in, parse_blocks
from .markdown.part import FENCE, LIST, TABLE, Part
from .markdown.stream import Surroundings

MOST_DEFINITIONS: Final = 500
"""Definitions of links that are known beyond the part that they stand in."""

_DEFINITION: Final = re.compile(
    r"^ {0,3}\[(?:[^\[\]\\\n]|\\.){1,200}\]:[ \t]*\S[^\n]*$", re.MULTILINE
)


class MarkdownPart:
    """A part of an answer as rows.

    Args:
        view: What draws it.
        part: The part.
        number: Which part of the text it is.
    """

    def __init__(self, view: MarkdownView, part: Part, number: int) -> None:
        self._view = view
        self._blank = ""
        self._is_blank = True
        self._lead = [EMPTY] if part.apart and number else []
        self._hidden = part.prefix.count("\n") if part.kind in {FENCE, LIST} else 0
        self._whole: list[Row] | None = None

    @property
    def rows(self) -> list[Row]:
        """All rows; the edge of code that began in another part is not drawn again."""
        if self._whole is not None:
            return self._whole
        if self._is_blank:
            return []
        if not (self._lead or self._hidden):
            return self._view.rows
        return [*self._lead, *self._view.rows[self._hidden :]]

    @property
    def codes(self) -> list[str]:
        """The code of every block of code."""
        return self._view.codes

    @property
    def languages(self) -> list[str]:
        """What their author called the languages of these; empty for no name."""
        return self._view.languages

    def append(self, text: str) -> int:
        """Take more of the part; the first row that changed is returned."""
        self._whole = None
        if self._is_blank:
            self._blank += text
            if not text or text.isspace():
                return 0
            text, self._blank, self._is_blank = self._blank, "", False
        first = self._view.append(text)
        return max(0, first - self._hidden) + len(self._lead)

    def finish(self, part: Part, rest: str, *, is_last: bool) -> None:
        """Take the rest of the part, and the part as it is once it has an end."""
        text = self._blank + rest
        self._is_blank = self._is_blank and part.kind != FENCE and not text.strip()
        if not self._is_blank:
            self._blank = ""
            self._view.finish(text, in_code=part.is_cut_code)
        self._whole = None
        rows = list(self.rows)
        if part.is_cut_code and rows:
            rows.pop()
        if rows and part.joint != "\n":
            rows[-1] = rows[-1]._replace(joint=part.joint)
        self._whole = rows


class MarkdownPencil:
    """Draws the parts of an answer; a link may be defined in any of them.

    Args:
        width: Columns to draw in.
        palette: The styles.
    """

    def __init__(self, width: int, palette: Palette) -> None:
        self._width = width
        self._palette = palette
        self._references: dict[str, Any] = {}
        self._origins: dict[str, int] = {}
        self._uses: dict[int, frozenset[str] | None] = {}

    def draw(self, part: Part, number: int, *, is_last: bool) -> MarkdownPart:
        """Begin a part; what it says is appended."""
        used = None if is_last else labels_in(part.source)
        self._uses[number] = used
        references = {
            label: reference
            for label, reference in self._references.items()
            if self._origins[label] != number and (used is None or label in used)
        }
        around = Surroundings(part.prefix, part.kind == TABLE, references)
        return MarkdownPart(MarkdownView(self._width, self._palette, around), part, number)

    def learn(self, parts: Sequence[Part], first: int) -> list[int]:
        """Take note of the definitions in parts that have come."""
        changed: set[int] = set()
        for number, part in enumerate(parts, first):
            if part.text.find("]:", part.start, part.end) < 0:
                continue
            if new := self._define(part.source):
                self._origins |= dict.fromkeys(new, number)
                changed |= {
                    user
                    for user, labels in self._uses.items()
                    if user != number and (labels is None or labels & new)
                }
        return sorted(changed)

    def _define(self, source: str) -> set[str]:
        """Take note of the definitions in a part; the labels of new ones are returned."""
        known = set(self._references)
        if len(known) >= MOST_DEFINITIONS:
            return set()
        fences = Fences()
        lines: list[str] = []
        for found in _DEFINITION.finditer(source):
            fences.scan(source, found.start())
            if not fences.is_open and len(lines) < MOST_DEFINITIONS:
                lines.append(found.group())
        if lines:
            parse_blocks(visible("\n".join(lines)), {"references": self._references})
        return self._references.keys() - known


class PlainPart:
    """A part of a text that is no Markdown, as rows.

    Args:
        wrap: Makes rows of a text.
        clean: Makes a text harmless to show.
    """

    codes: Sequence[str] = ()
    languages: Sequence[str] = ()

    def __init__(self, wrap: Callable[[str], list[Row]], clean: Callable[[str], str]) -> None:
        self._wrap = wrap
        self._clean = clean
        self._text = ""
        self.rows: list[Row] = wrap("")
        """All rows."""

    def append(self, text: str) -> int:
        """Take more of the part; the first row that changed is returned."""
        if not text:
            return len(self.rows)
        self._text += text
        self.rows = self._wrap(self._clean(self._text))
        return 0

    def finish(self, part: Part, rest: str, *, is_last: bool) -> None:
        """Take the rest of the part, and the part as it is once it has an end."""
        self._text += rest
        text = self._text if is_last else self._text.removesuffix("\n")
        self.rows = self._wrap(self._clean(text))
        if not is_last:
            self.rows[-1] = self.rows[-1]._replace(joint=part.joint)


class PlainPencil:
    """Draws the parts of a text that is no Markdown.

    Args:
        wrap: Makes rows of a text.
        clean: Makes a text harmless to show.
    """

    def __init__(
        self, wrap: Callable[[str], list[Row]], clean: Callable[[str], str] = visible
    ) -> None:
        self._wrap = wrap
        self._clean = clean

    def draw(self, _part: Part, _number: int, *, is_last: bool) -> PlainPart:
        """Begin a part; what it says is appended."""
        return PlainPart(self._wrap, self._clean)

    def learn(self, _parts: Sequence[Part], _first: int) -> Sequence[int]:
        """Nothing in one part changes another."""
        return ()
