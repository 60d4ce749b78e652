"""Gets the text out of a page's markup; what is done here is done in a process of its own."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from ...text import harmless, one_line, without_tags
from .decoding import decoded
from .fetched import Fetched
from .page import Page

MOST_MARKUP: Final = 1_500_000
"""Characters of a page's markup that are looked through: more takes too long."""

_SILENT: Final = frozenset({"script", "style", "template", "noscript", "svg"})
_BREAKS: Final = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre"}
)
_END: Final = " " * 40
"""So much must follow an `&` for the parser to let go of it; its own end can take for ever."""


def article_of(fetched: Fetched) -> Page:
    """What a page says, without its menus and margins where an article is found in it."""
    markup = decoded(fetched)[:MOST_MARKUP]
    return _extracted(markup) or _plain(markup)


def plain_of(fetched: Fetched) -> Page:
    """All that a page says, found in a simple way that is never slow."""
    return _plain(decoded(fetched)[:MOST_MARKUP])


def _extracted(markup: str) -> Page | None:
    """The page's article, as trafilatura finds it; `None` when it finds none or is not there."""
    try:
        from trafilatura import bare_extraction  # noqa: PLC0415  # heavy, and an extra
    except ImportError:
        return None
    try:
        found = bare_extraction(markup, with_metadata=True, include_comments=False)
    except Exception:  # noqa: BLE001  # whatever a page may do to it, there is another way
        return None
    text = getattr(found, "text", None)
    if not isinstance(text, str) or not text.strip():
        return None
    title, date = getattr(found, "title", None), getattr(found, "date", None)
    return Page(one_line(title or "", 200), one_line(date or "", 20), _readable(text).strip())


class _Reader(HTMLParser):
    """Takes the text of a page, and its title."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.text: list[str] = []
        self._silent = ""
        self._depth = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where nothing is shown, and where a line ends."""
        del attrs
        self._in_title = tag == "title"
        if self._silent:
            self._depth += tag == self._silent
        elif tag in _SILENT:
            self._silent, self._depth = tag, 1
        elif tag in _BREAKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note where something is shown again."""
        self._in_title = False
        if tag == self._silent:
            self._depth -= 1
            if not self._depth:
                self._silent = ""

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._silent:
            return
        (self.title if self._in_title else self.text).append(data)


def _plain(markup: str) -> Page:
    """All of the page's text, without what is never shown."""
    reader = _Reader()
    try:
        reader.feed(markup + _END)
    except AssertionError:  # the parser's answer to markup that it cannot make sense of
        reader.text.append("\n(The rest of the page is no markup that can be read.)")
    lines = (" ".join(line.split()) for line in "".join(reader.text).splitlines())
    text = "\n".join(line for line in lines if line)
    return Page(one_line("".join(reader.title), 200), "", _readable(text))


def _readable(text: str) -> str:
    """A page's text as people see it."""
    return harmless(without_tags(text))
