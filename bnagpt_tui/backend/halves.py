"""JSON that other programs wrote with halves of characters in it, made readable.

JSON writes a character beyond the first plane as two escapes (RFC 8259, section 7). Servers that
cut a text between the two send each half alone; strict readers refuse all of what it stands in.
"""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(
    rb"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})(?P<pair>\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
    rb"|u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_REPLACEMENT: Final = rb"\ufffd"


class Halves:
    """Mends JSON texts that follow each other, as the events of a stream do.

    A half at the end of a string is put in front of the other half where that begins a string of
    a later text. Any other half becomes U+FFFD, and so do bytes that are no UTF-8.
    """

    def __init__(self) -> None:
        self._held = b""

    def mend(self, data: bytes) -> bytes:
        """The next text, with no half in it; most have none, and cost a look."""
        if b"\\ud" in data or b"\\uD" in data:
            data = _ESCAPE.sub(self._mended, data)
        if not data.isascii():
            data = data.decode("utf-8", "replace").encode()
        return data

    def _mended(self, match: re.Match[bytes]) -> bytes:
        """An escape as it may stand."""
        before = match.string[max(0, match.start() - 1) : match.start()]
        after = match.string[match.end() : match.end() + 1]
        if match["low"]:
            held, self._held = self._held, b""
            return held + match.group() if held and before == b'"' else _REPLACEMENT
        if not match["high"] or match["pair"]:
            return match.group()
        if after == b'"':
            self._held = match.group()
            return b""
        return _REPLACEMENT


def mended(data: bytes) -> bytes:
    """A JSON text that stands alone, with U+FFFD for every half of a character."""
    if b"\\ud" in data or b"\\uD" in data:
        data = _ESCAPE.sub(
            lambda m: _REPLACEMENT if m["low"] or (m["high"] and not m["pair"]) else m.group(), data
        )
    return data if data.isascii() else data.decode("utf-8", "replace").encode()


def call_json(arguments: str) -> bytes:
    """A call's arguments as strict readers take them; an empty object where there are none.

    Models write blanks around them that are none to JSON, such as U+00A0.
    """
    return mended(arguments.strip().encode("utf-8", "replace") or b"{}")
