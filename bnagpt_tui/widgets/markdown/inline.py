"""What stands inside the lines of a block, as runs of text and style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from rich.style import Style

from bnagpt_tui.backend.text import visible

from .palette import Palette
from .parser import MOST_INLINE, parse_inline
from .part import FILLER
from .rows import Run
from .words import BRACKETS

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
        return [(content.removeprefix(FILLER).removeprefix("\n"), base)]
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
        self._address = ""
        self._closing = ""

    def runs(self, tokens: list[Token]) -> list[Run]:
        """The tokens' text, each piece in its style."""
        return [run for token in tokens for run in self._token(token) if run[0]]

    def _token(self, token: Token) -> Iterator[Run]:
        style = self._styles[-1]
        kind = token.type
        if token.content or kind == "image":
            self._address = ""
        if token.nesting == 0:
            yield from self._leaf(token, style)
        elif kind == "link_open":
            yield from self._open_link(token, style)
        elif kind == "link_close":
            yield from self._close_link(style)
        elif token.nesting == 1:
            self._styles.append(style + self._added[kind])
        else:
            self._styles.pop()

    def _leaf(self, token: Token, style: Style) -> Iterator[Run]:
        """What stands inside marks, and holds none itself."""
        match token.type:
            case "text":
                yield from self._text(token.content, style)
            case "text_special":
                yield visible(token.content), style
            case "softbreak" | "hardbreak":
                yield "\n", style
            case "code_inline":
                yield token.content, style + self._palette.literal
            case "formula":
                yield token.content, style + self._palette.math
            case "html_inline":
                yield self._html(token.content, style)
            case "image":
                yield self._image(token, style)
            case _:
                yield token.content, style

    def _open_link(self, token: Token, style: Style) -> Iterator[Run]:
        """Begin a link, whose number keeps its brackets."""
        self._address = str(token.attrs.get("href", ""))
        self._styles.append(style + self._link(self._address))
        self._linked += 1
        brackets = bool(token.meta.get(BRACKETS))
        title = visible(str(token.attrs.get("title", "") or ""))
        self._closing = "]" if brackets else f" ({title})" if title else ""
        yield "[" if brackets else "", self._styles[-1]

    def _close_link(self, style: Style) -> Iterator[Run]:
        """End a link; its address stands for a text that it does not have."""
        yield visible(unquote(self._address)), style
        yield self._closing, style
        self._address = self._closing = ""
        self._styles.pop()
        self._linked -= 1

    def written(self, text: str) -> Iterator[Run]:
        """Text in which nothing but addresses is looked for."""
        yield from self._text(text, self._styles[-1])

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
        title = visible(str(token.attrs.get("title", "") or ""))
        shown = " · ".join(filter(None, (token.content or "image", title)))
        return f"[{shown}]", style + self._link(str(token.attrs.get("src", "")))


def written_runs(content: str, palette: Palette) -> list[Run]:
    """What is shown as it was written, its addresses as links."""
    return list(_Inline(palette, palette.text).written(content))
