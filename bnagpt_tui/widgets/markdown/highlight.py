"""Colours for code; Pygments is imported when the first code with a language is drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.style import Style

from .palette import Palette
from .rows import Run

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MOST_CODE: Final = 20_000
"""Code with more characters than this is drawn in one colour."""

_PLAIN_LANGUAGES: Final = frozenset({"", "text", "txt", "plain", "plaintext", "none", "output"})


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    """The lexer for a language, if there is one."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415  (slow to import)
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


def highlight(code: str, language: str, palette: Palette) -> list[list[Run]]:
    """The lines of a piece of code, each as runs.

    Args:
        code: The code, without a last newline.
        language: What the author called its language; empty when unknown.
        palette: The styles.
    """
    name = language.lower()
    if name in _PLAIN_LANGUAGES or len(code) > MOST_CODE:
        return _plain(code, palette)
    lexer = _lexer(name)
    return _plain(code, palette) if lexer is None else _coloured(code, lexer, palette)


def _plain(code: str, palette: Palette) -> list[list[Run]]:
    return [[(line, palette.code)] for line in code.split("\n")]


def _coloured(code: str, lexer: Lexer, palette: Palette) -> list[list[Run]]:
    """As many lines as the code has, whatever the lexer makes of them."""
    styles: dict[object, Style] = {}
    lines: list[list[Run]] = [[]]
    for kind, text in lexer.get_tokens(code):
        style = styles.get(kind)
        if style is None:
            style = styles[kind] = palette.of_token(str(kind))
        first, *others = text.split("\n")
        lines[-1].append((first, style))
        lines.extend([(other, style)] for other in others)
    count = code.count("\n") + 1
    return [*lines, *([] for _ in range(count))][:count]
