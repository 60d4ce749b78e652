"""Turns the bytes of a page into characters, whatever they are said to be."""

from __future__ import annotations

import codecs
import re
from typing import Final

from .fetched import Fetched

_META: Final = re.compile(
    rb"(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,200}?encoding)\s*=\s*[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_OF_PAGES: Final = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
"""Encodings of Python for other things: some fail on purpose, some take for ever."""


def decoded(fetched: Fetched) -> str:
    """A page's characters; what fits no encoding is replaced, never refused.

    What a byte order mark, the header and the page itself say is tried in this order, then UTF-8,
    and the first that fits is taken.
    """
    known = [name for name in _named(fetched) if _is_of_pages(name)]
    for name, errors in [*((name, "strict") for name in known), (known[0], "replace")]:
        try:
            return _decoded_as(name, fetched, errors)
        except UnicodeError:
            continue
    return fetched.body.decode("utf-8", "replace")


def _decoded_as(name: str, fetched: Fetched, errors: str) -> str:
    """The characters in one encoding; where the page is cut, one may be cut through."""
    decoder = codecs.getincrementaldecoder(name)(errors)
    return decoder.decode(fetched.body, final=not fetched.is_cut)


def _named(fetched: Fetched) -> list[str]:
    """The encodings that are named somewhere, and the one that is likely."""
    marked = [name for mark, name in _MARKS if fetched.body.startswith(mark)]
    meta = _META.search(fetched.body[:4096])
    return [*marked, fetched.charset, meta[1].decode("ascii") if meta else "", "utf-8"]


def _is_of_pages(name: str) -> bool:
    """Whether this is an encoding that pages are written in."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    is_text: bool = codec._is_text_encoding  # as `bytes.decode` asks
    return is_text and codec.name.replace("_", "-") not in _NOT_OF_PAGES
