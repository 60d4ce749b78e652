"""What a page says: its title, its date and its text, whatever it is written in."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from ...text import one_line, visible
from .fetching import Fetched

MOST_MARKUP: Final = 1_500_000
"""Characters of a page's markup that are looked through: more takes too long."""

_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SILENT: Final = frozenset({"script", "style", "template", "noscript", "svg", "head"})
_BREAKS: Final = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre"}
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says."""

    title: str
    """On one line; may be empty."""
    date: str
    """As in `2026-11-27`; empty when it says none."""
    text: str


def read(fetched: Fetched) -> Page:
    """What a page says; to be called in a thread, since it may take a second."""
    text = decoded(fetched)
    if "html" not in fetched.kind:
        return Page("", "", visible(text))
    return _extracted(text[:MOST_MARKUP]) or _plain(text[:MOST_MARKUP])


def decoded(fetched: Fetched) -> str:
    """A page's characters; what fits no encoding is replaced, never refused.

    What a byte order mark, the header and the page itself say is tried in this order, and the
    first that fits is taken.
    """
    body = fetched.body
    named = [name for mark, name in _MARKS if body.startswith(mark)]
    meta = _META.search(body[:4096])
    named += [fetched.charset, meta[1].decode("ascii") if meta else "", "utf-8"]
    known = [name for name in named if name and _is_text(name)]
    if fetched.is_cut:
        body = body[:-4]  # a character may have been cut through
    for name in known:
        try:
            return body.decode(name)
        except (UnicodeError, ValueError):
            continue
    return body.decode(known[0], "replace")


def _is_text(name: str) -> bool:
    """Whether this is an encoding of text that is known here."""
    try:
        return codecs.lookup(name)._is_text_encoding  # as `bytes.decode` asks
    except (LookupError, ValueError):
        return False


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
    return Page(one_line(title or "", 200), one_line(date or "", 20), visible(text).strip())


class _Reader(HTMLParser):
    """Takes the text of a page, and its title."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.text: list[str] = []
        self._silent: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where nothing is shown, and where a line ends."""
        del attrs
        self._in_title = tag == "title"
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BREAKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note where something is shown again."""
        self._in_title = False
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self.text.append(data)


def _plain(markup: str) -> Page:
    """All of the page's text, without what is never shown."""
    reader = _Reader()
    reader.feed(markup)
    lines = (" ".join(line.split()) for line in "".join(reader.text).splitlines())
    text = "\n".join(line for line in lines if line)
    return Page(one_line("".join(reader.title), 200), "", visible(text))
