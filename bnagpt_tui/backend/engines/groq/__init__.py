"""Groq, and every server that speaks as it does.

Importing this package is cheap: what needs the `groq` client is imported by `GroqEngine.prepare`.
"""

from __future__ import annotations

from .checking import check_key
from .engine import DEFAULT_MODEL, STALL_SECONDS, GroqEngine, preload
from .keys import clean_key

__all__ = [
    "DEFAULT_MODEL",
    "STALL_SECONDS",
    "GroqEngine",
    "check_key",
    "clean_key",
    "preload",
]
