"""What CommonMark would leave out or misread of an answer, and is shown as it was meant.

An answer's words never vanish: definitions of links, cells beyond a table's last column and the
brackets of a numbered reference stay. Emphasis works beside Chinese, Japanese and Korean.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from .fences import LINE, Nesting, is_markdown

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

DEFINITION: Final = "definition"
"""The type of a token that holds definitions of links, as they were written."""

GROWING: Final = "growing"
"""The key in a parser's environment that says that the text is not whole."""

BRACKETS: Final = "brackets"
"""The key in a link's token that says that it was written as a number in brackets."""

_ADDRESS: Final = re.compile(r"\s*(?:<|[a-z][a-z0-9+.-]{1,30}:|www\.|[/#.?])", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"\[(?:\^[^\[\]]{1,80}|\d{1,4})\](?:\[\])?")
_CJK: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\ufe30-\ufe4f\uff01-\uff60\uff61-\uffee\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)


def definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Definitions of links count, and are shown; what only looks like one is a paragraph."""
    from markdown_it.rules_block import reference  # noqa: PLC0415

    line = start
    while (
        line < end
        and state.sCount[line] >= state.blkIndent
        and _leads_somewhere(state, line)
        and reference(state, line, end, silent)
    ):
        if silent:
            return True
        line = state.line
    if line == start:
        return False
    token = state.push(DEFINITION, "", 0)
    token.map = [start, line]
    token.content = state.getLines(start, line, state.blkIndent, False)
    state.line = line
    return True


def _leads_somewhere(state: StateBlock, line: int) -> bool:
    """Whether a line that looks like a definition names an address."""
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    if not state.src.startswith("[", begin):
        return False
    close = state.src.find("]:", begin)
    if close < 0:
        return False
    place = close + 2
    if close < end and not state.src[place:end].strip():
        return True
    return _ADDRESS.match(state.src, place) is not None


def nested_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Fenced Markdown in which fenced code stands, where each has an end of its own."""
    from markdown_it.rules_block import fence  # noqa: PLC0415

    if not silent and not state.is_code_block(start):
        begin = state.bMarks[start] + state.tShift[start]
        line = LINE.fullmatch(state.src, begin, state.eMarks[start])
        if line is not None and is_markdown(line[3]):
            last = _nested_end(state, start, end)
            if last is not None:
                return _take_fence(state, start, last, line)
    return fence(state, start, end, silent)


def _nested_end(state: StateBlock, start: int, end: int) -> int | None:
    """The line that ends fenced Markdown; `None` when no fence stands inside it.

    The end of the text is taken for it while more of the text may come.
    """
    nesting = Nesting()
    nests = False
    for line in range(start, end):
        begin, stop = state.bMarks[line] + state.tShift[line], state.eMarks[line]
        if begin < stop and state.sCount[line] < state.blkIndent:
            end = line
            break
        found = LINE.fullmatch(state.src, begin, stop)
        if found is None:
            continue
        indent = " " * max(0, state.sCount[line] - state.blkIndent)
        nesting.take(indent, found[2], found[3])
        nests = nests or len(nesting.open) > 1
        if not nesting.open:
            return line if nests else None
    return end if nests and state.env.get(GROWING) else None


def _take_fence(state: StateBlock, start: int, last: int, line: re.Match[str]) -> bool:
    """Take the lines between two fences as code."""
    token = state.push("fence", "code", 0)
    token.info = line[3]
    token.markup = line[2]
    token.content = state.getLines(start + 1, last, state.sCount[start], True)
    state.line = min(last + 1, state.lineMax)
    token.map = [start, state.line]
    return True


def keep_cells(state: StateBlock, first: int, start: int) -> None:
    """Put what a row has beyond a table's last column into its last cell.

    Args:
        state: A parser that has just taken a table.
        first: The table's first token.
        start: The table's first line.
    """
    from markdown_it.rules_block.table import escapedSplit  # noqa: PLC0415

    cells: list[Any] = []
    columns = 0
    for token in state.tokens[first:]:
        if token.type == "tr_open":
            cells, line = [], token.map[0] if token.map else start
        elif token.type == "inline":
            cells.append(token)
        elif token.type == "tr_close":
            columns = columns or len(cells)
            text = state.src[state.bMarks[line] : state.eMarks[line]].strip()
            found = escapedSplit(text)
            found = found[found[:1] == [""] : len(found) - (found[-1:] == [""])]
            if len(found) > columns:
                cells[-1].content = " | ".join(cell.strip() for cell in found[columns - 1 :])


def numbered_link(state: StateInline, silent: bool) -> bool:
    """A link; one that is written as a number in brackets keeps them."""
    from markdown_it.rules_inline import link  # noqa: PLC0415

    start, count = state.pos, len(state.tokens)
    if not link(state, silent):
        return False
    if not silent and _NUMBERED.fullmatch(state.src, start, state.pos):
        for token in state.tokens[count:]:
            if token.type == "link_open":
                token.meta[BRACKETS] = True
                break
    return True


def _is_cjk(character: str) -> bool:
    return _CJK.match(character) is not None


@cache
def inline_state() -> type[StateInline]:
    """The parser's state within a line, which reads stars with all scripts in mind.

    In Chinese, Japanese and Korean no space parts a mark of punctuation from the word beside it.
    So their own marks count as letters, and any other mark beside one of their letters is no
    obstacle. This is the amendment that "markdown-cjk-friendly" describes.
    """
    from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace  # noqa: PLC0415
    from markdown_it.rules_inline import StateInline  # noqa: PLC0415
    from markdown_it.rules_inline.state_inline import Scanned  # noqa: PLC0415

    def is_space(character: str) -> bool:
        return isWhiteSpace(ord(character))

    def is_mark(character: str) -> bool:
        return not _is_cjk(character) and (isMdAsciiPunct(ord(character)) or isPunctChar(character))

    class ScriptState(StateInline):
        """Reads a run of marks by CommonMark's rule, as amended."""

        __slots__ = ()

        def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
            """Whether the run of marks at a place may open or close emphasis."""
            marker, stop = self.src[start], start
            while stop < self.posMax and self.src[stop] == marker:
                stop += 1
            before = self.src[start - 1] if start > 0 else " "
            after = self.src[stop] if stop < self.posMax else " "
            left = not is_space(after) and (
                not is_mark(after) or is_space(before) or is_mark(before) or _is_cjk(before)
            )
            right = not is_space(before) and (
                not is_mark(before) or is_space(after) or is_mark(after) or _is_cjk(after)
            )
            can_open = left and (canSplitWord or not right or is_punctuation(before))
            can_close = right and (canSplitWord or not left or is_punctuation(after))
            return Scanned(can_open, can_close, stop - start)

    def is_punctuation(character: str) -> bool:
        return isMdAsciiPunct(ord(character)) or isPunctChar(character)

    return ScriptState
