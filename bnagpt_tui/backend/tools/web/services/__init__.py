"""Who searches the web: each service is asked in its own way and answered in the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .brave import brave
from .ddgs import ddgs
from .found import Found, Search
from .searxng import searxng
from .tavily import tavily

SERVICES: Final[Mapping[str, Search]] = {
    "brave": brave,
    "ddgs": ddgs,
    "searxng": searxng,
    "tavily": tavily,
}
"""Every service by the name that the setting has for it."""

__all__ = ["SERVICES", "Found", "Search"]
