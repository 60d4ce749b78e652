"""Servers that do not stream: what they say when they are asked to."""

from __future__ import annotations

import re
from typing import Final

from .refusals import Refusal

_NO_STREAM: Final = re.compile(
    r"\bstream(?:ing|ed)?\b[^.]{0,40}"
    r"(?:not|n['’]t) (?:currently |yet |be )?(?:support|allow|enabl|available|implement|permit)|"
    r"(?:not|n['’]t|cannot) (?:currently |yet )?(?:support|allow|accept|use|stream)[^.]{0,40}"
    r"\bstream(?:ing|ed)?\b|"
    r"unsupported[^.]{0,30}\bstream(?:ing)?\b|"
    r"\bstream['\"`]?\W{0,3}(?:parameter |value )?(?:must|should|has to|needs to) be "
    r"(?:set to )?['\"`]?(?:false|0)|set ['\"`]?stream['\"`]?\W{0,4}(?:to )?false|"
    r"stream(?:ing)? (?:mode )?(?:is )?(?:unsupported|disabled)|verified to stream|"
    r"only (?:supports? )?non-?stream",
    re.IGNORECASE,
)
"""What a server says that sends only whole answers, for a model or for answers with tools."""


def means_streaming(refusal: Refusal) -> bool:
    """Whether a refusal is of streaming as such, and not of its options."""
    if "stream" in refusal.params:
        return True
    words = refusal.words
    options = re.search("stream[ _-]?options|include_usage", words, re.IGNORECASE)
    return options is None and _NO_STREAM.search(words) is not None
