"""Characters that no reader sees and a model reads: taken out of what comes from outside.

What writing needs stays: joiners within emoji and within the scripts that join letters, the flags
of regions, and the selectors of emoji and of variants of Chinese characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_LETTER: Final = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]"
"""A letter or a digit, written in tags."""


def _in_tags(*texts: str) -> str:
    """A pattern for any of these texts, written in tags."""
    return "|".join("".join(chr(0xE0000 + ord(letter)) for letter in text) for text in texts)


_REGION: Final = (
    f"(?:{_in_tags('gbeng', 'gbsct', 'gbwls', 'gbnir')}"
    f"|(?:{_in_tags('au', 'br', 'ca', 'de', 'es', 'fr', 'it', 'jp', 'us')}){_LETTER}{{2,3}})"
)
"""The subdivisions that black flags with tags stand for, written in tags.

A flag with other tags is no flag, and could spell anything.
"""

_JOINING: Final = (
    "\u0600-\u06ff\u0700-\u074f\u0750-\u077f\u0780-\u07bf\u07c0-\u07ff\u0840-\u085f\u0860-\u086f"
    "\u0870-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff"
    "\ufe70-\ufefc\U00010d00-\U00010d3f\U00011000-\U000116cf\U0001e900-\U0001e95f"
)
"""Letters whose shape a joiner changes: Arabic, Syriac, N'Ko, Indic, Khmer, Mongolian, Adlam…"""

_EMOJI: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934-\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_KEYCAPS: Final = "0-9#*"
_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_VARIED: Final = f"\u1000-\u109f\u1800-\u18af\u2200-\u22ff\u2a00-\u2aff\ua840-\ua87f{_IDEOGRAPHS}"

_KEPT: Final = "|".join(
    (
        f"\U0001f3f4{_REGION}\U000e007f",
        f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]?\u200d(?=[{_EMOJI}])",
        f"(?<=[{_EMOJI}{_KEYCAPS}])[\ufe0e\ufe0f]",
        f"(?<=[{_VARIED}])[\ufe00-\ufe0d]",
        f"(?<=[{_IDEOGRAPHS}])[\U000e0100-\U000e011f]",
        f"(?<=[{_JOINING}])[\u200c\u200d](?![\u200b-\u200f])",
    )
)
_HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)

_SUSPECT: Final = re.compile(f"[{_HIDDEN}]")
_FOUND: Final = re.compile(f"({_KEPT})|[{_HIDDEN}]")


@lru_cache(maxsize=64)
def without_hidden(text: str) -> tuple[str, int]:
    """A text without characters that cannot be seen, and how many they were.

    Args:
        text: Any text; one that holds none of them is returned as it is.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return text, 0
    count = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal count
        if match[1] is not None:
            return match[1]
        count += 1
        return ""

    return _FOUND.sub(kept, text), count
