"""The Markdown that is understood: CommonMark, tables, struck text and formulas left alone.

markdown-it is imported with the first text that is drawn: an application that shows an empty
conversation starts without it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .words import definition, inline_state, keep_cells, nested_fence, numbered_link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

PLAIN: Final = "plain"
"""The type of a token whose content is shown as it was written."""

MOST_LEVELS: Final = 40
"""Blocks nested deeper than this are shown as they were written."""

MOST_CELLS: Final = 2_000
"""Tables with more cells than this are shown as they were written."""

MOST_INLINE: Final = 5_000
"""Paragraphs with more characters than this are shown as they were written."""

_MANY_MARKERS: Final = re.compile(
    r"(?:[ ]{0,3}(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*){16}"
)
_LABEL: Final = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]", re.DOTALL)
_FORMULA: Final = re.compile(
    r"\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\]|\$\$.{1,1000}?\$\$"
    r"|\$(?![\s$])[^$\n]{0,1000}?[^\s$\\]\$(?!\d)",
    re.DOTALL,
)


def _plain(state: StateBlock, start: int, end: int) -> bool:
    """Take lines as they are."""
    token = state.push(PLAIN, "", 0)
    token.map = [start, end]
    token.content = state.getLines(start, end, state.blkIndent, keepLastLF=False)
    state.line = end
    return True


def _deep(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A line that would nest blocks beyond reason is one line of plain text."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if state.level < MOST_LEVELS and not _MANY_MARKERS.match(line):
        return False
    return silent or _plain(state, start, start + 1)


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, unless it is so long that laying it out would hold everything up."""
    from markdown_it.rules_block import table  # noqa: PLC0415

    if not table(state, start, end, True):
        return False
    if silent:
        return True
    stop = _table_end(state, start, end)
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    if (stop - start) * columns > MOST_CELLS:
        return _plain(state, start, stop)
    first = len(state.tokens)
    table(state, start, end, False)
    keep_cells(state, first, start)
    return True


def _table_end(state: StateBlock, start: int, end: int) -> int:
    """The first line after the table that starts at `start`."""
    rules = state.md.block.ruler.getRules("blockquote")
    for line in range(start + 2, end):
        if (
            state.sCount[line] < state.blkIndent
            or state.isEmpty(line)
            or state.is_code_block(line)
            or any(rule(state, line, end, True) for rule in rules)
        ):
            return line
    return end


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula keeps every backslash, star and underscore."""
    if state.src[state.pos] not in "\\$":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found.group()
    state.pos = found.end()
    return True


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The one parser; it holds no state between two texts."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    markdown = MarkdownIt("commonmark", {"maxNesting": MOST_LEVELS + 10})
    markdown.enable(["table", "strikethrough"])
    terminates = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    markdown.block.ruler.at("fence", nested_fence, {"alt": terminates})
    markdown.block.ruler.at("reference", definition)
    markdown.inline.ruler.at("link", numbered_link)
    markdown.block.ruler.before("table", "deep", _deep, {"alt": terminates})
    markdown.inline.ruler.before("escape", "formula", _formula)
    return markdown


def parse_blocks(source: str, env: EnvType) -> list[Token]:
    """The blocks of a text; what is inside their lines is not looked at yet."""
    tokens: list[Token] = []
    markdown = parser()
    markdown.block.parse(source, markdown, env, tokens)
    return tokens


def parse_inline(content: str, env: EnvType) -> list[Token]:
    """What the lines of one block hold."""
    tokens: list[Token] = []
    markdown = parser()
    state = inline_state()(content, markdown, env, tokens)
    markdown.inline.tokenize(state)
    for rule in markdown.inline.ruler2.getRules(""):
        rule(state)
    return state.tokens


def labels_in(source: str) -> frozenset[str]:
    """The labels that a text may refer to, in the form in which definitions are kept."""
    if "[" not in source:
        return frozenset()
    from markdown_it.common.utils import normalizeReference  # noqa: PLC0415

    return frozenset(normalizeReference(label) for label in _LABEL.findall(source))
