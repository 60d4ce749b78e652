"""Where the characters that a user sees begin and end: flags, families, keycaps, marks, syllables.

After Unicode's standard annex 29, with wcwidth's tables.
"""

from __future__ import annotations

from typing import Final

_PLAIN: Final = "\u0300"
"""Below this character each one stands alone."""

_BEHIND: Final = 256
"""How far is looked back: further than any real cluster is long."""

_AHEAD: Final = 128
"""How far is looked ahead."""


def boundary_before(text: str, index: int) -> int:
    """Where the visible character in front of a boundary begins; the text's beginning at least."""
    if all(character < _PLAIN for character in text[max(index - 1, 0) : index]):
        return max(index - 1, 0)
    start = max(index - _BEHIND, 0)
    return index - len(_clusters(text[start:index])[-1])


def boundary_after(text: str, index: int) -> int:
    """Where the visible character behind a boundary ends; the text's end at most."""
    if all(character < _PLAIN for character in text[index : index + 2]):
        return min(index + 1, len(text))
    return index + len(_clusters(text[index : index + _AHEAD])[0])


def boundary_at(text: str, index: int) -> int:
    """The place itself if it is a boundary, else where the visible character round it begins."""
    if index >= len(text) or text[index] < _PLAIN:
        return index
    start = max(index - _BEHIND, 0)
    place = start
    for cluster in _clusters(text[start : index + _AHEAD]):
        if place + len(cluster) > index:
            break
        place += len(cluster)
    return place


def _clusters(text: str) -> list[str]:
    """The visible characters of a text that is not empty."""
    from wcwidth import iter_graphemes  # noqa: PLC0415  # most texts need none of its tables

    return list(iter_graphemes(text))
