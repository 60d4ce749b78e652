"""Sends text to the clipboard of the terminal that the user sits at, through SSH and tmux."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST: Final = 74_000
"""Bytes of text that are sent: terminals drop sequences of more than about 100,000 characters."""

_SCREEN_CHUNK: Final = 240


class CopyTooLargeError(ValueError):
    """The text is larger than terminals accept at once."""


def copy_sequence(text: str, environment: Mapping[str, str]) -> str:
    """What makes the terminal put a text into its clipboard (OSC 52).

    Inside tmux the sequence is sent twice: plain, for tmux's own `set-clipboard on`, and wrapped
    to pass through. GNU screen takes it wrapped, in pieces.

    Args:
        text: What is copied.
        environment: The process's environment, which tells about tmux and screen.

    Raises:
        CopyTooLargeError: The text has more than `LARGEST` bytes.
    """
    data = text.encode("utf-8", "replace")
    if len(data) > LARGEST:
        raise CopyTooLargeError(
            f"{len(data):,} bytes are more than terminals take at once ({LARGEST:,})."
        )
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"
    if environment.get("TMUX"):
        return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environment.get("STY"):
        pieces = range(0, len(sequence), _SCREEN_CHUNK)
        return "".join(f"\x1bP{sequence[at : at + _SCREEN_CHUNK]}\x1b\\" for at in pieces)
    return sequence
