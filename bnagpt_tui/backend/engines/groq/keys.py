"""Keys as people paste them, made fit to be sent."""

from __future__ import annotations

from typing import Final

from ...errors import KeyRefusedError

_AROUND: Final = " \t\r\n\v\f\u00a0\ufeff\u200b\"'`“”‘’"


def clean_key(text: str) -> str:
    """The key without the white space and quotes that came along with it.

    Raises:
        KeyRefusedError: What is left is empty, or holds what no key holds and no request can
            carry: white space, control characters, letters beyond ASCII.
    """
    key = text.strip(_AROUND)
    if not key:
        raise KeyRefusedError("The key is empty. Paste the whole key, as in gsk_….")
    if any(character.isspace() for character in key):
        raise KeyRefusedError("The key has white space in it. Paste one key, whole and alone.")
    if not key.isascii() or not key.isprintable():
        raise KeyRefusedError(
            "The key has characters that no key has. Copy it again from where it was made."
        )
    return key
