"""The variables that child processes get: never a key of ours, seldom anybody's secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final = frozenset(
    {
        *("APIKEY", "AUTH", "AUTHORIZATION", "BEARER", "COOKIE", "CREDENTIAL", "CREDENTIALS"),
        *("DSN", "KEY", "KEYS", "PASS", "PASSPHRASE", "PASSWD", "PASSWORD", "PASSWORDS", "PAT"),
        *("SECRET", "SECRETS", "TOKEN", "TOKENS"),
    }
)
"""Words in the names of variables that hold secrets."""

_ENDINGS: Final = ("APIKEY", "CREDENTIALS", "PASSWD", "PASSWORD", "SECRET", "TOKEN", "_PWD")
"""Ends of such names where the words are not parted."""

_IN_ADDRESS: Final = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
"""A password within an address, as `DATABASE_URL` and proxies have it."""

_PROXY: Final = re.compile(r"(?:https?|all|ftp)_proxy", re.IGNORECASE)
"""Variables without which a child that uses the network may reach nothing."""


def is_ours(name: str) -> bool:
    """Whether a variable holds a key that was given to bnaGPT."""
    name = name.upper()
    return name.startswith(("GROQ_", "BNAGPT_")) and name.endswith(("KEY", "TOKEN", "SECRET"))


def looks_secret(name: str, value: str = "") -> bool:
    """Whether a variable looks as if it held a secret."""
    name = name.upper()
    if not name.endswith("_SOCK") and not _WORDS.isdisjoint(re.split(r"[^A-Z0-9]+", name)):
        return True
    if name.endswith(_ENDINGS):
        return True
    return _IN_ADDRESS.search(value) is not None and _PROXY.fullmatch(name) is None


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program of ours: without whatever looks like a secret."""
    return {name: value for name, value in environment.items() if not looks_secret(name, value)}


def without_our_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program of the user's, such as an editor: whole but for our keys."""
    return {name: value for name, value in environment.items() if not is_ours(name)}
