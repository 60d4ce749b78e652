"""What stands inside the lines of a block, as runs of text and style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.style import Style

from .palette import Palette
from .parser import MOST_INLINE, parse_inline
from .rows import Run

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

ADDRESS: Final = "address"
"""The key under which a link's style carries where it leads."""

_BARE_ADDRESS: Final = re.compile(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?)\]}'*_]")
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


def inline_runs(content: str, env: EnvType, palette: Palette, base: Style) -> list[Run]:
    """The runs of one block's content.

    Args:
        content: Markdown without block structure.
        env: The parser's environment, with the link definitions.
        palette: The styles.
        base: The style of text that nothing marks.
    """
    if len(content) > MOST_INLINE:
        return [(content, base)]
    return _Inline(palette, base).runs(parse_inline(content, env))


class _Inline:
    """Walks inline tokens and keeps the styles that are open."""

    def __init__(self, palette: Palette, base: Style) -> None:
        self._palette = palette
        self._styles = [base]
        self._added = {
            "strong_open": palette.strong,
            "em_open": palette.emphasis,
            "s_open": palette.deleted,
        }
        self._linked = 0

    def runs(self, tokens: list[Token]) -> list[Run]:
        """The tokens' text, each piece in its style."""
        return [run for token in tokens for run in self._token(token) if run[0]]

    def _token(self, token: Token) -> Iterator[Run]:
        style = self._styles[-1]
        kind = token.type
        if kind in {"text", "text_special"}:
            yield from self._text(token.content, style)
        elif kind in {"softbreak", "hardbreak"}:
            yield "\n", style
        elif kind == "code_inline":
            yield token.content, style + self._palette.literal
        elif kind == "formula":
            yield token.content, style + self._palette.math
        elif kind == "html_inline":
            yield self._html(token.content, style)
        elif kind == "image":
            yield self._image(token, style)
        elif kind == "link_open":
            self._styles.append(style + self._link(str(token.attrs.get("href", ""))))
            self._linked += 1
        elif token.nesting == 1:
            self._styles.append(style + self._added[kind])
        else:
            self._styles.pop()
            self._linked -= kind == "link_close"

    def _link(self, address: str) -> Style:
        return self._palette.link + Style.from_meta({ADDRESS: address})

    def _text(self, text: str, style: Style) -> Iterator[Run]:
        """Text in which addresses are links even where nobody marked them."""
        if self._linked or "://" not in text:
            yield text, style
            return
        at = 0
        for match in _BARE_ADDRESS.finditer(text):
            yield text[at : match.start()], style
            yield match.group(), style + self._link(match.group())
            at = match.end()
        yield text[at:], style

    def _html(self, source: str, style: Style) -> Run:
        """HTML as it was written, but for line breaks: models use them in tables."""
        if _BREAK.fullmatch(source):
            return "\n", style
        return source, style + self._palette.dim

    def _image(self, token: Token, style: Style) -> Run:
        """The address of an image under its description: a terminal shows no pictures."""
        return f"[{token.content or 'image'}]", style + self._link(str(token.attrs.get("src", "")))
